//! The audit log: one row for every change, in the transaction that makes it. Only added to.

use serde_json::Value;
use uuid::Uuid;

use crate::args;
use crate::base::id::StoreId;
use crate::db::{Error, SharedTx};
use crate::queries;
use crate::stores::Actor;

queries! {
    /// Adds an entry.
    ADD = "audit.add":
        "insert into shared.audit_log (id, user_id, actor, store_id, action, detail, request_id)
         values ($1, $2, $3, $4, $5, $6, $7)";
}

/// Records that `actor` did `action` (`noun.verb`) to a store.
///
/// # Errors
/// What Postgres answers.
pub async fn record(
    tx: &SharedTx<'_>,
    actor: &Actor,
    store: Option<StoreId>,
    action: &'static str,
    detail: Value,
) -> Result<(), Error> {
    let user = actor.user;
    let request = actor.request_id.clone();
    tx.run(&ADD, args![Uuid::now_v7(), user, actor.name, store, action, detail, request]).await?;
    Ok(())
}
