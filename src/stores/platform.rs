//! People of the platform itself: their roles, and what they do with any store.

use serde_json::json;

use crate::base::id::UserId;
use crate::db::{Error as DbError, Row, SharedTx};
use crate::stores::{Actor, Address, Error, Store, access, audit, people};
use crate::{args, queries, store_columns};

/// Roles on the platform.
pub const ROLES: &[&str] = &["super_admin", "admin", "support", "analyst", "developer"];

queries! {
    /// Whether a person's platform role has a permission; no row for everybody else.
    PERMITS = "platform.permits":
        "select m.role,
                exists (select from shared.platform_permissions p
                         where p.role = m.role and p.permission = $2) as permits
           from shared.platform_members m where m.user_id = $1";
    /// A page of stores, oldest first, after a key.
    STORES = "platform.stores":
        concat!("select ", store_columns!(), "
           from shared.stores s
          where ($1::uuid is null or s.id > $1)
            and ($2::text is null or s.status = $2)
            and ($3::integer is null or s.template_version = $3)
            and ($4::text is null or position(lower($4) in lower(s.name || ' ' || s.slug)) > 0)
          order by s.id limit $5");
    /// People with a role, oldest first.
    MEMBERS = "platform.members":
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
    /// Sets a store's status.
    SET_STATUS = "platform.set_status":
        concat!("update shared.stores s set status = $2
          where s.id = $1 and s.status = $3 returning ", store_columns!());
    /// Sets a store's plan.
    SET_PLAN = "platform.set_plan":
        concat!("update shared.stores s set plan = $2
          where s.id = $1 and s.status <> 'deleted' returning ", store_columns!());
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

/// Which stores an operator looks for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// After the store with this id.
    pub after: Option<uuid::Uuid>,
    /// In service, suspended and so on.
    pub status: Option<String>,
    /// Version of the schema.
    pub version: Option<i32>,
    /// A part of the name or the slug.
    pub text: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Goes on only for a person whose platform role has the permission.
///
/// # Errors
/// [`Error::NotPlatform`] for people without a role, [`Error::Forbidden`] for other roles.
pub async fn require(tx: &SharedTx<'_>, user: UserId, permission: &str) -> Result<(), Error> {
    let row = tx.find(&PERMITS, args![user, permission]).await?.ok_or(Error::NotPlatform)?;
    if row.get("permits")? { Ok(()) } else { Err(Error::Forbidden { role: row.get("role")? }) }
}

/// A store for an operator; for anybody else what they would see of it anyway.
///
/// # Errors
/// [`Error::NotFound`] for strangers, [`Error::Forbidden`] for members and other roles.
pub async fn open(
    tx: &SharedTx<'_>,
    address: &Address,
    user: UserId,
    permission: &str,
) -> Result<Store, Error> {
    match require(tx, user, permission).await {
        Ok(()) => access::find(tx, address).await,
        Err(Error::NotPlatform) => {
            let access = access::of_member(tx, address, user).await?;
            Err(Error::Forbidden { role: access.role })
        }
        Err(error) => Err(error),
    }
}

/// A page of all stores.
///
/// # Errors
/// What Postgres answers.
pub async fn stores(tx: &SharedTx<'_>, search: &Search) -> Result<Vec<Store>, DbError> {
    let Search { after, status, version, text, limit } = search;
    let rows = tx.rows(&STORES, args![after, status, version, text, limit]).await?;
    rows.iter().map(Store::from_row).collect()
}

/// Everybody with a role on the platform.
///
/// # Errors
/// What Postgres answers.
pub async fn members(tx: &SharedTx<'_>) -> Result<Vec<PlatformMember>, DbError> {
    tx.rows(&MEMBERS, &[]).await?.iter().map(PlatformMember::from_row).collect()
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

/// Whether a store is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// It is.
    Active,
    /// Its members read, nobody writes, shoppers are turned away.
    Suspended,
}

/// Stops a store, or puts it back into service. Again, and nothing happens.
///
/// # Errors
/// [`Error::Unavailable`] for one that is being moved.
pub async fn set_service(
    tx: &SharedTx<'_>,
    store: &Store,
    to: Service,
    actor: &Actor,
) -> Result<Store, Error> {
    let (to, from, action) = match to {
        Service::Active => ("active", "suspended", "store.resumed"),
        Service::Suspended => ("suspended", "active", "store.suspended"),
    };
    if store.status.to_string() == to {
        return Ok(store.clone());
    }
    let Some(row) = tx.find(&SET_STATUS, args![store.id, to, from]).await? else {
        return Err(Error::Unavailable { status: store.status });
    };
    audit::record(tx, actor, Some(store.id), action, json!({})).await?;
    Ok(Store::from_row(&row)?)
}

/// Puts a store on a plan.
///
/// # Errors
/// [`Error::Plan`] when there is no such plan.
pub async fn set_plan(
    tx: &SharedTx<'_>,
    store: &Store,
    plan: &str,
    actor: &Actor,
) -> Result<Store, Error> {
    if plan.contains('\0') {
        return Err(Error::Plan);
    }
    let row = match tx.find(&SET_PLAN, args![store.id, plan]).await {
        Ok(row) => row.ok_or(Error::NotFound)?,
        Err(DbError::Foreign { .. }) => return Err(Error::Plan),
        Err(error) => return Err(error.into()),
    };
    let detail = json!({ "plan": plan, "plan_before": store.plan });
    audit::record(tx, actor, Some(store.id), "store.plan_changed", detail).await?;
    Ok(Store::from_row(&row)?)
}
