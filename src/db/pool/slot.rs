//! One connection, those who wait for it, and what it has touched.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::futures::OwnedNotified;
use tokio::sync::{Notify, OwnedMutexGuard};

use super::{PoolConfig, Work};
use crate::base::id::StoreId;
use crate::db::Error;
use crate::db::connection::Connection;
use crate::db::tx::StoreRef;

/// How long a request usually has a connection at most. Whoever has it longer, such as an import, is
/// not waited for where another connection is free.
const HOLD_USUAL: Duration = Duration::from_millis(100);

/// Requests of any store that are not worth another connection's first touch of a schema: that takes
/// as long as several of them.
const QUEUE_SHORT: usize = 4;

/// Stores that a successor is warmed for.
pub(super) const WARMED_MAX: usize = 16;

/// A slot of a pool.
#[derive(Default)]
pub(super) struct Slot {
    connection: Arc<tokio::sync::Mutex<Option<Connection>>>,
    book: Mutex<Book>,
    renewed: Arc<Notify>,
}

/// What is written down of a slot.
#[derive(Default)]
struct Book {
    /// Requests that hold the slot or wait for it.
    load: usize,
    /// Stores that the connection has touched or somebody waits for.
    stores: HashMap<StoreId, Seen>,
    /// Schemas that the connection has touched.
    touched: usize,
    /// Since when somebody has the connection.
    held_since: Option<Instant>,
    /// What was last asked, one statement a store, the newest first.
    recent: VecDeque<Recent>,
    is_retiring: bool,
}

#[derive(Default)]
struct Seen {
    waiting: usize,
    is_touched: bool,
}

/// The last statement of a store, without its values.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    pub(super) store: StoreRef,
    pub(super) text: Arc<str>,
}

/// Whether a connection takes on some work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admitted {
    /// It has touched the store before.
    Warm,
    /// It touches a schema for the first time.
    Cold,
    /// It touches none.
    Elsewhere,
    /// It has touched as many as it may.
    Full,
    /// There is none: it was never opened, or is lost.
    Lost,
}

impl Slot {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the connection, in turn.
    pub(super) async fn lock(&self) -> OwnedMutexGuard<Option<Connection>> {
        Arc::clone(&self.connection).lock_owned().await
    }

    /// Ends with the next renewal of the connection, counted from this call.
    pub(super) fn renewed(&self) -> OwnedNotified {
        Arc::clone(&self.renewed).notified_owned()
    }

    pub(super) fn load(&self) -> usize {
        self.book().load
    }

    /// Whether a store is better off with a connection that has yet to touch it: several of its own
    /// requests are here, or many of others.
    pub(super) fn is_crowded_for(&self, store: StoreId) -> bool {
        let book = self.book();
        let own = book.stores.get(&store).map_or(0, |seen| seen.waiting);
        own > 1 || book.load > QUEUE_SHORT
    }

    /// How busy it is: whether somebody has had the connection for long, and how many want it.
    pub(super) fn burden(&self) -> (bool, usize) {
        let book = self.book();
        (book.held_since.is_some_and(|since| since.elapsed() > HOLD_USUAL), book.load)
    }

    /// The connection is somebody's from now on.
    pub(super) fn begin_hold(&self, now: Instant) {
        self.book().held_since = Some(now);
    }

    pub(super) fn end_hold(&self) {
        self.book().held_since = None;
    }

    pub(super) fn knows(&self, store: StoreId) -> bool {
        self.book().stores.contains_key(&store)
    }

    /// Schemas that the connection has touched.
    pub(super) fn touched(&self) -> usize {
        self.book().touched
    }

    /// Takes a place in the queue, or refuses when it is full or the store holds its share.
    pub(super) fn enter(&self, work: Work, config: &PoolConfig) -> Result<(), Error> {
        let mut book = self.book();
        if book.load >= config.queue_max {
            return Err(Error::Overloaded);
        }
        if let Work::Store(store) = work {
            let waiting = book.stores.get(&store).map_or(0, |seen| seen.waiting);
            if waiting >= config.queue_max_of_store {
                return Err(Error::Overloaded);
            }
            book.stores.entry(store).or_default().waiting += 1;
        }
        book.load += 1;
        Ok(())
    }

    /// Gives the place back.
    pub(super) fn leave(&self, work: Work) {
        let mut book = self.book();
        book.load = book.load.saturating_sub(1);
        let Work::Store(store) = work else { return };
        if let Some(seen) = book.stores.get_mut(&store) {
            seen.waiting = seen.waiting.saturating_sub(1);
            if seen.waiting == 0 && !seen.is_touched {
                book.stores.remove(&store);
            }
        }
    }

    /// Takes on work, where the connection then has touched no more than `cap` schemas.
    pub(super) fn admit(&self, work: Work, cap: usize) -> Admitted {
        let mut book = self.book();
        let is_full = book.touched >= cap;
        match work {
            Work::Elsewhere => return Admitted::Elsewhere,
            Work::Store(store) if book.stores.get(&store).is_some_and(|seen| seen.is_touched) => {
                return Admitted::Warm;
            }
            _ if is_full => return Admitted::Full,
            Work::Store(store) => book.stores.entry(store).or_default().is_touched = true,
            Work::Schema => {}
        }
        book.touched += 1;
        Admitted::Cold
    }

    /// Takes on the first work of a connection that was just opened.
    pub(super) fn admit_first(&self, work: Work) -> Admitted {
        self.begin_anew(&[]);
        self.admit(work, usize::MAX)
    }

    /// The connection is another one, which has touched `warmed`; those who wait keep their places.
    pub(super) fn begin_anew(&self, warmed: &[StoreId]) {
        let mut book = self.book();
        book.stores.retain(|_, seen| {
            seen.is_touched = false;
            seen.waiting > 0
        });
        for store in warmed {
            book.stores.entry(*store).or_default().is_touched = true;
        }
        book.touched = warmed.len();
        drop(book);
        self.renewed.notify_waiters();
    }

    /// Remembers what was asked of a store.
    pub(super) fn asked(&self, store: StoreRef, text: &str) {
        let recent = &mut self.book().recent;
        let at = recent.iter().position(|other| other.store.id == store.id);
        let before = at.and_then(|at| recent.remove(at)).filter(|before| &*before.text == text);
        let text = before.map_or_else(|| text.into(), |before| before.text);
        recent.push_front(Recent { store, text });
        recent.truncate(WARMED_MAX);
    }

    /// What was last asked, the newest first.
    pub(super) fn recent(&self) -> Vec<Recent> {
        self.book().recent.iter().cloned().collect()
    }

    /// Whether nobody else retires this slot's connection yet.
    pub(super) fn begin_retiring(&self) -> bool {
        !std::mem::replace(&mut self.book().is_retiring, true)
    }

    pub(super) fn end_retiring(&self) {
        self.book().is_retiring = false;
    }
}
