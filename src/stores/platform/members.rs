//! Who has which role on the platform. Somebody who can give roles is left at all times.

use serde_json::json;

use crate::base::id::UserId;
use crate::db::{Error as DbError, Row, SharedTx};
use crate::stores::{Actor, Error, audit, people};
use crate::{args, queries};

/// Roles on the platform.
pub const ROLES: &[&str] = &["super_admin", "admin", "support", "analyst", "developer"];

queries! {
    /// People with a role, oldest first.
    LIST = "platform.members":
        "select m.user_id, m.role, m.created_at, e.email
           from shared.platform_members m
           left join shared.emails_of(array(select user_id from shared.platform_members limit 500)) e
             on e.user_id = m.user_id
          order by m.created_at, m.user_id limit 500";
    /// Makes two changes of roles follow each other.
    LOCK = "platform.lock": "select pg_advisory_xact_lock(hashtextextended('platform members', 0))";
    /// A person's role.
    ROLE = "platform.role": "select role from shared.platform_members where user_id = $1";
    /// Gives a person a role.
    GRANT = "platform.grant":
        "insert into shared.platform_members (user_id, role) values ($1, $2)
         on conflict (user_id) do update set role = excluded.role
         returning user_id, role, created_at, null::text as email";
    /// Takes a person's role away.
    REVOKE = "platform.revoke":
        "delete from shared.platform_members where user_id = $1 returning role";
    /// Whether anybody may still give roles.
    HAS_SUPER_ADMIN = "platform.has_super_admin":
        "select exists (select from shared.platform_members where role = 'super_admin') as has_one";
}

/// Somebody with a role on the platform.
#[derive(Clone, Debug)]
pub struct PlatformMember {
    /// Who.
    pub user: UserId,
    /// Their address, if Auth still knows them.
    pub email: Option<String>,
    /// Their role.
    pub role: String,
    /// Since when.
    pub created_at: jiff::Timestamp,
}

impl PlatformMember {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            user: row.id("user_id")?,
            email: row.get("email")?,
            role: row.get("role")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// Everybody with a role on the platform.
///
/// # Errors
/// What Postgres answers.
pub async fn list(tx: &SharedTx<'_>) -> Result<Vec<PlatformMember>, DbError> {
    tx.rows(&LIST, &[]).await?.iter().map(PlatformMember::from_row).collect()
}

/// Gives the person with an address a role on the platform.
///
/// # Errors
/// [`Error::Role`], [`Error::NoSuchUser`], [`Error::LastSuperAdmin`].
pub async fn grant(
    tx: &SharedTx<'_>,
    email: &str,
    role: &str,
    actor: &Actor,
) -> Result<PlatformMember, Error> {
    if !ROLES.contains(&role) {
        return Err(Error::Role { roles: "super_admin, admin, support, analyst, developer" });
    }
    people::check_email(email)?;
    let user = people::confirmed_user(tx, email).await?.ok_or(Error::NoSuchUser)?;
    tx.rows(&LOCK, &[]).await?;
    let before = tx.find(&ROLE, args![user]).await?.map(|row| row.get::<String>("role"));
    let granted = tx.row(&GRANT, args![user, role]).await?;
    keep_a_super_admin(tx, before.transpose()?).await?;
    let detail = json!({ "user_id": user, "role": role });
    audit::record(tx, actor, None, "platform.granted", detail).await?;
    Ok(PlatformMember { email: Some(email.to_lowercase()), ..PlatformMember::from_row(&granted)? })
}

/// Takes a person's role on the platform away.
///
/// # Errors
/// [`Error::NoSuchUser`], [`Error::LastSuperAdmin`].
pub async fn revoke(tx: &SharedTx<'_>, user: UserId, actor: &Actor) -> Result<(), Error> {
    tx.rows(&LOCK, &[]).await?;
    let row = tx.find(&REVOKE, args![user]).await?.ok_or(Error::NoSuchUser)?;
    let role: String = row.get("role")?;
    keep_a_super_admin(tx, Some(role.clone())).await?;
    let detail = json!({ "user_id": user, "role": role });
    audit::record(tx, actor, None, "platform.revoked", detail).await?;
    Ok(())
}

/// Where a super_admin has lost the role, another one must be left who can give roles.
async fn keep_a_super_admin(tx: &SharedTx<'_>, lost: Option<String>) -> Result<(), Error> {
    if lost.as_deref() != Some("super_admin")
        || tx.row(&HAS_SUPER_ADMIN, &[]).await?.get("has_one")?
    {
        return Ok(());
    }
    Err(Error::LastSuperAdmin)
}
