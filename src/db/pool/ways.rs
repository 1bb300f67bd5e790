//! The ways that a pool's connections go.

use crate::db::connection::Dialer;

/// The way to the server of each slot of a pool.
pub(in crate::db) enum Ways {
    /// All slots come as one login.
    Shared(Box<Dialer>),
    /// Each slot comes as a login of its own, and is there for that.
    Own(Vec<Dialer>),
}

impl Ways {
    /// The way of one slot.
    pub(super) fn of(&self, slot: usize) -> &Dialer {
        match self {
            Self::Shared(way) => way,
            Self::Own(ways) => &ways[slot],
        }
    }

    /// Slots of a pool that goes these ways.
    pub(super) fn slots(&self, wanted: usize) -> usize {
        match self {
            Self::Shared(_) => wanted.max(1),
            Self::Own(ways) => ways.len(),
        }
    }

    /// Whether a slot's backend is there before its connection and after it: behind a pooler, which
    /// keeps one for each login. A new connection meets the same backend then, with all it knows.
    pub(super) fn keep_backends(&self) -> bool {
        matches!(self, Self::Own(ways) if ways.iter().all(Dialer::is_pooled))
    }
}
