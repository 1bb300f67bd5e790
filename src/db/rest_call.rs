//! One request of the REST plane: one round trip.
//!
//! The entrance and the one statement are sent together, with one sync after them, and all answers
//! are read before any is believed. They are one transaction without a `begin`: Postgres commits it
//! at the sync, and a statement that fails leaves the rest out and undoes what came before, so what
//! was answered as refused was never committed. The statement of a call that is dropped on the way
//! is cancelled, and its connection drained before the next call gets it.

mod answer;
mod door;
mod statement;

use std::io;

use super::connection::{Batch, Exchange};
use super::pool::{State, Work};
use super::tx::{StoreRef, Tx};
use super::{Cluster, Error, cluster};
use crate::{args, queries};
use answer::failed;
pub use answer::{Answer, CallError, Refusal};
pub use door::{Door, Isolation, Mode};
pub use statement::Generated;

queries! {
    /// Fails where the store is not as the caller read it.
    GUARD = "rest.guard": "select shared.guard($1, $2)";
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
        let batch = batch(door, mode, statement, explain).map_err(Error::TooLarge)?;
        lease.set_state(State::Running);
        let exchange = lease.exchange()?;
        let result = run(exchange, batch).await;
        let state = if exchange.is_settled() { State::Idle } else { State::Open };
        lease.set_state(state);
        if let (Some(store), Ok(_)) = (store, &result) {
            lease.asked(store, statement.text());
        }
        result
    }

    /// Whether a store is still as the caller read it. Waits where that store's requests wait, so
    /// that who asks for nonsense waits behind himself.
    ///
    /// # Errors
    /// What the database answers but for that.
    pub async fn rest_is_current(&self, store: StoreRef) -> Result<bool, Error> {
        let lease = self.rest_pool().lease(Work::Store(store.id)).await?;
        let asked = async |tx: Tx<'_>| tx.guard(store).await;
        match cluster::plain(lease, cluster::BEGIN_CATALOG, asked).await {
            Ok(()) => Ok(true),
            Err(Error::StoreChanged | Error::StoreMissing) => Ok(false),
            Err(error) => Err(error),
        }
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
        let lease = self.rest_pool().lease(Work::Elsewhere).await?;
        cluster::plain(lease, cluster::BEGIN_CATALOG, async |tx| work(&tx).await).await
    }
}

impl Tx<'_> {
    /// Fails where the store is not as the caller read it: what was read of it before in this
    /// transaction is of no later state then.
    ///
    /// # Errors
    /// [`Error::StoreChanged`], [`Error::StoreMissing`].
    pub async fn guard(&self, store: StoreRef) -> Result<(), Error> {
        self.rows(&GUARD, args![store.id, store.revision]).await.map(|_| ())
    }
}

/// All that is sent.
fn batch(
    door: &Door<'_>,
    mode: Mode,
    statement: &Generated,
    explain: Option<&Generated>,
) -> io::Result<Batch> {
    let mut batch = Batch::default();
    door::begin(&mut batch, mode)?;
    door::enter(&mut batch, door, mode)?;
    for statement in explain.into_iter().chain([statement]) {
        batch.ask(statement.text(), statement.values())?;
    }
    door::end(&mut batch, mode)?;
    Ok(batch)
}

async fn run(exchange: &mut Exchange, batch: Batch) -> Result<Answer, CallError> {
    let answers = exchange.run(batch).await;
    if answers.is_err() && exchange.is_open() {
        // A failure leaves the statement out that would have ended what `begin` began.
        let mut end = Batch::default();
        end.run("rollback", []).map_err(Error::TooLarge)?;
        // Where that fails too, the connection is drained before the next call gets it.
        let _ = exchange.run(end).await;
    }
    let mut answers = answers.map_err(failed)?;
    let rows = answers.pop().unwrap_or_default();
    let explained = answers.pop().and_then(|rows| rows.first("QUERY PLAN"));
    Ok(Answer { rows, explained })
}
