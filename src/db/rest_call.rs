//! One request of the REST plane: one round trip.
//!
//! `begin`, the entrance, the one statement and `commit` are written to the socket together and
//! their four answers are read afterwards. A statement that fails makes the rest fail too, so what
//! was answered as refused was never committed; all four answers are checked, because Postgres
//! calls the commit of a failed transaction a success. The statement of a call that is dropped on the
//! way is cancelled, and its connection drained before the next call gets it.

mod statement;

use futures_util::future::{OptionFuture, join, join5};
use serde_json::Value;
use tokio_postgres::{Client, Row};

use super::pool::{State, Work};
use super::tx::{StoreRef, Tx};
use super::{Cluster, Error};
pub use statement::Generated;
use statement::{Text, run};

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

/// The row that a generated statement answers.
#[derive(Debug)]
pub struct Answer {
    row: Option<Row>,
    explained: Option<Value>,
}

/// What Postgres refused with, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// SQLSTATE.
    pub code: String,
    /// The message.
    pub message: String,
    /// `DETAIL`.
    pub detail: Option<String>,
    /// `HINT`.
    pub hint: Option<String>,
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Postgres refused.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// The connection was not had, or was lost, or the store has moved on.
    #[error(transparent)]
    Db(#[from] Error),
}

impl Answer {
    /// A text column; none where it is null or not there.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.row.as_ref().and_then(|row| row.try_get(column).ok().flatten())
    }

    /// A `bigint` column.
    pub fn number(&self, column: &str) -> Option<i64> {
        self.row.as_ref().and_then(|row| row.try_get(column).ok().flatten())
    }

    /// A `bytea` column.
    pub fn bytes(&self, column: &str) -> Option<&[u8]> {
        self.row.as_ref().and_then(|row| row.try_get(column).ok().flatten())
    }

    /// The plan that was asked for beside the answer, as JSON.
    pub fn explained(&self) -> Option<&Value> {
        self.explained.as_ref()
    }
}

impl Cluster {
    /// Runs one generated statement, and `explain` of another where one is given, in one
    /// transaction and one round trip.
    ///
    /// # Errors
    /// What Postgres refuses, and [`Error`] for getting there; nothing is committed then.
    pub async fn rest_call(
        &self,
        door: &Door<'_>,
        mode: Mode,
        statement: &Generated,
        explain: Option<&Generated>,
    ) -> Result<Answer, CallError> {
        let store = match door {
            Door::Store { store, .. } => Some(*store),
            Door::Settings { .. } => None,
        };
        let work = store.map_or(Work::Elsewhere, |store| Work::Store(store.id));
        let mut lease = self.rest_pool().lease(work).await?;
        lease.set_state(State::Running);
        let (result, clean) = call(lease.client()?, door, mode, statement, explain).await;
        lease.set_state(if clean { State::Idle } else { State::Open });
        if let (Some(store), Ok(_)) = (store, &result) {
            lease.asked(store, statement.text());
        }
        result
    }

    /// Asks the database for a sign of life, as the REST login.
    ///
    /// # Errors
    /// When there is none.
    pub async fn rest_ping(&self) -> Result<(), Error> {
        self.rest_catalog(async |_| Ok(())).await
    }

    /// Runs `work` as the REST login, outside of any store: reading of the catalog.
    ///
    /// # Errors
    /// What `work` answers, and [`Error`] for getting there.
    pub async fn rest_catalog<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        super::cluster::plain(self.rest_pool().lease(Work::Elsewhere).await?, async |tx| {
            work(&tx).await
        })
        .await
    }
}

/// All of it; and whether the connection is known to be out of the transaction.
#[expect(clippy::disallowed_methods, reason = "this is the REST plane's transaction")]
async fn call(
    client: &Client,
    door: &Door<'_>,
    mode: Mode,
    statement: &Generated,
    explain: Option<&Generated>,
) -> (Result<Answer, CallError>, bool) {
    let explained = OptionFuture::from(explain.map(|statement| statement.run(client)));
    // Polled in this order, and each writes its message when it is first polled.
    let calls = join5(
        client.batch_execute(begin(mode)),
        enter(client, door),
        explained,
        statement.run(client),
        end(client, mode),
    );
    let (begun, entered, explained, answered, ended) = calls.await;
    let clean = ended.is_ok();
    let result = (|| {
        begun?;
        entered?;
        let explained = explained.transpose()?;
        let rows = answered?;
        ended?;
        let explained = explained.and_then(|rows: Vec<Row>| rows.first()?.try_get(0).ok());
        Ok(Answer { row: rows.into_iter().next(), explained })
    })();
    (result.map_err(refused), clean)
}

async fn enter(client: &Client, door: &Door<'_>) -> Result<(), tokio_postgres::Error> {
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
async fn end(client: &Client, mode: Mode) -> Result<(), tokio_postgres::Error> {
    if !mode.rolls_back {
        return client.batch_execute("commit").await;
    }
    let asked = client.batch_execute("set constraints all immediate");
    let (asked, ended) = join(asked, client.batch_execute("rollback")).await;
    ended.and(asked)
}

fn begin(mode: Mode) -> &'static str {
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

fn refused(source: tokio_postgres::Error) -> CallError {
    match source.as_db_error() {
        Some(db) if !matches!(db.code().code(), "SK001" | "SK002") => CallError::Refused(Refusal {
            code: db.code().code().to_owned(),
            message: db.message().to_owned(),
            detail: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
        }),
        _ => CallError::Db(Error::from_pg("rest.call", source)),
    }
}
