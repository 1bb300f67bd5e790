//! Invitations: a place in a store that is kept for an address, until somebody comes with the link
//! of its mail or signs in with the address. An invitation knows only the hash of its link's
//! secret; the mail itself, in the outbox, has the link, until the invitation is over.

pub(crate) mod arriving;
pub(crate) mod offer;
pub(crate) mod writing;

pub use arriving::accept_all;
pub use offer::{Offer, accept, offer};
pub(super) use writing::write;

use jiff::Timestamp;
use serde_json::json;

use crate::base::id::StoreId;
use crate::db::{Error as DbError, Row, SharedTx};
use crate::stores::{Access, Actor, Error, Store, audit, people};
use crate::{args, queries};

queries! {
    /// Keeps a place for a store's first owner, who has no link.
    KEEP_PLACE = "invitations.keep_place":
        "insert into shared.invitations (store_id, email, role) values ($1, lower($2), $3)
         on conflict (store_id, email) do update set role = excluded.role";
    /// Those who were asked and have not come yet. A plan allows fewer than the limit.
    WAITING = "invitations.waiting":
        "select i.email, i.role, i.created_at, i.expires_at from shared.invitations i
          where i.store_id = $1 order by i.created_at, i.email limit 500";
    /// The same, each with the link of its last mail.
    LINKS = "invitations.links":
        "select i.email, i.role, i.created_at, i.expires_at,
                (select o.body ->> 'link' from shared.outbox o
                  where o.store_id = i.store_id and o.recipient = i.email
                    and o.body ->> 'kind' = 'invitation'
                  order by o.id desc limit 1) as link
           from shared.invitations i
          where i.store_id = $1 order by i.created_at, i.email limit 500";
    /// Ends an invitation.
    END = "invitations.end":
        "delete from shared.invitations where store_id = $1 and email = lower($2)";
    /// Nobody is to join a store that is gone.
    END_ALL = "invitations.end_all": "delete from shared.invitations where store_id = $1";
    /// Takes the links out of the mails to an address: they lead nowhere any more.
    SPEND = "invitations.spend":
        "update shared.outbox
            set body = jsonb_build_object(
                    'kind', 'invitation', 'text', 'This invitation is no longer there.')
          where store_id = $1 and recipient = lower($2) and body ->> 'kind' = 'invitation'";
}

/// A place that is kept for an address.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The address.
    pub email: String,
    /// The role it will have.
    pub role: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, unless it waits for a store's first owner.
    pub expires_at: Option<Timestamp>,
}

impl Invitation {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            email: row.get("email")?,
            role: row.get("role")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

/// Whoever was invited into a store and has not come.
pub(super) async fn waiting(tx: &SharedTx<'_>, store: StoreId) -> Result<Vec<Invitation>, DbError> {
    tx.rows(&WAITING, args![store]).await?.iter().map(Invitation::from_row).collect()
}

/// The same with the link of the mail, for an operator who hands it on. A store's first owner has
/// none: their place is kept for who signs up with the address.
///
/// # Errors
/// What Postgres answers.
pub async fn links(
    tx: &SharedTx<'_>,
    store: &Store,
) -> Result<Vec<(Invitation, Option<String>)>, Error> {
    let mut waiting = Vec::new();
    for row in tx.rows(&LINKS, args![store.id]).await? {
        waiting.push((Invitation::from_row(&row)?, row.get("link")?));
    }
    Ok(waiting)
}

/// Keeps a place for an address that no mail goes to.
pub(super) async fn keep_place(
    tx: &SharedTx<'_>,
    store: StoreId,
    email: &str,
    role: &str,
) -> Result<(), DbError> {
    tx.run(&KEEP_PLACE, args![store, email, role]).await?;
    Ok(())
}

/// Takes an invitation back.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NoSuchInvitation`].
pub async fn withdraw(
    tx: &SharedTx<'_>,
    access: &Access,
    email: &str,
    actor: &Actor,
) -> Result<(), Error> {
    access.require("members")?;
    access.require_active()?;
    people::check_email(email).map_err(|_| Error::NoSuchInvitation)?;
    if !end(tx, access.store.id, email).await? {
        return Err(Error::NoSuchInvitation);
    }
    let detail = json!({ "email": email.to_lowercase() });
    audit::record(tx, actor, Some(access.store.id), "member.uninvited", detail).await?;
    Ok(())
}

/// Ends the invitation of an address to a store, link and all. Answers whether there was one.
pub(super) async fn end(tx: &SharedTx<'_>, store: StoreId, email: &str) -> Result<bool, DbError> {
    let was_there = tx.run(&END, args![store, email]).await? > 0;
    if was_there {
        spend(tx, store, email).await?;
    }
    Ok(was_there)
}

/// Ends every invitation to a store.
pub(super) async fn end_all(tx: &SharedTx<'_>, store: StoreId) -> Result<(), DbError> {
    tx.run(&END_ALL, args![store]).await?;
    Ok(())
}

/// Takes the links to a store out of the mails to an address, whose invitation is over.
async fn spend(tx: &SharedTx<'_>, store: StoreId, email: &str) -> Result<(), DbError> {
    tx.run(&SPEND, args![store, email]).await?;
    Ok(())
}
