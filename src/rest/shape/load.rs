//! Reading a shape from the catalog.

mod columns;
mod connect;
mod functions;
pub(crate) mod proof;
mod views;

use std::collections::{BTreeSet, HashMap};

use super::origin::Origin;
use super::relationship::ForeignKey;
use super::source::ShapeSource;
use super::{Relation, Shape, queries};
use crate::args;
use crate::db::{Cluster, Error, Tx};

/// A shape that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) shape: Shape,
    /// Whether it is what its key says.
    pub(super) is_of_key: bool,
}

/// The shape of a source; none where there is no such schema.
pub(super) async fn load(
    cluster: &Cluster,
    source: &ShapeSource<'_>,
) -> Result<Option<Loaded>, Error> {
    if let Some(witness) = source.store.and_then(|store| store.witness)
        && let Some(schema) = witness.find(source.key).await
        && let Some(shape) = load_from(cluster, &schema).await?
    {
        return Ok(Some(Loaded { shape, is_of_key: true }));
    }
    load_own(cluster, source).await
}

/// The shape of a witness; none where it has got another name meanwhile: it is somebody's then.
async fn load_from(cluster: &Cluster, schema: &str) -> Result<Option<Shape>, Error> {
    cluster
        .rest_catalog(async |tx| {
            let shape = read(tx, schema).await?;
            Ok(tx.find(&queries::SCHEMA, args![schema]).await?.and(shape))
        })
        .await
}

/// The shape of the schema itself. That of a store is not taken where the store was migrated
/// meanwhile: the shape would go by the name of the one before.
async fn load_own(cluster: &Cluster, source: &ShapeSource<'_>) -> Result<Option<Loaded>, Error> {
    cluster
        .rest_catalog(async |tx| {
            let Some(shape) = read(tx, source.schema).await? else { return Ok(None) };
            let is_of_key = match &source.store {
                Some(store) => proof::is_of_key(tx, source, store).await?,
                None => true,
            };
            Ok(Some(Loaded { shape, is_of_key }))
        })
        .await
}

/// The shape of a schema, if there is one of this name.
async fn read(tx: &Tx<'_>, schema: &str) -> Result<Option<Shape>, Error> {
    tx.rows(&queries::LAND, &[]).await?;
    let Some(row) = tx.find(&queries::SCHEMA, args![schema]).await? else { return Ok(None) };
    let loader = Loader::new(tx, row.get("oid")?, schema);
    loader.load(row.get("comment")?).await.map(Some)
}

/// What was read of a schema, before it is a shape.
struct Loader<'t> {
    tx: &'t Tx<'t>,
    /// The schema's oid.
    schema: i64,
    name: String,
    /// Relations of the schema by oid, as they are built.
    relations: HashMap<i64, Relation>,
    /// Names of columns by relation and number, also of relations that views are made of.
    names: HashMap<i64, HashMap<i32, String>>,
    /// Where the columns of views come from, by view.
    origins: HashMap<i64, Vec<Origin>>,
    /// Unique keys and primary keys, by relation.
    unique: HashMap<i64, Vec<BTreeSet<i32>>>,
    primary: HashMap<i64, Vec<i32>>,
    foreign: Vec<ForeignKey>,
}

impl<'t> Loader<'t> {
    fn new(tx: &'t Tx<'t>, schema: i64, name: &str) -> Self {
        Self {
            tx,
            schema,
            name: name.to_owned(),
            relations: HashMap::new(),
            names: HashMap::new(),
            origins: HashMap::new(),
            unique: HashMap::new(),
            primary: HashMap::new(),
            foreign: Vec::new(),
        }
    }

    async fn load(mut self, comment: Option<String>) -> Result<Shape, Error> {
        let views = self.relations().await?;
        let sources = self.views(views).await?;
        let mut all: Vec<i64> = self.relations.keys().copied().collect();
        all.extend(sources);
        self.columns(&all).await?;
        self.keys(&all).await?;
        self.connect();
        let functions = self.functions().await?;
        let handlers = self.handlers().await?;
        let mut types = Vec::new();
        for row in self.tx.rows(&queries::TYPES, args![self.schema]).await? {
            types.push(row.get("name")?);
        }
        let relations = self.relations.into_values().map(|r| (r.name.clone(), r)).collect();
        Ok(Shape { relations, functions, handlers, types, comment })
    }

    /// Reads tables and views; answers the views.
    async fn relations(&mut self) -> Result<Vec<i64>, Error> {
        let mut views = Vec::new();
        for row in self.tx.rows(&queries::RELATIONS, args![self.schema]).await? {
            let (oid, kind, writable): (i64, String, i32) =
                (row.get("oid")?, row.get("kind")?, row.get("writable")?);
            if matches!(kind.as_str(), "v" | "m") {
                views.push(oid);
            }
            let relation = Relation {
                name: row.get("name")?,
                comment: row.get("comment")?,
                columns: Vec::new(),
                primary_key: Vec::new(),
                is_insertable: writable & 8 != 0,
                is_updatable: writable & 4 != 0,
                is_deletable: writable & 16 != 0,
                computed: Vec::new(),
                relationships: Vec::new(),
            };
            self.relations.insert(oid, relation);
        }
        Ok(views)
    }

    /// Reads primary, unique and foreign keys.
    async fn keys(&mut self, all: &[i64]) -> Result<(), Error> {
        for row in self.tx.rows(&queries::KEYS, args![all.to_vec()]).await? {
            let (relation, kind): (i64, String) = (row.get("relation")?, row.get("kind")?);
            let columns: Vec<i32> = row.get("columns")?;
            match kind.as_str() {
                "f" => self.foreign.push(ForeignKey {
                    name: row.get("name")?,
                    relation,
                    columns,
                    target: row.get("target")?,
                    target_columns: row.get("target_columns")?,
                    is_unique: false,
                }),
                kind => {
                    self.unique
                        .entry(relation)
                        .or_default()
                        .push(columns.iter().copied().collect());
                    if kind == "p" {
                        self.primary.insert(relation, columns);
                    }
                }
            }
        }
        Ok(())
    }
}
