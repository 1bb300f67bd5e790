//! Transactions: the only things that run statements.
//!
//! A [`StoreTx`] has landed in one store's schema as a role that may work there. A [`SharedTx`]
//! works in `shared` as `souk_core`. An [`AuthTx`] is the stand-in Auth's, an [`OwnerTx`] makes
//! and drops objects. None of them outlives the closure it was given to.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::{Arg, Error, Row, Sql};
use crate::base::id::StoreId;
use crate::{args, queries};

/// How long a verb's statement may run.
pub(super) const VERB_TIMEOUT_MS: i32 = 15_000;

queries! {
    /// Lands in the store's schema, if the store is still as the caller read it.
    ENTER = "tx.enter":
        "select shared.enter($1, $2, $3, $4, $5)";
    /// Lands in `shared`, as the role that may write there.
    ENTER_SHARED = "tx.enter_shared":
        "select set_config('search_path', 'pg_catalog', true), \
                set_config('statement_timeout', '15s', true), \
                set_config('role', 'souk_core', true)";
}

/// Which store a transaction is for, and what the caller believes of it: `revision` is read with
/// the store's row, and a store that has moved on since answers [`Error::StoreChanged`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreRef {
    /// The store.
    pub id: StoreId,
    /// `shared.stores.revision` as the caller read it.
    pub revision: i64,
}

/// A transaction on one connection, in whatever role it has stepped into.
#[derive(Clone, Copy)]
pub struct Tx<'c> {
    client: &'c Client,
    progress: &'c Progress,
}

/// How a transaction goes.
#[derive(Debug, Default)]
pub(super) struct Progress {
    failed: AtomicBool,
    first: OnceLock<&'static Sql>,
}

impl Progress {
    /// The first statement after the entrance, once there was one.
    pub(super) fn first(&self) -> Option<&'static Sql> {
        self.first.get().copied()
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(client: &'c Client, progress: &'c Progress) -> Self {
        Self { client, progress }
    }

    /// All rows of the answer.
    ///
    /// # Errors
    /// What Postgres answers; the transaction can then only roll back.
    #[expect(clippy::disallowed_methods, reason = "this is the type the others go through")]
    pub async fn rows(&self, sql: &'static Sql, args: &[&dyn Arg]) -> Result<Vec<Row>, Error> {
        let typed: Vec<(&(dyn ToSql + Sync), Type)> =
            args.iter().map(|arg| (arg.pg_value(), arg.pg_type())).collect();
        match self.client.query_typed(sql.text(), &typed).await {
            Ok(rows) => Ok(rows.into_iter().map(Row).collect()),
            Err(source) => Err(self.fail(sql.name(), source)),
        }
    }

    /// The one row of the answer, if there is one.
    ///
    /// # Errors
    /// As [`Tx::rows`].
    pub async fn find(&self, sql: &'static Sql, args: &[&dyn Arg]) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// The one row of the answer.
    ///
    /// # Errors
    /// As [`Tx::rows`], and [`Error::NoRow`].
    pub async fn row(&self, sql: &'static Sql, args: &[&dyn Arg]) -> Result<Row, Error> {
        self.find(sql, args).await?.ok_or(Error::NoRow { name: sql.name() })
    }

    /// Runs the statement and says how many rows it touched.
    ///
    /// # Errors
    /// As [`Tx::rows`].
    #[expect(clippy::disallowed_methods, reason = "this is the type the others go through")]
    pub async fn run(&self, sql: &'static Sql, args: &[&dyn Arg]) -> Result<u64, Error> {
        let typed: Vec<(&(dyn ToSql + Sync), Type)> =
            args.iter().map(|arg| (arg.pg_value(), arg.pg_type())).collect();
        match self.client.execute_typed(sql.text(), &typed).await {
            Ok(count) => Ok(count),
            Err(source) => Err(self.fail(sql.name(), source)),
        }
    }

    /// Runs `work` under a savepoint: what it did stays on `Ok` and is undone on `Err`, and the
    /// transaction goes on either way.
    ///
    /// # Errors
    /// What `work` answers.
    pub async fn savepoint<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.batch("tx.savepoint", "savepoint one").await?;
        match work().await {
            Ok(value) => {
                self.batch("tx.release", "release savepoint one").await?;
                Ok(value)
            }
            Err(error) => {
                self.batch("tx.undo", "rollback to savepoint one; release savepoint one").await?;
                self.progress.failed.store(false, Ordering::Relaxed);
                Err(error)
            }
        }
    }

    /// Keeps everybody else from writing a table until the end of the transaction, once those who
    /// are at it are done; it is read all the same.
    ///
    /// # Errors
    /// As [`Tx::rows`].
    pub async fn lock_writers(&self, table: &'static str) -> Result<(), Error> {
        let text = format!("lock table {table} in share row exclusive mode");
        self.batch("tx.lock_writers", &text).await
    }

    /// Runs text that is no constant: control of the transaction, and DDL of this module.
    #[expect(clippy::disallowed_methods, reason = "this is the type the others go through")]
    pub(super) async fn batch(&self, name: &'static str, text: &str) -> Result<(), Error> {
        self.client.batch_execute(text).await.map_err(|source| self.fail(name, source))
    }

    pub(super) async fn begin_shared(&self) -> Result<(), Error> {
        let (begun, entered) =
            join(self.batch("tx.begin", "begin"), self.rows(&ENTER_SHARED, &[])).await;
        begun?;
        entered.map(|_| ())
    }

    pub(super) async fn begin_store(
        &self,
        store: StoreRef,
        role: &'static str,
        claims: &str,
        timeout_ms: i32,
    ) -> Result<(), Error> {
        let (begun, entered) = join(
            self.batch("tx.begin", "begin"),
            self.rows(&ENTER, args![store.id, store.revision, role, claims, timeout_ms]),
        )
        .await;
        begun?;
        entered.map(|_| ())
    }

    /// Commits, unless a statement failed: Postgres would roll back and call it a success.
    pub(super) async fn commit(&self) -> Result<(), Error> {
        if self.progress.failed.load(Ordering::Relaxed) {
            return Err(Error::Poisoned);
        }
        self.batch("tx.commit", "commit").await
    }

    fn fail(&self, name: &'static str, source: tokio_postgres::Error) -> Error {
        self.progress.failed.store(true, Ordering::Relaxed);
        Error::from_pg(name, source)
    }
}

macro_rules! transaction {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'c>(pub(super) Tx<'c>);

        impl<'c> Deref for $name<'c> {
            type Target = Tx<'c>;

            fn deref(&self) -> &Tx<'c> {
                &self.0
            }
        }
    )+};
}

transaction! {
    /// A transaction in one store's schema.
    StoreTx,
    /// A transaction in what all stores share, as `souk_core`.
    SharedTx,
    /// A transaction of the stand-in Auth, in schema `auth`.
    AuthTx,
    /// A transaction of the owner, which makes and drops objects.
    OwnerTx,
}

impl<'c> SharedTx<'c> {
    /// Lands in a store, in the same transaction: for the claim, whose store part can only come
    /// after its schema has its name.
    ///
    /// # Errors
    /// As the entry of every [`StoreTx`].
    pub async fn store(&self, store: StoreRef, claims: &str) -> Result<StoreTx<'c>, Error> {
        let (role, timeout_ms) = ("service_role", VERB_TIMEOUT_MS);
        self.0.rows(&ENTER, args![store.id, store.revision, role, claims, timeout_ms]).await?;
        Ok(StoreTx(self.0))
    }
}

impl<'c> StoreTx<'c> {
    /// Steps into `shared` for the last part of a verb: what follows is in the same transaction.
    ///
    /// # Errors
    /// When the login may not become `souk_core`.
    pub async fn shared(&self) -> Result<SharedTx<'c>, Error> {
        self.0.rows(&ENTER_SHARED, &[]).await?;
        Ok(SharedTx(self.0))
    }
}
