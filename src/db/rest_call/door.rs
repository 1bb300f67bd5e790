//! How a call's transaction begins, where it lands, and how it ends.

use futures_util::future::join;
use tokio_postgres::Client;

use super::statement::{Generated, Text, run};
use crate::db::tx::StoreRef;

/// Enters a store; the settings after it are what a function of the store may read of the request.
macro_rules! enter_store {
    () => {
        "/* rest.enter_store */ select shared.enter($1::uuid, $2::int8, $3, $4, $5::int4), \
         set_config('request.method', $6, true), set_config('request.path', $7, true), \
         set_config('request.headers', $8, true)"
    };
}
const ENTER_STORE: &str = enter_store!();
/// As [`ENTER_STORE`], in the caller's time zone.
const ENTER_STORE_ZONED: &str = concat!(enter_store!(), ", set_config('timezone', $9, true)");

/// Where the statement runs, and as whom.
#[derive(Debug)]
pub enum Door<'a> {
    /// In one store.
    Store {
        /// The store, and what the caller believes of it.
        store: StoreRef,
        /// The database role.
        role: &'a str,
        /// The token's claims as JSON.
        claims: &'a str,
        /// How long the statement may run.
        timeout_ms: i32,
        /// Method, path and headers (JSON) of the request.
        request: [&'a str; 3],
        /// The time zone that the caller prefers.
        timezone: Option<&'a str>,
    },
    /// In a database that is not ours: settings made in this order, then, where there is one,
    /// the statement that is to run before each request.
    Settings {
        /// Names and values.
        settings: &'a Generated,
        /// Runs as the caller's role before the statement.
        before: Option<&'a Generated>,
    },
}

/// What the transaction is begun with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Mode {
    /// Whether the transaction may only read.
    pub read_only: bool,
    /// Isolation, where it is not the server's default.
    pub isolation: Option<Isolation>,
    /// Whether all is undone at the end.
    pub rolls_back: bool,
}

/// Isolation of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// `repeatable read`.
    RepeatableRead,
    /// `serializable`.
    Serializable,
}

/// Lands where the statement is to run.
pub(super) async fn enter(client: &Client, door: &Door<'_>) -> Result<(), tokio_postgres::Error> {
    match door {
        Door::Store { store, role, claims, timeout_ms, request, timezone } => {
            let (id, revision) = (store.id.uuid().to_string(), store.revision.to_string());
            let timeout = timeout_ms.to_string();
            let [method, path, headers] = *request;
            let zone = timezone.unwrap_or_default();
            let params = [&id, &revision, *role, *claims, &timeout, method, path, headers, zone];
            let (text, count) = match timezone {
                Some(_) => (ENTER_STORE_ZONED, 9),
                None => (ENTER_STORE, 8),
            };
            run(client, text, params[..count].iter().map(|value| Text(Some(value)))).await?;
        }
        Door::Settings { settings, before: None } => {
            settings.run(client).await?;
        }
        Door::Settings { settings, before: Some(before) } => {
            let (set, ran) = join(settings.run(client), before.run(client)).await;
            set?;
            ran?;
        }
    }
    Ok(())
}

/// The end of the transaction. What is rolled back must have been fit to be committed: constraints
/// that wait for the commit are asked first.
#[expect(clippy::disallowed_methods, reason = "this is the REST plane's transaction")]
pub(super) async fn end(client: &Client, mode: Mode) -> Result<(), tokio_postgres::Error> {
    if !mode.rolls_back {
        return client.batch_execute("commit").await;
    }
    let asked = client.batch_execute("set constraints all immediate");
    let (asked, ended) = join(asked, client.batch_execute("rollback")).await;
    ended.and(asked)
}

/// The beginning.
pub(super) fn begin(mode: Mode) -> &'static str {
    match (mode.isolation, mode.read_only) {
        (None, true) => "begin read only",
        (None, false) => "begin",
        (Some(Isolation::RepeatableRead), true) => {
            "begin isolation level repeatable read read only"
        }
        (Some(Isolation::RepeatableRead), false) => "begin isolation level repeatable read",
        (Some(Isolation::Serializable), true) => "begin isolation level serializable read only",
        (Some(Isolation::Serializable), false) => "begin isolation level serializable",
    }
}
