//! A store ends: out of service at once, its data gone after a while. Its slug and the name of its
//! schema stay taken for ever.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::db::SharedTx;
use crate::stores::{Access, Actor, Error, audit, invitations};
use crate::{args, queries};

queries! {
    /// Takes a store out of service, and says from when on its data may go.
    DELETE = "retire.delete":
        "update shared.stores s set status = 'deleted', deleted_at = now(), published_at = null
          where s.id = $1 and s.status = 'active'
         returning s.deleted_at + make_interval(secs => $2) as kept_until";
}

/// Takes a store out of service. Its data is kept for `keep`; answers until when.
///
/// # Errors
/// [`Error::Forbidden`] unless the role may delete, [`Error::Unavailable`] when it is suspended.
pub async fn delete(
    tx: &SharedTx<'_>,
    access: &Access,
    keep: Duration,
    actor: &Actor,
) -> Result<Timestamp, Error> {
    access.require("delete")?;
    access.require_active()?;
    let store = &access.store;
    let row = tx.find(&DELETE, args![store.id, keep.as_secs_f64()]).await?;
    let kept_until: Timestamp = row.ok_or(Error::NotFound)?.get("kept_until")?;
    invitations::end_all(tx, store.id).await?;
    let detail = json!({ "slug": store.slug, "kept_until": kept_until.to_string() });
    audit::record(tx, actor, Some(store.id), "store.deleted", detail).await?;
    Ok(kept_until)
}
