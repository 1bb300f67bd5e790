//! Inviting: a place is kept, and the mail with its link is written.

use serde_json::json;
use uuid::Uuid;

use super::{Invitation, offer, spend};
use crate::db::SharedTx;
use crate::stores::{Access, Actor, Error, audit};
use crate::{args, queries};

/// How long a link is good.
const LINK_DAYS: i32 = 14;

queries! {
    /// Keeps a place for an address; asked again, the newer role and link hold.
    INVITE = "invitations.invite":
        "insert into shared.invitations as i
                (store_id, email, role, invited_by, token_hash, expires_at)
         values ($1, lower($2), $3, $4, $5, now() + make_interval(days => $6))
         on conflict (store_id, email) do update
            set role = excluded.role, invited_by = excluded.invited_by,
                token_hash = excluded.token_hash, expires_at = excluded.expires_at
         returning i.email, i.role, i.created_at, i.expires_at";
    /// The mail with the link.
    MAIL = "invitations.mail":
        "insert into shared.outbox (id, store_id, channel, recipient, subject, body)
         values ($1, $2, 'email', $3, $4, $5)";
}

/// Writes to an address, and keeps its place.
pub(in crate::stores) async fn write(
    tx: &SharedTx<'_>,
    access: &Access,
    email: &str,
    role: &str,
    link: &str,
    actor: &Actor,
) -> Result<Invitation, Error> {
    let store = &access.store;
    let secret = offer::secret();
    let (email, token_hash) = (email.to_lowercase(), offer::hash(&secret));
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
    Ok(Invitation::from_row(&row)?)
}

/// What the mail says.
fn letter(store: &str, role: &str, link: &str) -> String {
    format!(
        "You are invited to work on the store {store}, as {role}.\n\n{link}\n\n\
         The link is good for {LINK_DAYS} days. Whoever has it can accept, so keep it to yourself.\n\n\
         If you do not know the store, there is nothing to do."
    )
}
