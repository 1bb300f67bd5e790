//! What a pool counts.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How busy a pool is, and what it has done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Connections that there may be.
    pub slots: usize,
    /// Those that nobody uses.
    pub free: usize,
    /// Requests that wait for one.
    pub waiting: usize,
    /// Requests that waited in vain.
    pub timeouts: u64,
    /// Times a connection was handed out for a store that it had touched before.
    pub warm: u64,
    /// Times it had not.
    pub cold: u64,
    /// Connections that have retired.
    pub retired: u64,
    /// Requests that were turned away because too many waited.
    pub shed: u64,
    /// Connections that were kept after their request was dropped.
    pub drained: u64,
    /// Connections that were closed because that could not be done in time.
    pub closed: u64,
    /// Schemas that the open connections have touched, each counted for each connection.
    pub schemas: u64,
}

impl Figures {
    /// The part of all touches that was cold.
    #[expect(clippy::cast_precision_loss, reason = "a share, not a count")]
    pub fn cold_share(&self) -> f64 {
        self.cold as f64 / (self.warm + self.cold).max(1) as f64
    }

    /// Gives the figures of `login` to the process' recorder.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    pub(in crate::db) fn record(&self, login: &'static str) {
        let touches =
            |kind| metrics::counter!("souk_db_touches_total", "login" => login, "touch" => kind);
        touches("warm").absolute(self.warm);
        touches("cold").absolute(self.cold);
        metrics::gauge!("souk_db_cold_share", "login" => login).set(self.cold_share());
        metrics::gauge!("souk_db_schemas", "login" => login).set(self.schemas as f64);
        metrics::counter!("souk_db_retired_total", "login" => login).absolute(self.retired);
        metrics::counter!("souk_db_shed_total", "login" => login).absolute(self.shed);
        let dropped =
            |end| metrics::counter!("souk_db_dropped_total", "login" => login, "end" => end);
        dropped("kept").absolute(self.drained);
        dropped("closed").absolute(self.closed);
    }
}

/// The figures while they are counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    warm: AtomicU64,
    cold: AtomicU64,
    retired: AtomicU64,
    shed: AtomicU64,
    timeouts: AtomicU64,
    drained: AtomicU64,
    closed: AtomicU64,
}

impl Counters {
    pub(super) fn touched(&self, is_warm: bool) {
        let counter = if is_warm { &self.warm } else { &self.cold };
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn retired(&self) {
        self.retired.fetch_add(1, Relaxed);
    }

    pub(super) fn shed(&self) {
        self.shed.fetch_add(1, Relaxed);
    }

    pub(super) fn timed_out(&self) {
        self.timeouts.fetch_add(1, Relaxed);
    }

    pub(super) fn dropped(&self, is_kept: bool) {
        let counter = if is_kept { &self.drained } else { &self.closed };
        counter.fetch_add(1, Relaxed);
    }

    fn read(&self) -> Figures {
        Figures {
            timeouts: self.timeouts.load(Relaxed),
            warm: self.warm.load(Relaxed),
            cold: self.cold.load(Relaxed),
            retired: self.retired.load(Relaxed),
            shed: self.shed.load(Relaxed),
            drained: self.drained.load(Relaxed),
            closed: self.closed.load(Relaxed),
            ..Figures::default()
        }
    }
}

impl super::Pool {
    /// What this pool has done so far.
    pub(in crate::db) fn figures(&self) -> Figures {
        let slots = &self.0.slots;
        let loads = || slots.iter().map(super::Slot::load);
        Figures {
            slots: slots.len(),
            free: loads().filter(|load| *load == 0).count(),
            waiting: loads().map(|load| load.saturating_sub(1)).sum(),
            schemas: slots.iter().map(|slot| slot.touched() as u64).sum(),
            ..self.0.counters.read()
        }
    }
}
