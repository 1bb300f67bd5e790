//! The plane: a cluster, the shapes it has read, and how it was set up.

mod catalog;
mod open_api;
mod settings;

use std::sync::{Arc, Mutex, PoisonError};

use super::plan::Rules;
use super::shape::{Shape, ShapeCache, ShapeSource};
use crate::db::{Cluster, Error};
pub(crate) use catalog::ALL;
use catalog::Catalog;
pub(super) use catalog::{ISOLATION, isolation};
pub use open_api::{OpenApi, Proxy};
pub use settings::Settings;

/// The plane.
#[derive(Debug)]
pub struct Plane {
    pub(super) cluster: Cluster,
    pub(super) settings: Settings,
    shapes: ShapeCache,
    catalog: Mutex<Arc<Catalog>>,
}

impl Plane {
    /// A plane over a cluster. It reads nothing before it is asked.
    pub fn new(cluster: Cluster, settings: Settings) -> Self {
        Self { cluster, settings, shapes: ShapeCache::default(), catalog: Mutex::default() }
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
        *self.catalog.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether it can answer: the shapes of all schemas are there or can be read, and the database
    /// gives a sign of life.
    ///
    /// # Errors
    /// Why it can't.
    pub async fn check(&self) -> Result<(), Error> {
        for schema in &self.settings.schemas {
            self.plain_shape(schema).await?.ok_or(Error::NoRow { name: "rest.shape.schema" })?;
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
            let shape = self.plain_shape(schema).await?.unwrap_or_default();
            let mut relations: Vec<&str> = shape.relations().map(|r| r.name.as_str()).collect();
            let mut functions: Vec<&str> = shape.function_names().collect();
            relations.sort_unstable();
            functions.sort_unstable();
            let known = serde_json::json!({ "relations": relations, "functions": functions });
            outline.insert(schema.clone(), known);
        }
        Ok(outline.into())
    }

    /// The shape of one of its own schemas.
    async fn plain_shape(&self, schema: &str) -> Result<Option<Arc<Shape>>, Error> {
        let source = ShapeSource { key: schema, schema, store: None };
        self.shapes.get(&self.cluster, &source).await
    }

    /// Most bytes of answers that all connections may hold at once.
    pub fn answers_bytes_max(&self) -> usize {
        self.settings.body_bytes_max.saturating_mul(self.cluster.config().rest_slots())
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
}
