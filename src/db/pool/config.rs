//! How a pool works, and how much its connections may come to know.

use std::time::Duration;

/// Requests that may hold one slot or wait for it.
const QUEUE_MAX: usize = 64;
/// How long a connection serves.
const AGE_MAX: Duration = Duration::from_secs(3_600);
/// Schemas that a connection may touch at the least, where nothing is set.
const SCHEMAS_LEAST: usize = 64;

/// Which connection work is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// One that knows the store: what the program does.
    #[default]
    Affinity,
    /// Any that is idle: what pools usually do. For comparison only: every connection then comes to
    /// know every store.
    AnyIdle,
}

/// How a cluster's pools work.
#[derive(Clone, Debug)]
pub struct PoolConfig {
    /// Which connection work is given.
    pub placement: Placement,
    /// Schemas that one connection may touch before it retires; derived from the stores that are
    /// asked for where it is not set.
    pub schemas_max: Option<usize>,
    /// How long a connection serves before it retires.
    pub age_max: Duration,
    /// Requests that may hold one slot or wait for it.
    pub queue_max: usize,
    /// How many of those may be of one store.
    pub queue_max_of_store: usize,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            placement: Placement::default(),
            schemas_max: None,
            age_max: AGE_MAX,
            queue_max: QUEUE_MAX,
            queue_max_of_store: QUEUE_MAX / 2,
        }
    }
}

/// Schemas that one connection may touch before it retires: what was set, else half as many again
/// as each of `slots` connections has to know when `stores` are in use. Fewer would have stores
/// touched anew all the time.
pub fn schemas_max(set: Option<usize>, stores: usize, slots: usize) -> usize {
    set.unwrap_or_else(|| (stores * 3).div_ceil(slots.max(1) * 2).max(SCHEMAS_LEAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_may_know_half_as_much_again_as_it_has_to() {
        for (stores, slots) in [(0, 8), (100, 8), (3_000, 8), (3_001, 8), (10_000, 3), (9, 0)] {
            let most = schemas_max(None, stores, slots);
            assert!(most * slots * 2 >= stores * 3 || slots == 0, "{stores} on {slots}: {most}");
            assert!(most <= SCHEMAS_LEAST.max(stores * 3 / (slots.max(1) * 2) + 1));
        }
        assert_eq!(schemas_max(Some(5), 3_000, 8), 5);
    }
}
