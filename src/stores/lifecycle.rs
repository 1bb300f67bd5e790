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

/// Opens a store to strangers. Doing it again changes nothing.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Unavailable`].
pub async fn publish(tx: &SharedTx<'_>, access: &Access, actor: &Actor) -> Result<Store, Error> {
    change(tx, access, actor, true).await
}

/// Closes a store to strangers. Doing it again changes nothing.
///
/// # Errors
/// As [`publish`].
pub async fn unpublish(tx: &SharedTx<'_>, access: &Access, actor: &Actor) -> Result<Store, Error> {
    change(tx, access, actor, false).await
}

async fn change(
    tx: &SharedTx<'_>,
    access: &Access,
    actor: &Actor,
    is_public: bool,
) -> Result<Store, Error> {
    access.require("publish")?;
    access.require_active()?;
    if access.store.published_at.is_some() == is_public {
        return Ok(access.store.clone());
    }
    let (sql, action) =
        if is_public { (&PUBLISH, "store.published") } else { (&UNPUBLISH, "store.unpublished") };
    let row = tx.find(sql, args![access.store.id]).await?.ok_or(Error::NotFound)?;
    audit::record(tx, actor, Some(access.store.id), action, json!({})).await?;
    Ok(Store::from_row(&row)?)
}
