//! Categories and collections by the names a file gives them; those that are not there are made.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use uuid::Uuid;

use super::queries::{
    CATEGORIES_ADD, CATEGORIES_FIND, COLLECTIONS_ADD, COLLECTIONS_COUNT, COLLECTIONS_FIND,
};
use crate::args;
use crate::commerce::handle::handle;
use crate::db::{Error, Sql, StoreTx};

/// Ids of categories or of collections.
#[derive(Debug, Default)]
pub(super) struct Terms {
    by_name: HashMap<String, Uuid>,
    by_slug: HashMap<String, Uuid>,
}

impl Terms {
    /// The one of this name, else the one this name would have the handle of.
    pub(super) fn id(&self, name: &str) -> Option<Uuid> {
        let slug = || handle(name).and_then(|slug| self.by_slug.get(&slug));
        self.by_name.get(&name.to_lowercase()).or_else(slug).copied()
    }

    async fn find(tx: &StoreTx<'_>, find: &'static Sql, names: &[&str]) -> Result<Self, Error> {
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let slugs: Vec<String> = names.iter().filter_map(|name| handle(name)).collect();
        let mut terms = Self::default();
        for row in tx.rows(find, args![lower, slugs]).await? {
            let id: Uuid = row.get("id")?;
            terms.by_name.insert(row.get::<String>("name")?.to_lowercase(), id);
            terms.by_slug.insert(row.get("slug")?, id);
        }
        Ok(terms)
    }

    /// One new name for each slug that is missing.
    fn missing<'n>(&self, names: &[&'n str]) -> BTreeMap<String, &'n str> {
        names
            .iter()
            .filter(|name| self.id(name).is_none())
            .filter_map(|name| handle(name).map(|slug| (slug, *name)))
            .collect()
    }
}

/// The categories of these names, made where they are missing.
pub(super) async fn categories(tx: &StoreTx<'_>, names: &[&str]) -> Result<Terms, Error> {
    if names.is_empty() {
        return Ok(Terms::default());
    }
    let terms = Terms::find(tx, &CATEGORIES_FIND, names).await?;
    let missing = terms.missing(names);
    if missing.is_empty() {
        return Ok(terms);
    }
    add(tx, &CATEGORIES_ADD, missing).await?;
    Terms::find(tx, &CATEGORIES_FIND, names).await
}

/// The collections of these names, made where they are missing, until the store has `count_max`.
pub(super) async fn collections(
    tx: &StoreTx<'_>,
    names: &[&str],
    count_max: usize,
) -> Result<Terms, Error> {
    if names.is_empty() {
        return Ok(Terms::default());
    }
    let terms = Terms::find(tx, &COLLECTIONS_FIND, names).await?;
    let missing = terms.missing(names);
    if missing.is_empty() {
        return Ok(terms);
    }
    let count: i64 = tx.row(&COLLECTIONS_COUNT, &[]).await?.get("count")?;
    let room = count_max.saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
    add(tx, &COLLECTIONS_ADD, missing.into_iter().take(room)).await?;
    Terms::find(tx, &COLLECTIONS_FIND, names).await
}

async fn add(
    tx: &StoreTx<'_>,
    add: &'static Sql,
    missing: impl IntoIterator<Item = (String, &str)>,
) -> Result<(), Error> {
    let rows: Vec<_> = missing
        .into_iter()
        .map(|(slug, name)| json!({ "id": Uuid::now_v7(), "name": name, "slug": slug }))
        .collect();
    tx.run(add, args![json!(rows)]).await.map(|_| ())
}
