//! Reading columns, and the casts of their domains.

use std::collections::HashMap;

use super::super::default::hide_names;
use super::super::{Column, Name, Representation, ValueKind, queries};
use super::Loader;
use crate::args;
use crate::db::{Error, Row};

impl Loader<'_> {
    /// Reads the columns of relations, and the names of those of other relations.
    pub(super) async fn columns(&mut self, all: &[i64]) -> Result<(), Error> {
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
}

fn column(
    row: &Row,
    representation: Option<Representation>,
    schema: &str,
) -> Result<Column, Error> {
    let base: String = row.get("base_type")?;
    let default: Option<String> = row.get("default_value")?;
    let default = default.map(|text| hide_names(&text, schema));
    Ok(Column {
        name: row.get("name")?,
        type_name: name(row.get("is_own")?, row.get("own_type")?, row.get("type_name")?),
        type_text: hide_names(&row.get::<String>("told_type")?, schema),
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

/// What care values of a type need.
pub(super) fn kind(base_type: &str) -> ValueKind {
    match base_type {
        "json" | "jsonb" => ValueKind::Json,
        "tsvector" => ValueKind::TsVector,
        _ => ValueKind::Other,
    }
}

fn name(is_own: bool, own: String, fixed: String) -> Name {
    if is_own { Name::Own(own) } else { Name::Fixed(fixed) }
}
