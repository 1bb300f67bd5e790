//! How many imports one process takes at a time. Each holds its file in memory, so whoever comes
//! when all places are taken waits before a byte of theirs is read, and not for long. A store that
//! changes its language writes every product too, so it takes a place as well.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::base::id::StoreId;

/// Imports at a time.
const PLACES: usize = 4;
/// Those that may wait for a place.
const WAITING_MAX: usize = 16;
/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
    stores: Arc<Mutex<HashSet<StoreId>>>,
}

/// A place, given back when dropped.
#[derive(Debug)]
pub struct Entered {
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
    _own: Own,
}

/// Why nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// An import into this store, or a change of its language, is under way here.
    #[error("an import into this store, or a change of its language, is under way")]
    Running,
    /// All places are taken, and so is the line.
    #[error("too much long work at once; try again")]
    Full,
}

/// A store's own import: one store holds one place.
#[derive(Debug)]
struct Own {
    store: StoreId,
    stores: Arc<Mutex<HashSet<StoreId>>>,
}

impl Drop for Own {
    fn drop(&mut self) {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.store);
    }
}

impl Gate {
    /// So many at a time, and so many waiting.
    pub fn new(places: usize, waiting_max: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            line: Arc::new(Semaphore::new(places + waiting_max)),
            stores: Arc::default(),
        }
    }

    /// How many imports have a place or wait for one.
    pub fn under_way(&self) -> usize {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Lets an import into a store in, at once or when its turn comes.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn enter(&self, store: StoreId) -> Result<Entered, Refused> {
        if !self.stores.lock().unwrap_or_else(PoisonError::into_inner).insert(store) {
            return Err(Refused::Running);
        }
        let own = Own { store, stores: Arc::clone(&self.stores) };
        let turn = Arc::clone(&self.line).try_acquire_owned().map_err(|_| Refused::Full)?;
        let place = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(PATIENCE, place).await {
            Ok(Ok(place)) => Ok(Entered { _place: place, _turn: turn, _own: own }),
            Ok(Err(_)) | Err(_) => Err(Refused::Full),
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new(PLACES, WAITING_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_are_let_in_and_so_many_wait() {
        let gate = Gate::new(1, 1);
        let (one, two, three) = (StoreId::new(), StoreId::new(), StoreId::new());
        let inside = gate.enter(one).await.unwrap();
        assert_eq!(gate.enter(one).await.unwrap_err(), Refused::Running);
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.enter(two).await.is_ok() }
        });
        while gate.line.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.enter(three).await.unwrap_err(), Refused::Full);
        drop(inside);
        assert!(waiting.await.unwrap());
        // Whoever was turned away, or gave up, holds nothing.
        for store in [one, two, three] {
            gate.enter(store).await.unwrap();
        }
    }
}
