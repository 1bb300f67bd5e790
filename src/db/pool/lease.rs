//! A connection in somebody's hands, and the place in the queue that leads to it.

use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;
use tokio_postgres::Client;

use super::{Pool, Work, drain};
use crate::db::Error;
use crate::db::connection::{Connection, Exchange};
use crate::db::tx::StoreRef;

/// The slot's connection, while nobody else has it.
pub(super) type Held = OwnedMutexGuard<Option<Connection>>;

/// What a connection may still be doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum State {
    /// Nothing: it is idle and in no transaction.
    Idle,
    /// All that was asked is answered, but a transaction may be open.
    Open,
    /// Statements may be under way.
    Running,
}

/// A connection in use. Goes back to its slot when dropped; what it may still be doing is ended
/// first.
pub(in crate::db) struct Lease {
    held: Option<Held>,
    place: Option<Place>,
    state: State,
}

impl Lease {
    pub(super) fn new(held: Held, mut place: Place) -> Self {
        place.begin_hold();
        Self { held: Some(held), place: Some(place), state: State::Idle }
    }

    /// The driver's client.
    pub(in crate::db) fn client(&self) -> Result<&Client, Error> {
        let connection = self.held.as_ref().and_then(|held| held.as_ref());
        connection.map(Connection::client).ok_or(Error::Overloaded)
    }

    /// The connection's exchanges.
    pub(in crate::db) fn exchange(&mut self) -> Result<&mut Exchange, Error> {
        let connection = self.held.as_mut().and_then(|held| held.as_mut());
        connection.map(Connection::exchange).ok_or(Error::Overloaded)
    }

    /// Says what the connection may be doing if the lease is dropped now.
    pub(in crate::db) fn set_state(&mut self, state: State) {
        self.state = state;
    }

    /// Remembers what was asked of a store, to warm a successor with.
    pub(in crate::db) fn asked(&self, store: StoreRef, text: &str) {
        if let Some(place) = &self.place {
            place.pool.slot(place.slot).asked(store, text);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(mut held), Some(place)) = (self.held.take(), self.place.take()) else { return };
        if self.state == State::Idle {
            return;
        }
        // Out of the slot from here on: whatever ends this closes the connection.
        let Some(connection) = held.take() else { return };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(drain::give_back(connection, held, place, self.state));
        }
    }
}

/// A place in a slot's queue, given back when it is dropped.
pub(super) struct Place {
    pub(super) pool: Pool,
    pub(super) slot: usize,
    work: Work,
    is_holder: bool,
}

impl Place {
    /// Takes a place, or refuses when the queue is full or the store holds its share of it.
    pub(super) fn take(pool: &Pool, slot: usize, work: Work) -> Result<Self, Error> {
        if let Err(error) = pool.slot(slot).enter(work, &pool.0.config) {
            pool.0.counters.shed();
            return Err(error);
        }
        Ok(Self { pool: pool.clone(), slot, work, is_holder: false })
    }

    /// Its turn has come: the connection is in its hands.
    fn begin_hold(&mut self) {
        self.is_holder = true;
        self.pool.slot(self.slot).begin_hold(Instant::now());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_holder {
            self.pool.slot(self.slot).end_hold();
        }
        self.pool.slot(self.slot).leave(self.work);
    }
}
