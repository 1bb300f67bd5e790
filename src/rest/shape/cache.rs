//! Shapes that are in use, by fingerprint: bounded, and read once however many ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::Shape;
use crate::db::{Cluster, Error, StoreRef};

/// Shapes that are kept: versions of the template that are in use, and drifted stores.
const SHAPES_MAX: usize = 256;

/// How old a shape is at the least before it is read again for a name that it has not.
const PAUSE_LEAST: Duration = Duration::from_secs(1);

/// How many times as long as its reading took it is to be in use: so that no more than this part
/// of the time is spent on names that are not there.
const PAUSE_FACTOR: u32 = 10;

/// A place for a shape that is read once.
type Place = Arc<OnceCell<Reading>>;

#[derive(Debug)]
struct Cell {
    used: u64,
    place: Place,
}

/// A shape that was read.
#[derive(Debug)]
struct Reading {
    shape: Arc<Shape>,
    ended: Instant,
    took: Duration,
}

impl Reading {
    /// Whether it is old enough to be read again for a name that it has not.
    fn is_old(&self, now: Instant) -> bool {
        let pause = PAUSE_LEAST.max(self.took.saturating_mul(PAUSE_FACTOR));
        now.saturating_duration_since(self.ended) >= pause
    }
}

/// Shapes by key. The key says all that a shape depends on.
#[derive(Debug, Default)]
pub struct ShapeCache {
    kept: Mutex<Kept>,
    figures: Mutex<Figures>,
}

/// How reading has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Shapes that were read.
    pub done: u64,
    /// Those that could not be.
    pub failed: u64,
    /// Seconds that the last one took.
    pub last_s: f64,
}

#[derive(Debug, Default)]
struct Kept {
    cells: HashMap<String, Cell>,
    /// Counts uses, so that the one used longest ago can go.
    clock: u64,
}

impl ShapeCache {
    /// The shape under `key`, read from `schema` if it is not there. None where there is no such
    /// schema.
    ///
    /// # Errors
    /// When the database can't be read, or `store`, whose schema it is, is not as it was read.
    pub async fn get(
        &self,
        cluster: &Cluster,
        key: &str,
        schema: &str,
        store: Option<StoreRef>,
    ) -> Result<Option<Arc<Shape>>, Error> {
        let place = self.place(key);
        if let Some(reading) = place.get() {
            return Ok(Some(Arc::clone(&reading.shape)));
        }
        let load = super::load::load(cluster, schema, store);
        self.read_once(&place, Box::pin(load)).await
    }

    /// The shape of a place, by `load` where nobody has read it before or is about to.
    async fn read_once(
        &self,
        place: &Place,
        load: impl Future<Output = Result<Option<Shape>, Error>>,
    ) -> Result<Option<Arc<Shape>>, Error> {
        let read = || async {
            let begun = Instant::now();
            let loaded = load.await;
            let (ended, took) = (Instant::now(), begun.elapsed());
            self.note(took, loaded.is_ok());
            match loaded {
                Ok(Some(shape)) => Ok(Reading { shape: Arc::new(shape), ended, took }),
                Ok(None) => Err(None),
                Err(error) => Err(Some(error)),
            }
        };
        match place.get_or_try_init(read).await {
            Ok(reading) => Ok(Some(Arc::clone(&reading.shape))),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// Forgets one shape, so that it is read again: not one that is being read, and not one that
    /// was read a moment ago, whatever is asked for that is not there.
    pub fn forget(&self, key: &str) {
        let mut kept = self.kept();
        let reading = kept.cells.get(key).and_then(|cell| cell.place.get());
        if reading.is_some_and(|reading| reading.is_old(Instant::now())) {
            kept.cells.remove(key);
        }
    }

    /// Forgets all shapes.
    pub fn clear(&self) {
        self.kept().cells.clear();
    }

    /// How reading has gone so far.
    pub fn figures(&self) -> Figures {
        *self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, took: Duration, is_done: bool) {
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        figures.last_s = took.as_secs_f64();
        if is_done {
            figures.done += 1;
        } else {
            figures.failed += 1;
        }
    }

    /// How many shapes are kept.
    pub fn len(&self) -> usize {
        self.kept().cells.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn place(&self, key: &str) -> Place {
        let mut kept = self.kept();
        kept.clock += 1;
        let now = kept.clock;
        if let Some(cell) = kept.cells.get_mut(key) {
            cell.used = now;
            return Arc::clone(&cell.place);
        }
        if kept.cells.len() >= SHAPES_MAX {
            let oldest = kept.cells.iter().min_by_key(|(_, cell)| cell.used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                kept.cells.remove(&oldest);
            }
        }
        let cell = Cell { used: now, place: Place::default() };
        let place = Arc::clone(&cell.place);
        kept.cells.insert(key.to_owned(), cell);
        place
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
