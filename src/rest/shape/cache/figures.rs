//! How reading has gone, in figures.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
pub(super) struct Counters(Mutex<Figures>);

impl Counters {
    pub(super) fn note(&self, took: Duration, is_done: bool) {
        let mut figures = self.locked();
        figures.last_s = took.as_secs_f64();
        if is_done {
            figures.done += 1;
        } else {
            figures.failed += 1;
        }
    }

    pub(super) fn figures(&self) -> Figures {
        *self.locked()
    }

    fn locked(&self) -> MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
