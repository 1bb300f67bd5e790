//! How a call's transaction begins, where it lands, and how it ends.

use std::io;

use super::statement::Generated;
use crate::db::connection::Batch;
use crate::db::tx::StoreRef;

/// Enters a store; the settings after it are what a function of the store may read of the request.
macro_rules! enter_store {
    () => {
        "/* rest.enter_store */ select shared.enter($1::uuid, $2::int8, $3, $4, $5::int4), \
         set_config('request.method', $6, true), set_config('request.path', $7, true), \
         set_config('request.headers', $8, true)"
    };
}
macro_rules! read_only {
    () => {
        "set_config('transaction_read_only', 'on', true)"
    };
}
macro_rules! zoned {
    () => {
        ", set_config('timezone', $9, true)"
    };
}
const ENTER: &str = enter_store!();
const ENTER_ZONED: &str = concat!(enter_store!(), zoned!());
const ENTER_READ_ONLY: &str = concat!(enter_store!(), ", ", read_only!());
const ENTER_READ_ONLY_ZONED: &str = concat!(enter_store!(), ", ", read_only!(), zoned!());
/// What a transaction that has entered no store is kept from writing with.
const READ_ONLY: &str = concat!("select ", read_only!());

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

/// What the transaction is to be.
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

/// The beginning, where the sync at the end is not enough.
pub(super) fn begin(batch: &mut Batch, mode: Mode) -> io::Result<()> {
    match mode.isolation {
        _ if !mode.is_explicit() => Ok(()),
        None => batch.run("begin", []),
        Some(Isolation::RepeatableRead) => batch.run("begin isolation level repeatable read", []),
        Some(Isolation::Serializable) => batch.run("begin isolation level serializable", []),
    }
}

/// Lands where the statement is to run. Writing is forbidden by a setting: a transaction may give
/// it up at any time, and never get it back.
pub(super) fn enter(batch: &mut Batch, door: &Door<'_>, mode: Mode) -> io::Result<()> {
    match door {
        Door::Store { store, role, claims, timeout_ms, request, timezone } => {
            let (id, revision) = (store.id.uuid().to_string(), store.revision.to_string());
            let timeout = timeout_ms.to_string();
            let [method, path, headers] = *request;
            let params = [&id, &revision, *role, *claims, &timeout, method, path, headers];
            let text = match (mode.read_only, timezone) {
                (false, None) => ENTER,
                (false, Some(_)) => ENTER_ZONED,
                (true, None) => ENTER_READ_ONLY,
                (true, Some(_)) => ENTER_READ_ONLY_ZONED,
            };
            batch.run(text, params.into_iter().chain(*timezone).map(Some))
        }
        Door::Settings { settings, before } => {
            if mode.read_only {
                batch.run(READ_ONLY, [])?;
            }
            for statement in [*settings].into_iter().chain(*before) {
                batch.run(statement.text(), statement.values())?;
            }
            Ok(())
        }
    }
}

/// The end, where the sync is not enough. What is rolled back must have been fit to be committed:
/// constraints that wait for the commit are asked first.
pub(super) fn end(batch: &mut Batch, mode: Mode) -> io::Result<()> {
    match (mode.is_explicit(), mode.rolls_back) {
        (_, true) => {
            batch.run("set constraints all immediate", [])?;
            batch.run("rollback", [])
        }
        (true, false) => batch.run("commit", []),
        (false, false) => Ok(()),
    }
}

impl Mode {
    /// Whether the transaction is begun and ended by statements of its own.
    fn is_explicit(self) -> bool {
        self.rolls_back || self.isolation.is_some()
    }
}
