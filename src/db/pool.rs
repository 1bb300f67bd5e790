//! A pool that gives a store the connections which know it.
//!
//! A Postgres backend keeps what it has read of a schema's catalog for as long as it lives (some
//! 0.16 MB a store), and the first touch of a schema costs 10 to 30 ms. So every connection is
//! asked for with the store it is for: a rendezvous hash ranks the slots for each store, and work
//! goes to the first rank that has seen the store and is least busy. Waiting is bounded: a slot's
//! queue has 64 places, of which one store may hold half.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio_postgres::Client;

use super::Error;
use super::connection::{self, Canceller, Dialer};
use crate::base::id::StoreId;

/// Requests that may wait for one slot.
const QUEUE_MAX: usize = 64;
/// Slots a store may be served by.
const RANKS: usize = 3;

/// Connections of one login.
#[derive(Clone)]
pub(super) struct Pool(Arc<Inner>);

struct Inner {
    dialer: Dialer,
    slots: Vec<Slot>,
    /// How long a request waits for its slot. A verb that asked for a second connection of its own
    /// slot would otherwise wait for itself.
    wait_max: Duration,
    timeouts: AtomicU64,
}

/// How busy a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Connections that there may be.
    pub slots: usize,
    /// Those that nobody uses.
    pub free: usize,
    /// Requests that wait for one.
    pub waiting: usize,
    /// Requests that waited in vain, since the start.
    pub timeouts: u64,
}

/// One connection and those who wait for it.
struct Slot {
    client: Arc<tokio::sync::Mutex<Option<Client>>>,
    /// Requests that hold this slot or wait for it, in all and by store.
    load: AtomicUsize,
    stores: Mutex<HashMap<StoreId, Seen>>,
}

/// What a slot knows of a store: present means that its backend has touched the schema.
#[derive(Default)]
struct Seen {
    waiting: usize,
}

/// A connection in use. Goes back to its slot when dropped; closed instead if it is in doubt.
pub(super) struct Lease {
    guard: OwnedMutexGuard<Option<Client>>,
    pool: Pool,
    slot: usize,
    store: Option<StoreId>,
    in_doubt: bool,
}

impl Pool {
    pub(super) fn new(dialer: Dialer, slots: usize, wait_max: Duration) -> Self {
        let slots = (0..slots.max(1)).map(|_| Slot::new()).collect();
        Self(Arc::new(Inner { dialer, slots, wait_max, timeouts: AtomicU64::new(0) }))
    }

    pub(super) fn figures(&self) -> Figures {
        let loads = || self.0.slots.iter().map(Slot::load);
        Figures {
            slots: self.0.slots.len(),
            free: loads().filter(|load| *load == 0).count(),
            waiting: loads().map(|load| load.saturating_sub(1)).sum(),
            timeouts: self.0.timeouts.load(Ordering::Relaxed),
        }
    }

    /// Waits for a connection that serves `store`, or any for work that touches no store.
    pub(super) async fn lease(&self, store: Option<StoreId>) -> Result<Lease, Error> {
        let slot = match store {
            Some(store) => self.choose(store),
            None => self.least_busy(0..self.0.slots.len()),
        };
        self.0.slots[slot].enter(store)?;
        // From here on the place in the queue is given back by `Waiting` or by `Lease`.
        let waiting = Waiting { pool: self, slot, store, done: false };
        let free = Arc::clone(&self.0.slots[slot].client).lock_owned();
        let guard = tokio::time::timeout(self.0.wait_max, free).await.map_err(|_| {
            self.0.timeouts.fetch_add(1, Ordering::Relaxed);
            Error::Overloaded
        })?;
        let mut lease = waiting.into_lease(guard);
        if lease.guard.as_ref().is_none_or(Client::is_closed) {
            self.0.slots[slot].forget();
            *lease.guard = None;
            *lease.guard = Some(connection::open(&self.0.dialer).await?);
        }
        Ok(lease)
    }

    /// Rules 1 to 3 of the affinity: those that know the store, the least busy of them; else the
    /// first rank; the second where the first has a queue and the second is idle.
    fn choose(&self, store: StoreId) -> usize {
        let ranked = self.ranks(store);
        let knows = |&slot: &usize| self.0.slots[slot].knows(store);
        let chosen = if ranked.iter().any(knows) {
            self.least_busy(ranked.iter().copied().filter(|slot| knows(slot)))
        } else {
            ranked[0]
        };
        match ranked.get(1) {
            Some(&second)
                if chosen == ranked[0]
                    && self.0.slots[chosen].load() > 1
                    && self.0.slots[second].load() == 0 =>
            {
                second
            }
            _ => chosen,
        }
    }

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

    fn least_busy(&self, slots: impl IntoIterator<Item = usize>) -> usize {
        slots.into_iter().min_by_key(|&slot| self.0.slots[slot].load()).unwrap_or(0)
    }
}

impl Slot {
    fn new() -> Self {
        Self { client: Arc::default(), load: AtomicUsize::new(0), stores: Mutex::default() }
    }

    fn load(&self) -> usize {
        self.load.load(Ordering::Relaxed)
    }

    fn stores(&self) -> std::sync::MutexGuard<'_, HashMap<StoreId, Seen>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knows(&self, store: StoreId) -> bool {
        self.stores().contains_key(&store)
    }

    /// Takes a place in the queue, or refuses when it is full or the store holds its half.
    fn enter(&self, store: Option<StoreId>) -> Result<(), Error> {
        if self.load() >= QUEUE_MAX {
            return Err(Error::Overloaded);
        }
        if let Some(store) = store {
            let mut stores = self.stores();
            let seen = stores.entry(store).or_default();
            if seen.waiting >= QUEUE_MAX / 2 {
                return Err(Error::Overloaded);
            }
            seen.waiting += 1;
        }
        self.load.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn leave(&self, store: Option<StoreId>) {
        self.load.fetch_sub(1, Ordering::Relaxed);
        if let Some(store) = store
            && let Some(seen) = self.stores().get_mut(&store)
        {
            seen.waiting = seen.waiting.saturating_sub(1);
        }
    }

    /// The backend is gone and what it knew with it; those who wait keep their places.
    fn forget(&self) {
        self.stores().retain(|_, seen| seen.waiting > 0);
    }
}

/// A place in a slot's queue, given back when the request is dropped while it waits.
struct Waiting<'p> {
    pool: &'p Pool,
    slot: usize,
    store: Option<StoreId>,
    done: bool,
}

impl Waiting<'_> {
    fn into_lease(mut self, guard: OwnedMutexGuard<Option<Client>>) -> Lease {
        self.done = true;
        let pool = self.pool.clone();
        Lease { guard, pool, slot: self.slot, store: self.store, in_doubt: false }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.pool.0.slots[self.slot].leave(self.store);
        }
    }
}

impl Lease {
    /// The driver's client.
    pub(super) fn client(&self) -> Result<&Client, Error> {
        self.guard.as_ref().ok_or(Error::Overloaded)
    }

    /// Ends what the connection is doing, from outside.
    pub(super) fn canceller(&self) -> Result<Canceller, Error> {
        Ok(self.pool.0.dialer.canceller(self.client()?))
    }

    /// Says whether the connection may be in a transaction: such a one is closed, not handed on.
    pub(super) fn set_in_doubt(&mut self, in_doubt: bool) {
        self.in_doubt = in_doubt;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let slot = &self.pool.0.slots[self.slot];
        if self.in_doubt {
            *self.guard = None;
            slot.forget();
        }
        slot.leave(self.store);
    }
}
