//! Reading a shape from the catalog.

mod functions;

use std::collections::{BTreeSet, HashMap, HashSet};

use super::origin::{Origin, origins};
use super::relationship::{self, Face, ForeignKey};
use super::{Column, Name, Relation, Representation, Shape, ValueKind, queries};
use crate::args;
use crate::db::{Cluster, Error, Row, StoreRef, Tx};

/// Views over views are followed this far.
const VIEW_DEPTH_MAX: usize = 8;

/// The shape of a schema; none where there is no such schema. That of a store is not taken where
/// the store was migrated meanwhile: the shape would go by the name of the one before.
pub(super) async fn load(
    cluster: &Cluster,
    schema: &str,
    store: Option<StoreRef>,
) -> Result<Option<Shape>, Error> {
    cluster
        .rest_catalog(async |tx| {
            tx.rows(&queries::LAND, &[]).await?;
            let Some(row) = tx.find(&queries::SCHEMA, args![schema]).await? else {
                return Ok(None);
            };
            let loader = Loader::new(tx, row.get("oid")?, schema);
            let shape = loader.load(row.get("comment")?).await?;
            if let Some(store) = store {
                tx.guard(store).await?;
            }
            Ok(Some(shape))
        })
        .await
}

struct Loader<'t> {
    tx: &'t Tx<'t>,
    schema: i64,
    name: String,
    /// Relations of the schema by oid, as they are built.
    relations: HashMap<i64, Relation>,
    /// Names of columns by relation and number, also of relations that views are made of.
    names: HashMap<i64, HashMap<i32, String>>,
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

    /// Follows views to the tables they show; answers relations that are not of the schema.
    async fn views(&mut self, mut views: Vec<i64>) -> Result<HashSet<i64>, Error> {
        let mut outside = HashSet::new();
        for _ in 0..VIEW_DEPTH_MAX {
            if views.is_empty() {
                break;
            }
            for row in self.tx.rows(&queries::VIEWS, args![views]).await? {
                let action: String = row.get("action")?;
                self.origins.insert(row.get("relation")?, origins(&action));
            }
            let seen = self.origins.values().flatten().map(|origin| origin.relation);
            let new: Vec<i64> = seen
                .filter(|oid| !self.relations.contains_key(oid) && !outside.contains(oid))
                .collect::<HashSet<_>>()
                .into_iter()
                .collect();
            outside.extend(new.iter().copied());
            views.clear();
            for row in self.tx.rows(&queries::KINDS, args![new]).await? {
                if row.get("is_view")? {
                    views.push(row.get("oid")?);
                }
            }
        }
        // What is a view here resolves to what it shows.
        let views: Vec<i64> = self.origins.keys().copied().collect();
        for _ in 0..VIEW_DEPTH_MAX {
            for view in &views {
                let resolved =
                    self.origins[view].iter().map(|origin| self.resolve(*origin)).collect();
                self.origins.insert(*view, resolved);
            }
        }
        Ok(outside)
    }

    fn resolve(&self, origin: Origin) -> Origin {
        let deeper = self.origins.get(&origin.relation);
        let found = deeper.and_then(|inner| inner.iter().find(|o| o.number == origin.source));
        found.map_or(origin, |inner| Origin { number: origin.number, ..*inner })
    }

    async fn columns(&mut self, all: &[i64]) -> Result<(), Error> {
        let rows = self.tx.rows(&queries::COLUMNS, args![all.to_vec(), self.schema]).await?;
        let mut domains = Vec::new();
        for row in &rows {
            domains.push(row.get::<i64>("type_id")?);
        }
        domains.sort_unstable();
        domains.dedup();
        let casts = self.casts(domains).await?;
        for row in &rows {
            let (oid, number): (i64, i32) = (row.get("relation")?, row.get("number")?);
            self.names.entry(oid).or_default().insert(number, row.get("name")?);
            if let Some(relation) = self.relations.get_mut(&oid) {
                let representation = casts.get(&row.get("type_id")?).cloned();
                relation.columns.push(column(row, representation, &self.name)?);
            }
        }
        Ok(())
    }

    async fn casts(&self, types: Vec<i64>) -> Result<HashMap<i64, Representation>, Error> {
        let mut casts: HashMap<i64, Representation> = HashMap::new();
        for row in self.tx.rows(&queries::CASTS, args![types, self.schema]).await? {
            let function = name(row.get("is_own")?, row.get("own_name")?, row.get("name")?);
            let cast = casts.entry(row.get("domain")?).or_default();
            let (is_out, other): (bool, String) = (row.get("is_out")?, row.get("other")?);
            match (is_out, other.as_str()) {
                (true, "json") => cast.to_json = Some(function),
                (false, "json") => cast.from_json = Some(function),
                (false, "text") => cast.from_text = Some(function),
                _ => {}
            }
        }
        Ok(casts)
    }

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

    /// Primary keys of relations and views, and the ways between them.
    fn connect(&mut self) {
        let mut faces: HashMap<i64, Vec<Face>> = HashMap::new();
        for (oid, relation) in &self.relations {
            let mut shown: HashMap<i64, HashMap<i32, String>> = HashMap::new();
            let Some(own) = self.names.get(oid) else { continue };
            match self.origins.get(oid) {
                Some(origins) => {
                    for origin in origins {
                        if let Some(name) = own.get(&origin.number) {
                            let columns = shown.entry(origin.relation).or_default();
                            columns.entry(origin.source).or_insert_with(|| name.clone());
                        }
                    }
                }
                None => {
                    shown.insert(*oid, own.clone());
                }
            }
            for (table, columns) in shown {
                faces.entry(table).or_default().push(Face { name: relation.name.clone(), columns });
            }
        }
        let mut primary: HashMap<String, Vec<String>> = HashMap::new();
        for (table, columns) in &self.primary {
            for face in faces.get(table).into_iter().flatten() {
                let names: Option<Vec<String>> =
                    columns.iter().map(|number| face.columns.get(number).cloned()).collect();
                if let Some(names) = names {
                    primary.entry(face.name.clone()).or_insert(names);
                }
            }
        }
        for key in &mut self.foreign {
            let columns: BTreeSet<i32> = key.columns.iter().copied().collect();
            let unique = self.unique.get(&key.relation);
            key.is_unique = unique.is_some_and(|keys| keys.contains(&columns));
        }
        let mut ways = relationship::from_keys(&self.foreign, &faces, &primary);
        for relation in self.relations.values_mut() {
            relation.relationships = ways.remove(&relation.name).unwrap_or_default();
            relation.primary_key = primary.remove(&relation.name).unwrap_or_default();
        }
    }
}

fn column(
    row: &Row,
    representation: Option<Representation>,
    schema: &str,
) -> Result<Column, Error> {
    let base: String = row.get("base_type")?;
    let default: Option<String> = row.get("default_value")?;
    let default = default.map(|text| super::hide_names(&text, schema));
    Ok(Column {
        name: row.get("name")?,
        type_name: name(row.get("is_own")?, row.get("own_type")?, row.get("type_name")?),
        type_text: super::hide_names(&row.get::<String>("told_type")?, schema),
        length: row.get("length")?,
        kind: kind(&base),
        is_nullable: row.get("is_nullable")?,
        default: default.or(row.get::<bool>("is_identity")?.then(String::new)),
        is_generated: row.get("is_generated")?,
        representation,
        comment: row.get("comment")?,
        values: row.get("values")?,
    })
}

fn kind(base_type: &str) -> ValueKind {
    match base_type {
        "json" | "jsonb" => ValueKind::Json,
        "tsvector" => ValueKind::TsVector,
        _ => ValueKind::Other,
    }
}

fn name(is_own: bool, own: String, fixed: String) -> Name {
    if is_own { Name::Own(own) } else { Name::Fixed(fixed) }
}
