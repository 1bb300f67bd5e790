//! The audit log: one row for every change by a verb, in the transaction that makes it. Only added to.
//! Content that members write through REST passes no verb and leaves no row.

use serde_json::Value;
use uuid::Uuid;

use crate::args;
use crate::base::id::{StoreId, UserId};
use crate::db::{Error, Row, SharedTx};
use crate::queries;
use crate::stores::Actor;

queries! {
    /// One store's entries, the newest first.
    OF_STORE = "audit.of_store":
        "select id, at, user_id, actor, store_id, action, detail, request_id from shared.audit_log
          where store_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3";
    /// Entries of the stores that a person owns, the newest first.
    OF_OWNER = "audit.of_owner":
        "select id, at, user_id, actor, store_id, action, detail, request_id from shared.audit_log
          where store_id = any(array(select m.store_id from shared.members m
                                      where m.user_id = $1 and m.role = 'owner'))
            and ($2::uuid is null or id < $2)
          order by id desc limit $3";
    /// All entries, the newest first.
    EVERYTHING = "audit.everything":
        "select id, at, user_id, actor, store_id, action, detail, request_id from shared.audit_log
          where $1::uuid is null or id < $1 order by id desc limit $2";
    /// Adds an entry.
    ADD = "audit.add":
        "insert into shared.audit_log (id, user_id, actor, store_id, action, detail, request_id)
         values ($1, $2, $3, $4, $5, $6, $7)";
}

/// An entry, as people read it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Entry {
    /// Identity; later entries have greater ones.
    pub id: Uuid,
    /// When.
    pub at: jiff::Timestamp,
    /// Who, if it was a person.
    pub user_id: Option<Uuid>,
    /// Who, in the log's words.
    pub actor: String,
    /// The store it was about.
    pub store_id: Option<Uuid>,
    /// `noun.verb`.
    pub action: String,
    /// What exactly.
    pub detail: Value,
    /// The request it came with.
    pub request_id: Option<String>,
}

/// Whose entries.
#[derive(Clone, Copy, Debug)]
pub enum About {
    /// One store's.
    Store(StoreId),
    /// Those of all stores that a person owns.
    StoresOf(UserId),
    /// All there are.
    Everything,
}

/// A page of entries, the newest first: at most `limit`, before the entry `before`.
///
/// # Errors
/// What Postgres answers.
pub async fn list(
    tx: &SharedTx<'_>,
    about: About,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let rows = match about {
        About::Store(store) => tx.rows(&OF_STORE, args![store, before, limit]).await?,
        About::StoresOf(user) => tx.rows(&OF_OWNER, args![user, before, limit]).await?,
        About::Everything => tx.rows(&EVERYTHING, args![before, limit]).await?,
    };
    let read = |row: &Row| {
        Ok(Entry {
            id: row.get("id")?,
            at: row.get("at")?,
            user_id: row.get("user_id")?,
            actor: row.get("actor")?,
            store_id: row.get("store_id")?,
            action: row.get("action")?,
            detail: row.get("detail")?,
            request_id: row.get("request_id")?,
        })
    };
    rows.iter().map(read).collect()
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
