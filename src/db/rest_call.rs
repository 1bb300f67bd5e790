//! One request of the REST plane: one round trip.
//!
//! `begin`, the entrance, the one statement and `commit` are written to the socket together and
//! their four answers are read afterwards. A statement that fails makes the rest fail too, so what
//! was answered as refused was never committed; all four answers are checked, because Postgres
//! calls the commit of a failed transaction a success. The statement of a call that is dropped on the
//! way is cancelled, and its connection drained before the next call gets it.

mod answer;
mod door;
mod statement;

use futures_util::future::{OptionFuture, join5};
use tokio_postgres::{Client, Row};

use super::pool::{State, Work};
use super::tx::{StoreRef, Tx};
use super::{Cluster, Error};
use crate::{args, queries};
use answer::refused;
pub use answer::{Answer, CallError, Refusal};
pub use door::{Door, Isolation, Mode};
use door::{begin, end, enter};
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
        lease.set_state(State::Running);
        let (result, clean) = call(lease.client()?, door, mode, statement, explain).await;
        lease.set_state(if clean { State::Idle } else { State::Open });
        if let (Some(store), Ok(_)) = (store, &result) {
            lease.asked(store, statement.text());
        }
        result
    }

    /// Whether a store is still as the caller read it.
    ///
    /// # Errors
    /// What the database answers but for that.
    pub async fn rest_is_current(&self, store: StoreRef) -> Result<bool, Error> {
        match self.rest_catalog(async |tx| tx.guard(store).await).await {
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
        super::cluster::plain(self.rest_pool().lease(Work::Elsewhere).await?, async |tx| {
            work(&tx).await
        })
        .await
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
        Ok(Answer { rows, explained })
    })();
    (result.map_err(refused), clean)
}
