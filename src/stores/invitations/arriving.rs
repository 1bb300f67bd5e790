//! Somebody signs in whose address was invited: their invitations become memberships.

use serde_json::json;

use super::spend;
use crate::base::id::{StoreId, UserId};
use crate::db::SharedTx;
use crate::stores::{Actor, Error, audit, ownership};
use crate::{args, queries};

queries! {
    /// Turns the invitations of an address into memberships, but for those to own a store.
    ACCEPT = "invitations.accept_all":
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
    OFFERED = "invitations.offered":
        "select store_id from shared.invitations
          where email = lower($1) and role = 'owner'
            and (expires_at is null or expires_at > now())
          order by created_at, store_id limit 100";
    /// Turns the invitation to own a store into a membership.
    OWN = "invitations.own":
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

/// Makes a person a member of every store that has invited their address; for an address that Auth
/// has confirmed. What their plan leaves no room for waits. Answers how many that were.
///
/// # Errors
/// What Postgres answers.
pub async fn accept_all(
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
        spend(tx, row.id("store_id")?, email).await?;
        let detail = json!({ "user_id": user, "role": row.get::<String>("role")? });
        audit::record(tx, actor, Some(row.id("store_id")?), "member.joined", detail).await?;
    }
    Ok(joined.len())
}
