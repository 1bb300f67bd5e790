//! A pool that gives a store the connections which know it.
//!
//! A Postgres backend keeps what it has read of a schema's catalog for as long as it lives (some
//! 0.16 MB a store), and the first touch of a schema costs 10 to 30 ms. So every connection is
//! asked for with the store it is for: a rendezvous hash ranks the slots for each store, and work
//! goes to the rank that has seen the store and is least busy. Another rank is only tried where the
//! store's own requests wait for each other, or many of others are before it: to wait for a few takes
//! less time, and nothing of the server's, than a first touch. Waiting is bounded, and one store
//! can't fill a queue. A connection that has touched as many schemas as it may, or is old,
//! retires; one whose request was dropped is drained before anybody else gets it.
//!
//! Behind a pooler all that holds of the pooler's backends where each slot comes as a login of its
//! own, for which the pooler keeps one backend.

mod config;
mod drain;
mod figures;
mod lease;
mod retire;
mod slot;
mod ways;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Error;
use super::connection;
use crate::base::id::StoreId;
pub use config::{Placement, PoolConfig, schemas_max};
use figures::Counters;
pub use figures::Figures;
use lease::{Held, Place};
pub(super) use lease::{Lease, State};
use retire::Census;
use slot::{Admitted, Slot};
pub(super) use ways::Ways;

/// Slots a store may be served by.
pub const RANKS: usize = 3;

/// What a connection is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Work in a store.
    Store(StoreId),
    /// Work in a schema that is no store's, or not known beforehand.
    Schema,
    /// Work that touches no store.
    Elsewhere,
}

/// Connections for one kind of work: of one login, or of a login each.
#[derive(Clone)]
pub(super) struct Pool(Arc<Inner>);

struct Inner {
    ways: Ways,
    /// Role in which a store is entered to warm a connection; none where there are no stores.
    warms_as: Option<&'static str>,
    config: PoolConfig,
    /// How long a request waits for its slot. A verb that asked for a second connection of its own
    /// slot would otherwise wait for itself.
    wait_max: Duration,
    slots: Vec<Slot>,
    /// Where the search for an idle slot begins next.
    turn: AtomicUsize,
    census: Census,
    counters: Counters,
    /// Whose turn it is to retire.
    retiring: Semaphore,
}

impl Pool {
    pub(super) fn new(
        ways: Ways,
        slots: usize,
        (config, wait_max): (&PoolConfig, Duration),
        warms_as: Option<&'static str>,
    ) -> Self {
        let slots = ways.slots(slots);
        Self(Arc::new(Inner {
            ways,
            warms_as,
            config: config.clone(),
            wait_max,
            slots: (0..slots).map(|_| Slot::default()).collect(),
            turn: AtomicUsize::new(0),
            census: Census::new(config.age_max),
            counters: Counters::default(),
            retiring: Semaphore::new(1),
        }))
    }

    /// Waits for a connection that serves `work`.
    pub(super) async fn lease(&self, work: Work) -> Result<Lease, Error> {
        let slot = match (work, self.0.config.placement) {
            (Work::Store(store), Placement::Affinity) => self.choose(store),
            (_, Placement::Affinity) => self.least_busy(0..self.0.slots.len()).unwrap_or(0),
            (_, Placement::AnyIdle) => self.next_idle(),
        };
        let place = Place::take(self, slot, work)?;
        let turn = tokio::time::timeout(self.0.wait_max, self.turn(slot, work)).await;
        let Ok((mut held, mut admitted)) = turn else {
            self.0.counters.timed_out();
            return Err(Error::WaitedTooLong);
        };
        if admitted == Admitted::Lost {
            *held = Some(connection::open(self.0.ways.of(slot)).await?);
            admitted = self.slot(slot).admit_first(work);
        }
        if let Work::Store(store) = work {
            self.touch(store, admitted);
        }
        Ok(Lease::new(held, place))
    }

    /// The slot's connection, when it may serve the work: one that has touched as many schemas as
    /// it may serves those it knows, and nothing new until its successor is there.
    async fn turn(&self, slot: usize, work: Work) -> (Held, Admitted) {
        loop {
            let renewed = self.slot(slot).renewed();
            let mut held = self.slot(slot).lock().await;
            let is_alive = held.as_mut().is_some_and(|connection| !connection.is_closed());
            let admitted = match is_alive {
                true => self.slot(slot).admit(work, self.cap()),
                false => Admitted::Lost,
            };
            if admitted != Admitted::Full {
                if is_alive && self.is_due(slot, held.as_ref()) {
                    self.retire(slot);
                }
                return (held, admitted);
            }
            drop(held);
            self.retire(slot);
            renewed.await;
        }
    }

    fn touch(&self, store: StoreId, admitted: Admitted) {
        self.0.counters.touched(admitted == Admitted::Warm);
        if admitted == Admitted::Cold {
            self.0.census.saw(store);
        }
    }

    /// Rules 1 to 3 of the affinity: those that know the store, the least busy of them; else the
    /// first rank; the second where the first is crowded and the second is idle. Where somebody has
    /// had that connection for long, the least busy of all ranks.
    fn choose(&self, store: StoreId) -> usize {
        let ranked = self.ranks(store);
        let known = ranked.iter().copied().filter(|&slot| self.slot(slot).knows(store));
        let chosen = self.least_busy(known).unwrap_or(ranked[0]);
        if let (true, _) = self.slot(chosen).burden() {
            return self.least_busy(ranked.into_iter()).unwrap_or(chosen);
        }
        match ranked.get(1) {
            Some(&second)
                if chosen == ranked[0]
                    && self.slot(chosen).is_crowded_for(store)
                    && self.slot(second).load() == 0 =>
            {
                second
            }
            _ => chosen,
        }
    }

    /// The slots that may serve a store, the best first.
    fn ranks(&self, store: StoreId) -> Vec<usize> {
        let weight = |slot: usize| {
            let mut hasher = DefaultHasher::new();
            (store, slot).hash(&mut hasher);
            hasher.finish()
        };
        let mut slots: Vec<usize> = (0..self.0.slots.len()).collect();
        slots.sort_unstable_by_key(|&slot| std::cmp::Reverse(weight(slot)));
        slots.truncate(RANKS);
        slots
    }

    /// The least busy of all slots; of those that are idle, the one that has rested longest.
    fn next_idle(&self) -> usize {
        let (turn, count) = (self.0.turn.fetch_add(1, Ordering::Relaxed), self.0.slots.len());
        self.least_busy((0..count).map(|nth| turn.wrapping_add(nth) % count)).unwrap_or(0)
    }

    fn least_busy(&self, slots: impl Iterator<Item = usize>) -> Option<usize> {
        slots.min_by_key(|&slot| self.slot(slot).burden())
    }

    fn slot(&self, slot: usize) -> &Slot {
        &self.0.slots[slot]
    }
}

#[cfg(test)]
mod tests;
