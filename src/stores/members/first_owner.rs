//! The owner that a store begins with, and the one it gets by the operator's word.

use serde_json::json;

use super::{Member, joining, lock};
use crate::base::id::{StoreId, UserId};
use crate::db::SharedTx;
use crate::stores::{Actor, Error, Store, audit, invitations, ownership, people};
use crate::{args, queries};

queries! {
    /// Makes a person an owner, whatever they were.
    APPOINT = "members.appoint":
        "insert into shared.members as m (store_id, user_id, role) values ($1, $2, 'owner')
         on conflict (store_id, user_id) do update set role = 'owner'
         returning m.created_at";
    /// Ends the memberships of owners whose account Auth has deleted.
    FORGET_GONE = "members.forget_gone":
        "delete from shared.members m
          where m.store_id = $1 and m.role = 'owner'
            and not exists (select from shared.emails_of(array[m.user_id]))";
}

/// Who a store is made for.
#[derive(Clone, Debug)]
pub enum Owner {
    /// A person with an account.
    User(UserId),
    /// An address; becomes an invitation where nobody has shown yet that it is theirs.
    Email(String),
    /// The same, whatever that person's plan allows, because the operator says so.
    Exempt(String),
}

/// The person a new store is made for, if they have an account: an address counts once Auth has
/// confirmed whose it is.
pub(in crate::stores) async fn find(
    tx: &SharedTx<'_>,
    owner: &Owner,
) -> Result<Option<UserId>, Error> {
    match owner {
        Owner::User(user) => Ok(Some(*user)),
        Owner::Email(email) | Owner::Exempt(email) => {
            people::check_email(email)?;
            Ok(people::confirmed_user(tx, email).await?)
        }
    }
}

/// Gives a new store its owner, or keeps the place for their address.
pub(in crate::stores) async fn settle(
    tx: &SharedTx<'_>,
    store: StoreId,
    owner: &Owner,
    user: Option<UserId>,
) -> Result<(), Error> {
    match (user, owner) {
        (Some(user), _) => {
            tx.run(&joining::ADD, args![store, user, "owner"]).await?;
        }
        (None, Owner::Email(email) | Owner::Exempt(email)) => {
            invitations::keep_place(tx, store, email, "owner").await?;
        }
        (None, Owner::User(_)) => {}
    }
    Ok(())
}

/// Makes somebody an owner by the operator's word: the way out for a store whose only owner's account
/// is deleted. What such an account was is forgotten then; other owners stay.
///
/// # Errors
/// [`Error::Email`], [`Error::NoSuchUser`], and [`Error::PlanLimit`] unless they are exempt.
pub async fn appoint(
    tx: &SharedTx<'_>,
    store: &Store,
    owner: &Owner,
    actor: &Actor,
) -> Result<Member, Error> {
    let user = find(tx, owner).await?.ok_or(Error::NoSuchUser)?;
    lock(tx, store.id).await?;
    if !matches!(owner, Owner::Exempt(_)) {
        ownership::require_room(tx, user, Some(store.id)).await?;
    }
    let row = tx.row(&APPOINT, args![store.id, user]).await?;
    tx.run(&FORGET_GONE, args![store.id]).await?;
    let detail = json!({ "user_id": user, "role": "owner" });
    audit::record(tx, actor, Some(store.id), "member.appointed", detail).await?;
    let email = people::email_of(tx, user).await?;
    Ok(Member { user, email, role: "owner".to_owned(), created_at: row.get("created_at")? })
}
