//! Members get another role, leave, or are removed. A store has an owner at all times.

use serde_json::json;

use super::{Member, lock, require_for, role_of};
use crate::base::id::{StoreId, UserId};
use crate::db::SharedTx;
use crate::stores::{Access, Actor, Error, audit, ownership, people};
use crate::{args, queries};

queries! {
    /// Changes a member's role.
    SET_ROLE = "members.set_role":
        "update shared.members set role = $3 where store_id = $1 and user_id = $2
         returning created_at";
    /// Ends a membership.
    REMOVE = "members.remove": "delete from shared.members where store_id = $1 and user_id = $2";
    /// Whether the store still has an owner.
    HAS_OWNER = "members.has_owner":
        "select exists (select from shared.members
                         where store_id = $1 and role = 'owner') as has_owner";
}

/// Changes a member's role.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Role`], [`Error::NoSuchMember`], [`Error::LastOwner`],
/// [`Error::PlanLimit`] of an owner-to-be.
pub async fn set_role(
    tx: &SharedTx<'_>,
    access: &Access,
    user: UserId,
    role: &str,
    actor: &Actor,
) -> Result<Member, Error> {
    require_for(access, role)?;
    access.require_active()?;
    let store = access.store.id;
    lock(tx, store).await?;
    let before = role_of(tx, store, user).await?.ok_or(Error::NoSuchMember)?;
    require_for(access, &before)?;
    if role == "owner" {
        ownership::require_room(tx, user, Some(store)).await?;
    }
    let row = tx.row(&SET_ROLE, args![store, user, role]).await?;
    keep_an_owner(tx, store).await?;
    let detail = json!({ "user_id": user, "role": role, "role_before": before });
    audit::record(tx, actor, Some(store), "member.changed", detail).await?;
    let email = people::email_of(tx, user).await?;
    Ok(Member { user, email, role: role.to_owned(), created_at: row.get("created_at")? })
}

/// Ends a membership: one's own, or with the permission somebody else's.
///
/// # Errors
/// As [`set_role`].
pub async fn remove(
    tx: &SharedTx<'_>,
    access: &Access,
    user: UserId,
    actor: &Actor,
) -> Result<(), Error> {
    let is_leaving = actor.user == Some(user);
    if !is_leaving {
        access.require("members")?;
    }
    access.require_active()?;
    let store = access.store.id;
    lock(tx, store).await?;
    let role = role_of(tx, store, user).await?.ok_or(Error::NoSuchMember)?;
    if !is_leaving {
        require_for(access, &role)?;
    }
    tx.run(&REMOVE, args![store, user]).await?;
    keep_an_owner(tx, store).await?;
    let detail = json!({ "user_id": user, "role": role });
    let action = if is_leaving { "member.left" } else { "member.removed" };
    audit::record(tx, actor, Some(store), action, detail).await?;
    Ok(())
}

/// Goes on only if the store has an owner still.
async fn keep_an_owner(tx: &SharedTx<'_>, store: StoreId) -> Result<(), Error> {
    let has_owner: bool = tx.row(&HAS_OWNER, args![store]).await?.get("has_owner")?;
    if has_owner { Ok(()) } else { Err(Error::LastOwner) }
}
