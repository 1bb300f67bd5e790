//! One batch: read what is there, plan, write what differs.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::plan::Plan;
use super::queries::{
    DROP_IMAGES, DROP_VARIANTS, FREE_SKUS, JOIN, LEAVE, PUT_IMAGES, PUT_PRODUCTS, PUT_STOCK,
    PUT_VARIANTS, SKUS,
};
use super::terms;
use crate::args;
use crate::commerce::catalog::{self, Stored};
use crate::commerce::import::{Draft, Parsed};
use crate::db::{Error, Sql, StoreTx};

/// Writes a batch and says what it amounted to.
pub(super) async fn write(
    tx: &StoreTx<'_>,
    file: &Parsed<'_>,
    drafts: &[Draft],
) -> Result<Plan, Error> {
    let slugs = drafts.iter().map(|draft| draft.product.slug.clone()).collect();
    let there = catalog::find(tx, slugs).await?;
    let there: HashMap<&str, &Stored> =
        there.iter().map(|stored| (stored.product.slug.as_str(), stored)).collect();
    let mut plan = Plan::new(skus(tx, drafts).await?);
    for draft in drafts {
        plan.add(draft, there.get(draft.product.slug.as_str()).copied(), file);
    }
    resolve_categories(tx, &mut plan).await?;
    apply(tx, &plan).await?;
    move_tagged(tx, &plan, file.limits().collections).await?;
    Ok(plan)
}

/// Which products have the drafts' article numbers.
async fn skus(tx: &StoreTx<'_>, drafts: &[Draft]) -> Result<HashMap<String, Uuid>, Error> {
    let variants = drafts.iter().flat_map(|draft| &draft.product.variants);
    let asked: Vec<String> = variants.filter_map(|variant| variant.sku.clone()).collect();
    let mut holders = HashMap::new();
    if !asked.is_empty() {
        for row in tx.rows(&SKUS, args![asked]).await? {
            holders.insert(row.get("sku")?, row.get("product_id")?);
        }
    }
    Ok(holders)
}

async fn resolve_categories(tx: &StoreTx<'_>, plan: &mut Plan) -> Result<(), Error> {
    let names: BTreeSet<&str> =
        plan.products.iter().filter_map(|product| product.category.as_deref()).collect();
    let terms = terms::categories(tx, &Vec::from_iter(names)).await?;
    for product in &mut plan.products {
        if let Some(name) = &product.category {
            product.category_id = terms.id(name);
        }
    }
    Ok(())
}

/// Products first, then what goes, then what comes: numbers and positions are free by then.
async fn apply(tx: &StoreTx<'_>, plan: &Plan) -> Result<(), Error> {
    put(tx, &PUT_PRODUCTS, &plan.products).await?;
    for (sql, ids) in [
        (&FREE_SKUS, &plan.skus_freed),
        (&DROP_IMAGES, &plan.images_gone),
        (&DROP_VARIANTS, &plan.variants_gone),
    ] {
        if !ids.is_empty() {
            tx.run(sql, args![ids]).await?;
        }
    }
    put(tx, &PUT_IMAGES, &plan.images).await?;
    put(tx, &PUT_VARIANTS, &plan.variants).await?;
    put(tx, &PUT_STOCK, &plan.stock).await
}

async fn move_tagged(tx: &StoreTx<'_>, plan: &Plan, count_max: usize) -> Result<(), Error> {
    put(tx, &LEAVE, &plan.left).await?;
    let names: BTreeSet<&str> = plan.joined.iter().map(|tagged| tagged.name.as_str()).collect();
    let terms = terms::collections(tx, &Vec::from_iter(names), count_max).await?;
    let items: Vec<_> = plan
        .joined
        .iter()
        .filter_map(|tagged| Some((terms.id(&tagged.name)?, tagged.product_id)))
        .map(|(collection, product)| json!({ "collection_id": collection, "product_id": product }))
        .collect();
    put(tx, &JOIN, &items).await
}

/// Sends rows as one document.
async fn put<T: Serialize>(tx: &StoreTx<'_>, sql: &'static Sql, rows: &[T]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    tx.run(sql, args![json!(rows)]).await.map(|_| ())
}
