//! How many database connections a process has, and when one of them retires.

use std::time::Duration;

use clap::Args;

use super::faults::Faults;
use crate::db::{PoolConfig, SLOTS_OF_STORE, schemas_max};

/// Connections of one login at the most.
pub(super) const CONNECTIONS_MAX: usize = 1_000;
/// What a backend keeps of one schema, in hundredths of a megabyte.
const SCHEMA_CENTIMEGABYTES: usize = 16;

/// The connections of a process.
#[derive(Debug, Args)]
pub(super) struct Connections {
    /// Database connections for the REST plane, where SOUK_REST_LOGINS says nothing else, and as
    /// many for verbs.
    #[arg(long, env = "SOUK_CONNECTIONS", default_value = "8", value_name = "N")]
    connections: String,
    /// Schemas that a connection may touch before it retires: its backend keeps 0.16 MB of each.
    /// Without it, half as many again as the stores that are in use take.
    #[arg(long, env = "SOUK_SCHEMAS_PER_CONNECTION", value_name = "N")]
    schemas_per_connection: Option<String>,
    /// Minutes that a connection serves before it retires.
    #[arg(long, env = "SOUK_CONNECTION_MINUTES", default_value = "60", value_name = "N")]
    connection_minutes: String,
}

impl Connections {
    /// How many for each login, and how they are handled.
    pub(super) fn check(&self, faults: &mut Faults) -> (usize, PoolConfig) {
        let slots = faults.number("SOUK_CONNECTIONS", &self.connections, 1..=CONNECTIONS_MAX);
        let schemas_max = self
            .schemas()
            .map(|text| faults.number("SOUK_SCHEMAS_PER_CONNECTION", text, 1..=1_000_000));
        let minutes =
            faults.number("SOUK_CONNECTION_MINUTES", &self.connection_minutes, 1..=100_000);
        let age_max = Duration::from_secs(minutes as u64 * 60);
        (slots, PoolConfig { schemas_max, age_max, ..PoolConfig::default() })
    }

    /// As they are told in the log.
    pub(super) fn shown(&self) -> String {
        let (slots, minutes) = (&self.connections, &self.connection_minutes);
        let schemas = self.schemas().unwrap_or("derived");
        format!(
            "SOUK_CONNECTIONS={slots} SOUK_SCHEMAS_PER_CONNECTION={schemas} \
             SOUK_CONNECTION_MINUTES={minutes}"
        )
    }

    fn schemas(&self) -> Option<&str> {
        self.schemas_per_connection.as_deref().filter(|text| !text.is_empty())
    }
}

/// What the backends of a process may come to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// Connections of both logins that work in stores.
    pub(super) connections: usize,
    /// Schemas that each may touch.
    pub(super) schemas: usize,
    /// Memory of all of them.
    pub(super) megabytes: usize,
    /// Whether a connection may touch fewer schemas than it would have to know.
    pub(super) is_tight: bool,
}

impl Bound {
    /// Of `slots` connections for verbs, and as many for REST; or of `numbered` for REST, whose
    /// backends are a pooler's: no number of schemas ends those, but each store has few of them.
    pub(super) fn of(stores: usize, slots: usize, numbered: usize, pool: &PoolConfig) -> Self {
        let schemas = schemas_max(pool.schemas_max, stores, slots);
        let rest = match numbered {
            0 => slots * schemas.min(stores),
            _ => stores * numbered.min(SLOTS_OF_STORE),
        };
        let connections = slots + if numbered > 0 { numbered } else { slots };
        let megabytes = (slots * schemas.min(stores) + rest) * SCHEMA_CENTIMEGABYTES / 100;
        let is_tight = schemas < schemas_max(None, stores, slots);
        Self { connections, schemas, megabytes, is_tight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_what_the_pool_holds() {
        let bound = |stores, set| {
            let pool = PoolConfig { schemas_max: set, ..PoolConfig::default() };
            Bound::of(stores, 8, 0, &pool)
        };
        let derived = bound(3_000, None);
        assert_eq!((derived.schemas, derived.megabytes, derived.is_tight), (563, 1_441, false));
        let tight = bound(3_000, Some(100));
        assert_eq!((tight.schemas, tight.megabytes, tight.is_tight), (100, 256, true));
        assert_eq!(bound(10, Some(1_000)).megabytes, 25);
        assert!(!bound(10, Some(1_000)).is_tight);
        // Behind a pooler a store may have come to three of the backends.
        let pooled = |numbered| Bound::of(3_000, 8, numbered, &PoolConfig::default());
        assert_eq!((pooled(12).connections, pooled(12).megabytes), (20, 720 + 1_440));
        assert_eq!(pooled(1).megabytes, 720 + 480);
    }
}
