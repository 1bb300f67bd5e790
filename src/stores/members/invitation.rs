//! Invitations: a mail with a link. The link holds a secret; whoever has it was written to. It is good
//! for a while, and once. An invitation knows only the secret's hash; the mail itself, in the outbox,
//! has the link, until the invitation is accepted or withdrawn.

use std::fmt::Write;

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Invitation;
use crate::base::id::{StoreId, UserId};
use crate::db::SharedTx;
use crate::stores::{Access, Actor, Error, Store, audit, ownership};
use crate::{args, queries};

/// How long a link is good.
const LINK_DAYS: i32 = 14;

queries! {
    /// Keeps a place for an address; asked again, the newer role and link hold.
    INVITE = "invitation.invite":
        "insert into shared.invitations as i
                (store_id, email, role, invited_by, token_hash, expires_at)
         values ($1, lower($2), $3, $4, $5, now() + make_interval(days => $6))
         on conflict (store_id, email) do update
            set role = excluded.role, invited_by = excluded.invited_by,
                token_hash = excluded.token_hash, expires_at = excluded.expires_at
         returning i.created_at, i.expires_at";
    /// The mail with the link.
    MAIL = "invitation.mail":
        "insert into shared.outbox (id, store_id, channel, recipient, subject, body)
         values ($1, $2, 'email', $3, $4, $5)";
    /// Takes the links out of the mails to an address: they lead nowhere any more.
    SPEND = "invitation.spend":
        "update shared.outbox
            set body = jsonb_build_object(
                    'kind', 'invitation', 'text', 'This invitation is no longer there.')
          where store_id = $1 and recipient = lower($2) and body ->> 'kind' = 'invitation'";
    /// What waits in a store, each with the link of its last mail. A plan allows fewer than the limit.
    OPEN = "invitation.open":
        "select i.email, i.role, i.created_at, i.expires_at,
                (select o.body ->> 'link' from shared.outbox o
                  where o.store_id = i.store_id and o.recipient = i.email
                    and o.body ->> 'kind' = 'invitation'
                  order by o.id desc limit 1) as link
           from shared.invitations i
          where i.store_id = $1 order by i.created_at, i.email limit 500";
    /// The invitation that a link is for.
    BY_TOKEN = "invitation.by_token":
        "select i.store_id, i.email, i.role, s.name, s.slug,
                s.published_at is not null as is_public,
                coalesce(i.expires_at <= now(), false) as has_expired
           from shared.invitations i join shared.stores s on s.id = i.store_id
          where i.token_hash = $1 and s.status <> 'deleted'";
    /// Turns the invitation of a link into a membership.
    ACCEPT = "invitation.accept":
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

/// Writes to an address, and keeps its place.
pub(super) async fn invite(
    tx: &SharedTx<'_>,
    access: &Access,
    email: &str,
    role: &str,
    link: &str,
    actor: &Actor,
) -> Result<Invitation, Error> {
    let store = &access.store;
    let secret: [u8; 32] = rand::random();
    let secret = hex(&secret);
    let (email, token_hash) = (email.to_lowercase(), hash(&secret));
    spend(tx, store.id, &email).await?;
    let invited = args![store.id, &email, role, actor.user, token_hash, LINK_DAYS];
    let row = tx.row(&INVITE, invited).await?;
    let subject = format!("You are invited to work on {}", store.name);
    let link = format!("{link}{secret}");
    let body = json!({
        "kind": "invitation", "link": link, "store": store.name, "role": role,
        "text": letter(&store.name, role, &link),
    });
    tx.run(&MAIL, args![Uuid::now_v7(), store.id, &email, subject, body]).await?;
    let detail = json!({ "email": email, "role": role });
    audit::record(tx, actor, Some(store.id), "member.invited", detail).await?;
    Ok(Invitation {
        email,
        role: role.to_owned(),
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// What the mail says.
fn letter(store: &str, role: &str, link: &str) -> String {
    format!(
        "You are invited to work on the store {store}, as {role}.\n\n{link}\n\n\
         The link is good for {LINK_DAYS} days. Whoever has it can accept, so keep it to yourself.\n\n\
         If you do not know the store, there is nothing to do."
    )
}

/// Whoever was invited into a store and has not come, with the link of the mail, for an operator who
/// hands it on. A store's first owner has none: their place is kept for who signs up with the address.
///
/// # Errors
/// What Postgres answers.
pub async fn open(
    tx: &SharedTx<'_>,
    store: &Store,
) -> Result<Vec<(Invitation, Option<String>)>, Error> {
    let mut open = Vec::new();
    for row in tx.rows(&OPEN, args![store.id]).await? {
        let invitation = Invitation {
            email: row.get("email")?,
            role: row.get("role")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        };
        open.push((invitation, row.get("link")?));
    }
    Ok(open)
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

/// Takes the links to a store out of the mails to an address, whose invitation is over.
pub(in crate::stores) async fn spend(
    tx: &SharedTx<'_>,
    store: StoreId,
    email: &str,
) -> Result<(), Error> {
    tx.run(&SPEND, args![store, email]).await?;
    Ok(())
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
