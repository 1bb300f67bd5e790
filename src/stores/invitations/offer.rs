//! What the link of an invitation offers, and its acceptance. The link holds a secret; whoever has
//! it was written to. It is good for a while, and once.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::spend;
use crate::base::hex;
use crate::base::id::{StoreId, UserId};
use crate::db::SharedTx;
use crate::stores::{Actor, Error, audit, ownership};
use crate::{args, queries};

queries! {
    /// The invitation that a link is for.
    BY_TOKEN = "invitations.by_token":
        "select i.store_id, i.email, i.role, s.name, s.slug,
                s.published_at is not null as is_public,
                coalesce(i.expires_at <= now(), false) as has_expired
           from shared.invitations i join shared.stores s on s.id = i.store_id
          where i.token_hash = $1 and s.status <> 'deleted'";
    /// Turns the invitation of a link into a membership.
    ACCEPT = "invitations.accept":
        "with accepted as (
             delete from shared.invitations
              where token_hash = $1 and (expires_at is null or expires_at > now())
             returning store_id, role
         )
         insert into shared.members as m (store_id, user_id, role)
         select store_id, $2, role from accepted
         on conflict (store_id, user_id) do update set role = m.role
         returning m.store_id, m.role";
}

/// What a link's holder may know of the invitation.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The store.
    pub store_id: StoreId,
    /// Its name.
    pub store_name: String,
    /// Its slug.
    pub slug: String,
    /// The address that was written to.
    pub email: String,
    /// The role.
    pub role: String,
    /// Whether strangers see the store.
    pub is_public: bool,
}

/// What a link offers.
///
/// # Errors
/// [`Error::NoSuchInvitation`], [`Error::InvitationExpired`].
pub async fn offer(tx: &SharedTx<'_>, secret: &str) -> Result<Offer, Error> {
    let row = tx.find(&BY_TOKEN, args![hash(secret)]).await?.ok_or(Error::NoSuchInvitation)?;
    if row.get("has_expired")? {
        return Err(Error::InvitationExpired);
    }
    Ok(Offer {
        store_id: row.id("store_id")?,
        store_name: row.get("name")?,
        slug: row.get("slug")?,
        email: row.get("email")?,
        role: row.get("role")?,
        is_public: row.get("is_public")?,
    })
}

/// Makes the holder of a link a member. One who is a member already keeps their role.
///
/// # Errors
/// As [`offer`]; [`Error::PlanLimit`] of an owner-to-be.
pub async fn accept(
    tx: &SharedTx<'_>,
    secret: &str,
    user: UserId,
    actor: &Actor,
) -> Result<Offer, Error> {
    let offer = offer(tx, secret).await?;
    if offer.role == "owner" {
        ownership::require_room(tx, user, Some(offer.store_id)).await?;
    }
    let row = tx.find(&ACCEPT, args![hash(secret), user]).await?;
    let role: String = row.ok_or(Error::NoSuchInvitation)?.get("role")?;
    spend(tx, offer.store_id, &offer.email).await?;
    let detail = json!({ "user_id": user, "role": role });
    audit::record(tx, actor, Some(offer.store_id), "member.joined", detail).await?;
    Ok(Offer { role, ..offer })
}

/// A secret for a link.
pub(super) fn secret() -> String {
    let secret: [u8; 32] = rand::random();
    hex::encode(&secret)
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> String {
    hex::encode(&Sha256::digest(secret))
}
