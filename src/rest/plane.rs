//! The plane: a cluster, the shapes it has read, and how it was set up.

use std::collections::HashSet;

use tokio::sync::OnceCell;

use super::plan::Rules;
use super::shape::ShapeCache;
use crate::db::{Cluster, Error};
use crate::queries;

queries! {
    /// Time zones that a caller may prefer.
    ZONES = "rest.plane.zones":
        "select z.name as name from pg_timezone_names z";
}

/// How the plane was set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Schemas of a plain entrance; the first is the default.
    pub schemas: Vec<String>,
    /// Schemas behind them in the search path.
    pub extra_search_path: Vec<String>,
    /// Whether aggregates may be used.
    pub aggregates: bool,
    /// Most rows of an answer.
    pub rows_max: Option<u32>,
    /// Most bytes of an answer's body.
    pub body_bytes_max: usize,
    /// How deep relations may be embedded.
    pub depth_max: usize,
    /// How many relations may be embedded in one request.
    pub embeds_max: usize,
    /// Longest query string that is read.
    pub query_bytes_max: usize,
    /// Whether a transaction is rolled back at its end.
    pub rolls_back: bool,
    /// Whether the caller may choose that.
    pub rollback_allowed: bool,
    /// Schema and name of a function that is called before each request.
    pub before: Option<(Option<String>, String)>,
    /// Whether an update or delete must have a filter.
    pub filter_required: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schemas: vec!["public".to_owned()],
            extra_search_path: vec!["public".to_owned()],
            aggregates: false,
            rows_max: None,
            body_bytes_max: 32 << 20,
            depth_max: 16,
            embeds_max: 64,
            query_bytes_max: 64 << 10,
            rolls_back: false,
            rollback_allowed: false,
            before: None,
            filter_required: false,
        }
    }
}

/// The plane.
#[derive(Debug)]
pub struct Plane {
    pub(super) cluster: Cluster,
    pub(super) settings: Settings,
    shapes: ShapeCache,
    zones: OnceCell<HashSet<String>>,
}

impl Plane {
    /// A plane over a cluster. It reads nothing before it is asked.
    pub fn new(cluster: Cluster, settings: Settings) -> Self {
        Self { cluster, settings, shapes: ShapeCache::default(), zones: OnceCell::new() }
    }

    /// The shapes it has read.
    pub fn shapes(&self) -> &ShapeCache {
        &self.shapes
    }

    /// How it was set up.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            aggregates: self.settings.aggregates,
            rows_max: self.settings.rows_max,
            depth_max: self.settings.depth_max,
            embeds_max: self.settings.embeds_max,
        }
    }

    /// Whether the server has a time zone of this name.
    pub(super) async fn has_zone(&self, name: &str) -> Result<bool, Error> {
        let zones = self
            .zones
            .get_or_try_init(async || {
                self.cluster
                    .rest_catalog(async |tx| {
                        let rows = tx.rows(&ZONES, &[]).await?;
                        rows.iter().map(|row| row.get("name")).collect::<Result<_, Error>>()
                    })
                    .await
            })
            .await?;
        Ok(zones.contains(name))
    }
}
