//! Shapes that are in use, by fingerprint: bounded, and read once however many ask.

mod figures;
mod kept;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::Shape;
use super::load::{self, Loaded};
use super::source::ShapeSource;
use crate::db::{Cluster, Error};
use figures::{Counters, Figures};
use kept::{Found, Kept, Once, Reading};

/// Shapes by key. A store that is not what its row says has a shape of its own, which no other
/// store of its key gets.
#[derive(Debug, Default)]
pub struct ShapeCache {
    kept: Mutex<Kept>,
    counters: Counters,
}

/// Why a reading did not become the shape of its key.
enum Unshared {
    /// It is the store's own.
    Own(Arc<Shape>),
    /// There is no such schema.
    Missing,
    /// It failed.
    Failed(Error),
}

impl Unshared {
    /// What who asked is answered.
    fn answer(self) -> Result<Option<Arc<Shape>>, Error> {
        match self {
            Self::Own(shape) => Ok(Some(shape)),
            Self::Missing => Ok(None),
            Self::Failed(error) => Err(error),
        }
    }
}

impl ShapeCache {
    /// The shape of a source, read if it is not there. None where there is no such schema.
    ///
    /// # Errors
    /// When the database can't be read, or the store, whose schema it is, is not as it was read.
    pub async fn get(
        &self,
        cluster: &Cluster,
        source: &ShapeSource<'_>,
    ) -> Result<Option<Arc<Shape>>, Error> {
        self.get_by(source, || Box::pin(load::load(cluster, source))).await
    }

    /// The shape of a source, by `load` where nobody has read it before or is about to.
    async fn get_by<F>(
        &self,
        source: &ShapeSource<'_>,
        load: impl FnOnce() -> F,
    ) -> Result<Option<Arc<Shape>>, Error>
    where
        F: Future<Output = Result<Option<Loaded>, Error>>,
    {
        let found = self.kept().find(source, Instant::now());
        let once = match found {
            Found::Own(shape) => return Ok(Some(shape)),
            Found::Shared(once) => once,
            Found::OwnIsOld => return self.read_own(source, load()).await,
        };
        if let Some(reading) = once.get() {
            return Ok(Some(Arc::clone(&reading.shape)));
        }
        self.read_once(source, &once, load()).await
    }

    /// Reads the shape of a key: one of all who ask for it does.
    async fn read_once(
        &self,
        source: &ShapeSource<'_>,
        once: &Once,
        load: impl Future<Output = Result<Option<Loaded>, Error>>,
    ) -> Result<Option<Arc<Shape>>, Error> {
        let read = || async {
            // Who waited for another request of the same store may have its answer.
            if let Found::Own(shape) = self.kept().find(source, Instant::now()) {
                return Err(Unshared::Own(shape));
            }
            self.read(source, load).await
        };
        match once.get_or_try_init(read).await {
            Ok(reading) => Ok(Some(Arc::clone(&reading.shape))),
            Err(unshared) => unshared.answer(),
        }
    }

    /// Reads again what was a store's own shape a while ago: it may have been mended.
    async fn read_own(
        &self,
        source: &ShapeSource<'_>,
        load: impl Future<Output = Result<Option<Loaded>, Error>>,
    ) -> Result<Option<Arc<Shape>>, Error> {
        match self.read(source, load).await {
            Ok(reading) => {
                let shape = Arc::clone(&reading.shape);
                self.kept().share(source, reading);
                Ok(Some(shape))
            }
            Err(unshared) => unshared.answer(),
        }
    }

    async fn read(
        &self,
        source: &ShapeSource<'_>,
        load: impl Future<Output = Result<Option<Loaded>, Error>>,
    ) -> Result<Reading, Unshared> {
        let begun = Instant::now();
        let loaded = load.await;
        let (ended, took) = (Instant::now(), begun.elapsed());
        self.counters.note(took, loaded.is_ok());
        let loaded = loaded.map_err(Unshared::Failed)?.ok_or(Unshared::Missing)?;
        let reading = Reading { shape: Arc::new(loaded.shape), ended, took };
        if loaded.is_of_key {
            return Ok(reading);
        }
        let shape = Arc::clone(&reading.shape);
        if self.kept().keep_own(source, reading) {
            tracing::warn!(schema = source.schema, "this schema is not what its store's row says");
        }
        Err(Unshared::Own(shape))
    }

    /// Forgets one shape, so that it is read again: not one that is being read, and not one that
    /// was read a moment ago, whatever is asked for that is not there.
    pub fn forget(&self, key: &str) {
        self.kept().forget(key, Instant::now());
    }

    /// Forgets all shapes.
    pub fn clear(&self) {
        self.kept().clear();
    }

    /// How reading has gone so far.
    pub fn figures(&self) -> Figures {
        self.counters.figures()
    }

    /// How many shapes are kept.
    pub fn len(&self) -> usize {
        self.kept().len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
