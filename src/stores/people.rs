//! Members of a store, and invitations for addresses that nobody has signed in with yet.

use serde_json::json;

use crate::args;
use crate::base::id::{StoreId, UserId};
use crate::db::{Error as DbError, SharedTx};
use crate::queries;
use crate::stores::members::invitation;
use crate::stores::provision::Owner;
use crate::stores::{Actor, Error, audit, ownership, sessions};

queries! {
    /// Makes a person a member.
    ADD = "people.add":
        "insert into shared.members (store_id, user_id, role) values ($1, $2, $3)
         on conflict (store_id, user_id) do nothing";
    /// Keeps a place for an address.
    INVITE = "people.invite":
        "insert into shared.invitations (store_id, email, role) values ($1, lower($2), $3)
         on conflict (store_id, email) do update set role = excluded.role";
    /// A person's address, confirmed or not.
    EMAIL_OF = "people.email_of": "select e.email from shared.emails_of(array[$1::uuid]) e";
    /// The user with an address, or null.
    USER_BY_EMAIL = "people.user_by_email": "select shared.user_by_email($1) as user_id";
    /// Turns the invitations of an address into memberships, but for those to own a store.
    ACCEPT = "people.accept":
        "with accepted as (
             delete from shared.invitations
              where email = lower($1) and role <> 'owner'
                and (expires_at is null or expires_at > now())
             returning store_id, role
         )
         insert into shared.members (store_id, user_id, role)
         select store_id, $2, role from accepted
         on conflict (store_id, user_id) do nothing
         returning store_id, role";
    /// The stores that an address is invited to own, the longest waiting first.
    OFFERED = "people.offered":
        "select store_id from shared.invitations
          where email = lower($1) and role = 'owner'
            and (expires_at is null or expires_at > now())
          order by created_at, store_id limit 100";
    /// Turns the invitation to own a store into a membership.
    OWN = "people.own":
        "with accepted as (
             delete from shared.invitations
              where store_id = $3 and email = lower($1) and role = 'owner'
             returning store_id, role
         )
         insert into shared.members (store_id, user_id, role)
         select store_id, $2, role from accepted
         on conflict (store_id, user_id) do nothing
         returning store_id, role";
}

/// The user with an address.
///
/// # Errors
/// What Postgres answers.
pub async fn user_by_email(tx: &SharedTx<'_>, email: &str) -> Result<Option<UserId>, DbError> {
    let user: Option<uuid::Uuid> = tx.row(&USER_BY_EMAIL, args![email]).await?.get("user_id")?;
    Ok(user.map(UserId::from))
}

/// The user with an address, if Auth has confirmed that it is theirs.
///
/// # Errors
/// What Postgres answers.
pub async fn confirmed_user(tx: &SharedTx<'_>, email: &str) -> Result<Option<UserId>, DbError> {
    let Some(user) = user_by_email(tx, email).await? else { return Ok(None) };
    Ok(sessions::confirmed_email(tx, user).await?.map(|_| user))
}

pub(super) async fn email_of(tx: &SharedTx<'_>, user: UserId) -> Result<Option<String>, DbError> {
    tx.find(&EMAIL_OF, args![user]).await?.map_or(Ok(None), |row| row.get("email"))
}

/// The person a new store is made for, if they have an account: an address counts once Auth has
/// confirmed whose it is.
pub(super) async fn first_owner(tx: &SharedTx<'_>, owner: &Owner) -> Result<Option<UserId>, Error> {
    match owner {
        Owner::User(user) => Ok(Some(*user)),
        Owner::Email(email) | Owner::Exempt(email) => {
            check_email(email)?;
            Ok(confirmed_user(tx, email).await?)
        }
    }
}

/// Gives a new store its owner, or keeps the place for their address.
pub(super) async fn set_first_owner(
    tx: &SharedTx<'_>,
    store: StoreId,
    owner: &Owner,
    user: Option<UserId>,
) -> Result<(), Error> {
    match (user, owner) {
        (Some(user), _) => tx.run(&ADD, args![store, user, "owner"]).await?,
        (None, Owner::Email(email) | Owner::Exempt(email)) => {
            tx.run(&INVITE, args![store, email, "owner"]).await?
        }
        (None, Owner::User(_)) => 0,
    };
    Ok(())
}

/// Makes a person a member of every store that has invited their address; for an address that Auth
/// has confirmed. What their plan leaves no room for waits. Answers how many that were.
///
/// # Errors
/// What Postgres answers.
pub async fn accept_invitations(
    tx: &SharedTx<'_>,
    actor: &Actor,
    user: UserId,
    email: &str,
) -> Result<usize, Error> {
    let mut joined = tx.rows(&ACCEPT, args![email, user]).await?;
    for row in tx.rows(&OFFERED, args![email]).await? {
        let store: StoreId = row.id("store_id")?;
        match ownership::require_room(tx, user, Some(store)).await {
            Ok(()) => joined.extend(tx.find(&OWN, args![email, user, store]).await?),
            Err(Error::PlanLimit { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    for row in &joined {
        invitation::spend(tx, row.id("store_id")?, email).await?;
        let detail = json!({ "user_id": user, "role": row.get::<String>("role")? });
        audit::record(tx, actor, Some(row.id("store_id")?), "member.joined", detail).await?;
    }
    Ok(joined.len())
}

pub(super) fn check_email(email: &str) -> Result<(), Error> {
    let fits = email.len() <= 320
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        })
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(Error::Email) }
}
