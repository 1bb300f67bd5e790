//! The plane: a cluster, the shapes it has read, and how it was set up.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

mod open_api;

use super::plan::Rules;
use super::shape::ShapeCache;
use crate::db::{Cluster, Error, Isolation};
use crate::queries;
pub use open_api::{OpenApi, Proxy};

queries! {
    /// Time zones that a caller may prefer.
    ZONES = "rest.plane.zones":
        "select z.name as name from pg_timezone_names z";
    /// Settings that roles bring along, of those a role may make itself.
    ROLES = "rest.plane.roles":
        "select r.rolname::text as role, split_part(s.setting, '=', 1) as name,
                substr(s.setting, strpos(s.setting, '=') + 1) as value
           from pg_roles r cross join lateral unnest(r.rolconfig) as s (setting)
          where pg_has_role(current_user, r.oid, 'member')
            and split_part(s.setting, '=', 1) not in ('search_path', 'role')
            and exists (select from pg_settings p
                         where p.name = split_part(s.setting, '=', 1)
                           and (p.context = 'user'
                             or has_parameter_privilege(current_user, p.name, 'set')))";
}

/// The setting that says how transactions are isolated.
pub(super) const ISOLATION: &str = "default_transaction_isolation";

/// How the plane was set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Schemas of a plain entrance; the first is the default.
    pub schemas: Vec<String>,
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
    /// Schema and name of a function that is called before each request.
    pub before: Option<(Option<String>, String)>,
    /// Whether an update or delete must have a filter.
    pub filter_required: bool,
    /// Schema and name of a function that answers the root.
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

/// The plane.
#[derive(Debug)]
pub struct Plane {
    pub(super) cluster: Cluster,
    pub(super) settings: Settings,
    shapes: ShapeCache,
    zones: OnceCell<HashSet<String>>,
    roles: Mutex<Arc<OnceCell<HashMap<String, RoleSettings>>>>,
}

/// What a role brings along.
#[derive(Clone, Debug, Default)]
pub(super) struct RoleSettings {
    /// Isolation of its transactions.
    pub(super) isolation: Option<Isolation>,
    /// Its settings.
    pub(super) settings: Vec<(String, String)>,
}

/// An isolation level by its name.
pub(super) fn isolation(name: &str) -> Option<Isolation> {
    match name.to_ascii_lowercase().as_str() {
        "repeatable read" => Some(Isolation::RepeatableRead),
        "serializable" => Some(Isolation::Serializable),
        _ => None,
    }
}

impl Plane {
    /// A plane over a cluster. It reads nothing before it is asked.
    pub fn new(cluster: Cluster, settings: Settings) -> Self {
        Self {
            cluster,
            settings,
            shapes: ShapeCache::default(),
            zones: OnceCell::new(),
            roles: Mutex::default(),
        }
    }

    /// The shapes it has read.
    pub fn shapes(&self) -> &ShapeCache {
        &self.shapes
    }

    /// The cluster it works on.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Forgets all that it has read of the catalog.
    pub fn forget(&self) {
        self.shapes.clear();
        *self.roles.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    /// Whether it can answer: the shapes of all schemas are there or can be read, and the database
    /// gives a sign of life.
    ///
    /// # Errors
    /// Why it can't.
    pub async fn check(&self) -> Result<(), Error> {
        for schema in &self.settings.schemas {
            let shape = self.shapes.get(&self.cluster, schema, schema, None).await?;
            shape.ok_or(Error::NoRow { name: "rest.shape.schema" })?;
        }
        self.cluster.rest_ping().await
    }

    /// Names of what is served, by schema.
    ///
    /// # Errors
    /// When a schema can't be read.
    pub async fn outline(&self) -> Result<serde_json::Value, Error> {
        let mut outline = serde_json::Map::new();
        for schema in &self.settings.schemas {
            let shape =
                self.shapes.get(&self.cluster, schema, schema, None).await?.unwrap_or_default();
            let mut relations: Vec<&str> = shape.relations().map(|r| r.name.as_str()).collect();
            let mut functions: Vec<&str> = shape.function_names().collect();
            relations.sort_unstable();
            functions.sort_unstable();
            let known = serde_json::json!({ "relations": relations, "functions": functions });
            outline.insert(schema.clone(), known);
        }
        Ok(outline.into())
    }

    /// Most bytes of answers that all connections may hold at once.
    pub fn answers_bytes_max(&self) -> usize {
        self.settings.body_bytes_max.saturating_mul(self.cluster.config().slots)
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

    /// What a role brings along.
    pub(super) async fn role_settings(&self, role: &str) -> Result<RoleSettings, Error> {
        let roles = Arc::clone(&self.roles.lock().unwrap_or_else(PoisonError::into_inner));
        let roles = roles
            .get_or_try_init(async || {
                self.cluster
                    .rest_catalog(async |tx| {
                        let mut roles: HashMap<String, RoleSettings> = HashMap::new();
                        for row in tx.rows(&ROLES, &[]).await? {
                            let settings = roles.entry(row.get("role")?).or_default();
                            let (name, value): (String, String) =
                                (row.get("name")?, row.get("value")?);
                            if name == ISOLATION {
                                settings.isolation = isolation(&value);
                            }
                            settings.settings.push((name, value));
                        }
                        Ok::<_, Error>(roles)
                    })
                    .await
            })
            .await?;
        Ok(roles.get(role).cloned().unwrap_or_default())
    }
}
