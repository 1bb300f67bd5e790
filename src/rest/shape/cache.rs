//! Shapes that are in use, by fingerprint: bounded, and read once however many ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::Shape;
use crate::db::{Cluster, Error, StoreRef};

/// Shapes that are kept: versions of the template that are in use, and drifted stores.
const SHAPES_MAX: usize = 256;

/// How old a shape is before it is read again for a name that it has not.
const REREAD_PAUSE: Duration = Duration::from_secs(1);

/// A place for a shape that is read once.
type Place = Arc<OnceCell<Arc<Shape>>>;

#[derive(Debug)]
struct Cell {
    used: u64,
    born: Instant,
    place: Place,
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
        if let Some(shape) = place.get() {
            return Ok(Some(Arc::clone(shape)));
        }
        let loaded = place
            .get_or_try_init(async || {
                let begun = Instant::now();
                let loaded = super::load::load(cluster, schema, store).await;
                self.note(begun, loaded.is_ok());
                match loaded {
                    Ok(Some(shape)) => Ok(Arc::new(shape)),
                    Ok(None) => Err(None),
                    Err(error) => Err(Some(error)),
                }
            })
            .await;
        match loaded {
            Ok(shape) => Ok(Some(Arc::clone(shape))),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// Forgets one shape, so that it is read again; not oftener than once a second, whatever is
    /// asked for that is not there.
    pub fn forget(&self, key: &str) {
        let mut kept = self.kept();
        if kept.cells.get(key).is_some_and(|cell| cell.born.elapsed() >= REREAD_PAUSE) {
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

    fn note(&self, begun: Instant, is_done: bool) {
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        figures.last_s = begun.elapsed().as_secs_f64();
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
        let cell = Cell { used: now, born: Instant::now(), place: Place::default() };
        let place = Arc::clone(&cell.place);
        kept.cells.insert(key.to_owned(), cell);
        place
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
