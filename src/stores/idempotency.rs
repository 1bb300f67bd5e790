//! Requests that may be sent again. The key is written in the transaction that does the work, so
//! one key never makes two stores; a second sender waits for the first and gets its answer.

use futures_util::future::join;
use serde_json::json;

use crate::args;
use crate::base::id::{StoreId, UserId};
use crate::db::{Error as DbError, SharedTx};
use crate::queries;
use crate::stores::Error;

queries! {
    /// Makes two senders of one key follow each other. A statement of its own: what the second one
    /// reads must be as new as its turn.
    LOCK = "idempotency.lock":
        "select pg_advisory_xact_lock(hashtextextended($1::uuid || ' ' || $2, 1))";
    /// What a key was used for.
    FIND = "idempotency.find":
        "select k.request_hash, k.response from shared.idempotency_keys k
          where k.user_id = $1 and k.key = $2";
    /// Remembers what the key did.
    KEEP = "idempotency.keep":
        "insert into shared.idempotency_keys (user_id, key, request_hash, status, response)
         values ($1, $2, $3, 201, $4)";
}

/// A request that may be sent again: its key, and what it asks for.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// Who sends it.
    pub user: UserId,
    /// The key the sender chose.
    pub key: String,
    /// A hash of what was asked for.
    pub request_hash: String,
}

/// The store that a key has made.
///
/// # Errors
/// [`Error::IdempotencyMismatch`] when the key was used for something else.
pub async fn find(tx: &SharedTx<'_>, request: &Repeatable) -> Result<Option<StoreId>, Error> {
    let (user, key) = (request.user, &request.key);
    let (locked, found) =
        join(tx.rows(&LOCK, args![user, key]), tx.find(&FIND, args![user, key])).await;
    locked?;
    let Some(row) = found? else {
        return Ok(None);
    };
    if row.get::<String>("request_hash")? != request.request_hash {
        return Err(Error::IdempotencyMismatch);
    }
    let response: serde_json::Value = row.get("response")?;
    Ok(response["store_id"].as_str().and_then(|id| id.parse().ok()))
}

/// Remembers which store a key has made.
///
/// # Errors
/// What Postgres answers.
pub async fn keep(tx: &SharedTx<'_>, request: &Repeatable, store: StoreId) -> Result<(), DbError> {
    let response = json!({ "store_id": store });
    let (user, key, hash) = (request.user, &request.key, &request.request_hash);
    tx.run(&KEEP, args![user, key, hash, response]).await?;
    Ok(())
}
