//! How the plane was set up, and what holds where nothing is said.

use std::sync::Arc;

use super::{ISOLATION, OpenApi};
use crate::db::Sql;
use crate::rest::shape::Witness;

/// How the plane was set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Schemas of a plain entrance; the first is the default.
    pub schemas: Vec<String>,
    /// Knows schemas to read the shapes of stores from.
    pub witness: Option<Arc<dyn Witness>>,
    /// Takes the fingerprint of a store's schema, which is `$1`, as `fingerprint`: asked where no
    /// witness has one. So a store that is not what its row says gives its shape to no other.
    pub fingerprint: Option<&'static Sql>,
    /// Schemas behind them in the search path.
    pub extra_search_path: Vec<String>,
    /// Whether aggregates may be used.
    pub aggregates: bool,
    /// Whether the plan of a request is told to who asks for it.
    pub plans: bool,
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
    /// A function that is called before each request: its schema, where one was named, and its
    /// name.
    pub before: Option<(Option<String>, String)>,
    /// Whether an update or delete must have a filter.
    pub filter_required: bool,
    /// A function that answers the root: schema and name. It is called in the schema of the request,
    /// as any other is; the one that is named here is not heeded.
    pub root: Option<(Option<String>, String)>,
    /// Settings of functions that hold for the whole transaction of a call.
    pub hoisted: Vec<String>,
    /// Whether the caller may choose a time zone.
    pub zones_allowed: bool,
    /// Settings that every transaction begins with.
    pub app: Vec<(String, String)>,
    /// What the root tells.
    pub open_api: OpenApi,
    /// Whether statements are logged.
    pub logs_statements: bool,
    /// Origins that browsers may ask from; empty for all.
    pub origins: Vec<String>,
    /// Whether it is told how long each step took.
    pub has_timing: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schemas: vec!["public".to_owned()],
            witness: None,
            fingerprint: None,
            extra_search_path: vec!["public".to_owned()],
            aggregates: false,
            plans: false,
            rows_max: None,
            body_bytes_max: 32 << 20,
            depth_max: 16,
            embeds_max: 64,
            // Below what an HTTP server reads at all, so that the refusal is ours.
            query_bytes_max: 60 << 10,
            rolls_back: false,
            rollback_allowed: false,
            before: None,
            filter_required: false,
            root: None,
            hoisted: vec!["statement_timeout".to_owned(), ISOLATION.to_owned()],
            zones_allowed: true,
            app: Vec::new(),
            open_api: OpenApi::default(),
            logs_statements: false,
            origins: Vec::new(),
            has_timing: false,
        }
    }
}
