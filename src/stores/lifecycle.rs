//! Publishing: strangers see a store from the moment its row says so.

use serde_json::json;

use crate::db::SharedTx;
use crate::stores::{Access, Actor, Error, Store, audit};
use crate::{args, queries, store_columns};

queries! {
    /// Opens a store to strangers; one that is open keeps its time.
    PUBLISH = "lifecycle.publish":
        concat!("update shared.stores s set published_at = coalesce(s.published_at, now())
          where s.id = $1 and s.status = 'active' returning ", store_columns!());
    /// Closes a store to strangers.
    UNPUBLISH = "lifecycle.unpublish":
        concat!("update shared.stores s set published_at = null
          where s.id = $1 and s.status = 'active' returning ", store_columns!());
}

/// Whether strangers see a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// They do.
    Open,
    /// They do not.
    Closed,
}

/// Opens a store to strangers, or closes it. Doing it again changes nothing.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Unavailable`].
pub async fn set_public(
    tx: &SharedTx<'_>,
    access: &Access,
    actor: &Actor,
    to: Publication,
) -> Result<Store, Error> {
    access.require("publish")?;
    access.require_active()?;
    let is_open = access.store.published_at.is_some();
    if is_open == (to == Publication::Open) {
        return Ok(access.store.clone());
    }
    let (sql, action) = match to {
        Publication::Open => (&PUBLISH, "store.published"),
        Publication::Closed => (&UNPUBLISH, "store.unpublished"),
    };
    let row = tx.find(sql, args![access.store.id]).await?.ok_or(Error::NotFound)?;
    audit::record(tx, actor, Some(access.store.id), action, json!({})).await?;
    Ok(Store::from_row(&row)?)
}
