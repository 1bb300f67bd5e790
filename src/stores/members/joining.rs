//! Somebody is to work in a store: a member at once, or by an invitation.

use serde_json::json;

use super::{Member, lock, require_for, role_of};
use crate::db::SharedTx;
use crate::stores::invitations::{self, Invitation};
use crate::stores::{Access, Actor, Error, audit, ownership, people};
use crate::{args, queries};

queries! {
    /// How many places are taken and how many the plan has.
    COUNT = "members.count":
        "select (select count(*) from shared.members m where m.store_id = s.id)
                + (select count(*) from shared.invitations i
                    where i.store_id = s.id and i.email <> lower($2)
                      and (i.expires_at is null or i.expires_at > now())) as taken,
                p.members_max
           from shared.stores s join shared.plans p on p.id = s.plan
          where s.id = $1";
    /// Makes a person a member.
    ADD = "members.add":
        "insert into shared.members (store_id, user_id, role) values ($1, $2, $3)
         returning created_at";
}

/// What became of adding somebody.
#[derive(Clone, Debug)]
pub enum Added {
    /// They have an account and are a member now.
    Member(Member),
    /// They were written to.
    Invited(Invitation),
}

/// Makes the person with an address a member, or writes to the address. `link` is where the mail
/// leads, the secret still to be added.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Role`], [`Error::Email`], [`Error::AlreadyMember`],
/// [`Error::MembersLimit`], [`Error::PlanLimit`] of an owner-to-be.
pub async fn add(
    tx: &SharedTx<'_>,
    access: &Access,
    email: &str,
    role: &str,
    link: &str,
    actor: &Actor,
) -> Result<Added, Error> {
    require_for(access, role)?;
    access.require_active()?;
    people::check_email(email)?;
    let store = access.store.id;
    lock(tx, store).await?;
    let user = people::confirmed_user(tx, email).await?;
    if let Some(user) = user
        && role_of(tx, store, user).await?.is_some()
    {
        return Err(Error::AlreadyMember);
    }
    let count = tx.row(&COUNT, args![store, email]).await?;
    let (taken, members_max): (i64, i32) = (count.get("taken")?, count.get("members_max")?);
    if taken >= i64::from(members_max) {
        return Err(Error::MembersLimit { members_max });
    }
    let Some(user) = user else {
        return invitations::write(tx, access, email, role, link, actor).await.map(Added::Invited);
    };
    if role == "owner" {
        ownership::require_room(tx, user, Some(store)).await?;
    }
    invitations::end(tx, store, email).await?;
    let row = tx.row(&ADD, args![store, user, role]).await?;
    let detail = json!({ "user_id": user, "role": role });
    audit::record(tx, actor, Some(store), "member.added", detail).await?;
    Ok(Added::Member(Member {
        user,
        email: Some(email.to_lowercase()),
        role: role.to_owned(),
        created_at: row.get("created_at")?,
    }))
}
