//! Shapes that are in use, by fingerprint: bounded, and read once however many ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::Shape;
use crate::db::{Cluster, Error};

/// Shapes that are kept: versions of the template that are in use, and drifted stores.
const SHAPES_MAX: usize = 256;

type Cell = Arc<OnceCell<Arc<Shape>>>;

/// Shapes by key. The key says all that a shape depends on.
#[derive(Debug, Default)]
pub struct ShapeCache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    cells: HashMap<String, (u64, Cell)>,
    /// Counts uses, so that the one used longest ago can go.
    clock: u64,
}

impl ShapeCache {
    /// The shape under `key`, read from `schema` if it is not there. None where there is no such
    /// schema.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn get(
        &self,
        cluster: &Cluster,
        key: &str,
        schema: &str,
    ) -> Result<Option<Arc<Shape>>, Error> {
        let cell = self.cell(key);
        if let Some(shape) = cell.get() {
            return Ok(Some(Arc::clone(shape)));
        }
        let loaded = cell
            .get_or_try_init(async || match super::load::load(cluster, schema).await {
                Ok(Some(shape)) => Ok(Arc::new(shape)),
                Ok(None) => Err(None),
                Err(error) => Err(Some(error)),
            })
            .await;
        match loaded {
            Ok(shape) => Ok(Some(Arc::clone(shape))),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// Forgets one shape, so that it is read again.
    pub fn forget(&self, key: &str) {
        self.kept().cells.remove(key);
    }

    /// Forgets all shapes.
    pub fn clear(&self) {
        self.kept().cells.clear();
    }

    /// How many shapes are kept.
    pub fn len(&self) -> usize {
        self.kept().cells.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn cell(&self, key: &str) -> Cell {
        let mut kept = self.kept();
        kept.clock += 1;
        let now = kept.clock;
        if let Some((used, cell)) = kept.cells.get_mut(key) {
            *used = now;
            return Arc::clone(cell);
        }
        if kept.cells.len() >= SHAPES_MAX {
            let oldest = kept.cells.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                kept.cells.remove(&oldest);
            }
        }
        let cell = Cell::default();
        kept.cells.insert(key.to_owned(), (now, Arc::clone(&cell)));
        cell
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
