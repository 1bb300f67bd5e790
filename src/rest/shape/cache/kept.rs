//! What is kept: shapes by key, and those of single stores.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::rest::shape::{Shape, ShapeSource};

/// Shapes that are kept of either kind: versions of the template that are in use, and stores that
/// are not what their rows say.
const SHAPES_MAX: usize = 256;

/// How old a shape is at the least before it is read again for a name that it has not.
pub(super) const PAUSE_LEAST: Duration = Duration::from_secs(1);

/// How many times as long as its reading took it is to be in use: so that no more than this part
/// of the time is spent on names that are not there.
const PAUSE_FACTOR: u32 = 10;

/// How long a store's own shape is good: whoever mends the store by hand tells nobody.
pub(super) const OWN_AGE: Duration = Duration::from_secs(60);

/// A shape that is read once.
pub(super) type Once = Arc<OnceCell<Reading>>;

/// A shape that was read.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) shape: Arc<Shape>,
    pub(super) ended: Instant,
    pub(super) took: Duration,
}

impl Reading {
    /// Whether it is old enough to be read again for a name that it has not.
    pub(super) fn is_old(&self, now: Instant) -> bool {
        let pause = PAUSE_LEAST.max(self.took.saturating_mul(PAUSE_FACTOR));
        now.saturating_duration_since(self.ended) >= pause
    }
}

/// The shape of a key.
#[derive(Debug)]
struct Shared {
    used: u64,
    once: Once,
}

/// The shape of one store.
#[derive(Debug)]
struct Own {
    used: u64,
    /// What its row said.
    key: String,
    reading: Reading,
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    /// By key.
    shared: HashMap<String, Shared>,
    /// By schema.
    own: HashMap<String, Own>,
    /// Counts uses, so that the one used longest ago can go.
    clock: u64,
}

/// What there is for a source.
#[derive(Debug)]
pub(super) enum Found {
    /// A shape of its own.
    Own(Arc<Shape>),
    /// One of its own that is to be read again: by who is told so, once.
    OwnIsOld,
    /// That of its key, which may have to be read.
    Shared(Once),
}

impl Kept {
    pub(super) fn find(&mut self, source: &ShapeSource<'_>, now: Instant) -> Found {
        self.clock += 1;
        let own = if self.own.is_empty() { None } else { self.own.get_mut(source.schema) };
        if let Some(own) = own.filter(|own| own.key == source.key) {
            own.used = self.clock;
            if now.saturating_duration_since(own.reading.ended) < OWN_AGE {
                return Found::Own(Arc::clone(&own.reading.shape));
            }
            // Others use the old one meanwhile.
            own.reading.ended = now;
            return Found::OwnIsOld;
        }
        Found::Shared(self.once(source.key))
    }

    /// Keeps the shape of one store. Says whether the store had none.
    pub(super) fn keep_own(&mut self, source: &ShapeSource<'_>, reading: Reading) -> bool {
        if self.own.len() >= SHAPES_MAX && !self.own.contains_key(source.schema) {
            forget_oldest(&mut self.own, |own| own.used);
        }
        let own = Own { used: self.clock, key: source.key.to_owned(), reading };
        self.own.insert(source.schema.to_owned(), own).is_none()
    }

    /// Takes a store that has become what its row says back among the others.
    pub(super) fn share(&mut self, source: &ShapeSource<'_>, reading: Reading) {
        self.own.remove(source.schema);
        // One that is there, or is being read, is as good.
        let _ = self.once(source.key).set(reading);
    }

    pub(super) fn forget(&mut self, key: &str, now: Instant) {
        let reading = self.shared.get(key).and_then(|shared| shared.once.get());
        if reading.is_some_and(|reading| reading.is_old(now)) {
            self.shared.remove(key);
        }
    }

    pub(super) fn clear(&mut self) {
        self.shared.clear();
        self.own.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.shared.len() + self.own.len()
    }

    pub(super) fn once(&mut self, key: &str) -> Once {
        if let Some(shared) = self.shared.get_mut(key) {
            shared.used = self.clock;
            return Arc::clone(&shared.once);
        }
        if self.shared.len() >= SHAPES_MAX {
            forget_oldest(&mut self.shared, |shared| shared.used);
        }
        let once = Once::default();
        let shared = Shared { used: self.clock, once: Arc::clone(&once) };
        self.shared.insert(key.to_owned(), shared);
        once
    }
}

/// Takes out the one that was used longest ago.
fn forget_oldest<T>(kept: &mut HashMap<String, T>, used: impl Fn(&T) -> u64) {
    let oldest = kept.iter().min_by_key(|(_, one)| used(one)).map(|(key, _)| key.clone());
    if let Some(oldest) = oldest {
        kept.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Kept {
        /// As if all had been read some time ago.
        pub(in super::super) fn age(&mut self, by: Duration) {
            let older = |at: Instant| at.checked_sub(by).unwrap();
            for own in self.own.values_mut() {
                own.reading.ended = older(own.reading.ended);
            }
            for shared in self.shared.values_mut() {
                let reading = Arc::get_mut(&mut shared.once).and_then(OnceCell::get_mut);
                if let Some(reading) = reading {
                    reading.ended = older(reading.ended);
                }
            }
        }
    }

    #[test]
    fn a_shape_that_takes_long_to_read_is_read_seldom() {
        let ended = Instant::now();
        let reading = |took: Duration| Reading { shape: Arc::default(), ended, took };
        for (took_ms, pause_ms) in [(0, 1_000), (100, 1_000), (101, 1_010), (30_000, 300_000)] {
            let reading = reading(Duration::from_millis(took_ms));
            assert!(!reading.is_old(ended), "its age begins when it was read");
            assert!(!reading.is_old(ended + Duration::from_millis(pause_ms - 1)), "{took_ms}");
            assert!(reading.is_old(ended + Duration::from_millis(pause_ms)), "{took_ms}");
        }
    }
}
