//! Members of a store: who works in it, and in which role.

pub(crate) mod changing;
pub(crate) mod first_owner;
pub(crate) mod joining;

pub use changing::{remove, set_role};
pub use first_owner::{Owner, appoint};
pub use joining::{Added, add};

use jiff::Timestamp;

use crate::base::id::{StoreId, UserId};
use crate::db::{Error as DbError, SharedTx};
use crate::stores::invitations::{self, Invitation};
use crate::stores::{Access, Error};
use crate::{args, queries};

/// Roles in a store, the highest first.
pub const ROLES: &[&str] = &["owner", "admin", "manager", "staff", "viewer"];

queries! {
    /// Makes changes of one store's members follow each other.
    LOCK = "members.lock": "select pg_advisory_xact_lock(hashtextextended('members of ' || $1::uuid, 0))";
    /// The members of a store, the first first. A plan allows fewer than the limit.
    LIST = "members.list":
        "select m.user_id, m.role, m.created_at, e.email
           from shared.members m
           left join shared.emails_of(array(
                select user_id from shared.members where store_id = $1 limit 500)) e
             on e.user_id = m.user_id
          where m.store_id = $1 order by m.created_at, m.user_id limit 500";
    /// One member's role.
    ROLE = "members.role": "select role from shared.members where store_id = $1 and user_id = $2";
}

/// A member of a store.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Their address, if Auth still knows them.
    pub email: Option<String>,
    /// Their role.
    pub role: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// Members and open invitations of a store.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(
    tx: &SharedTx<'_>,
    access: &Access,
) -> Result<(Vec<Member>, Vec<Invitation>), Error> {
    access.require("members")?;
    let store = access.store.id;
    let mut members = Vec::new();
    for row in tx.rows(&LIST, args![store]).await? {
        members.push(Member {
            user: row.id("user_id")?,
            email: row.get("email")?,
            role: row.get("role")?,
            created_at: row.get("created_at")?,
        });
    }
    Ok((members, invitations::waiting(tx, store).await?))
}

/// Whoever changes the members of a store next waits until this transaction ends.
async fn lock(tx: &SharedTx<'_>, store: StoreId) -> Result<(), DbError> {
    tx.rows(&LOCK, args![store]).await?;
    Ok(())
}

/// Who may give or take a role: an owner's only owners.
fn require_for(access: &Access, role: &str) -> Result<(), Error> {
    access.require("members")?;
    match role {
        "owner" => access.require("ownership"),
        role if ROLES.contains(&role) => Ok(()),
        _ => Err(Error::Role { roles: "owner, admin, manager, staff, viewer" }),
    }
}

/// A member's role; none of somebody who is no member.
async fn role_of(
    tx: &SharedTx<'_>,
    store: StoreId,
    user: UserId,
) -> Result<Option<String>, DbError> {
    tx.find(&ROLE, args![store, user]).await?.map_or(Ok(None), |row| row.get("role").map(Some))
}
