//! Reading products whole: three statements, however many products.

use std::collections::HashMap;

use uuid::Uuid;

use super::queries::{FIND, IMAGES, PAGE, VARIANTS};
use super::{Image, Product, Status, StockPolicy, Stored, Variant, WeightUnit};
use crate::args;
use crate::db::{Error, Row, StoreTx};

/// The products that have these slugs, locked until the transaction ends.
///
/// # Errors
/// What Postgres answers.
pub async fn find(tx: &StoreTx<'_>, slugs: Vec<String>) -> Result<Vec<Stored>, Error> {
    let rows = tx.rows(&FIND, args![slugs]).await?;
    whole(tx, &rows).await
}

/// The first `limit` products behind the slug `after`, in the order of their slugs.
///
/// # Errors
/// What Postgres answers.
pub async fn page(tx: &StoreTx<'_>, after: &str, limit: i64) -> Result<Vec<Stored>, Error> {
    let rows = tx.rows(&PAGE, args![after, limit]).await?;
    whole(tx, &rows).await
}

async fn whole(tx: &StoreTx<'_>, rows: &[Row]) -> Result<Vec<Stored>, Error> {
    let mut found = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() {
        return Ok(found);
    }
    let ids: Vec<Uuid> = found.iter().map(|stored| stored.id).collect();
    let at: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(at, &id)| (id, at)).collect();
    for row in tx.rows(&IMAGES, args![ids]).await? {
        if let Some(&at) = at.get(&row.get("product_id")?) {
            found[at].image_ids.push(row.get("id")?);
            let image = Image { url: row.get("url")?, alt: row.get("alt")? };
            found[at].product.images.push(image);
        }
    }
    for row in tx.rows(&VARIANTS, args![ids]).await? {
        if let Some(&at) = at.get(&row.get("product_id")?) {
            found[at].variant_ids.push(row.get("id")?);
            found[at].product.variants.push(variant(&row)?);
        }
    }
    Ok(found)
}

fn stored(row: &Row) -> Result<Stored, Error> {
    let product = Product {
        slug: row.get("slug")?,
        name: row.get("name")?,
        description: row.get("description")?,
        status: Status::parse(&row.get::<String>("status")?).unwrap_or_default(),
        vendor: row.get("vendor")?,
        category: row.get("category")?,
        keywords: row.get("keywords")?,
        option_names: row.get("option_names")?,
        seo_title: row.get("seo_title")?,
        seo_description: row.get("seo_description")?,
        images: Vec::new(),
        variants: Vec::new(),
    };
    Ok(Stored {
        id: row.get("id")?,
        category_id: row.get("category_id")?,
        price_minor: row.get("price_minor")?,
        product,
        image_ids: Vec::new(),
        variant_ids: Vec::new(),
    })
}

fn variant(row: &Row) -> Result<Variant, Error> {
    Ok(Variant {
        option_values: row.get("option_values")?,
        sku: row.get("sku")?,
        barcode: row.get("barcode")?,
        price_minor: row.get("price_minor")?,
        compare_at_minor: row.get("compare_at_minor")?,
        weight_grams: row.get("weight_grams")?,
        weight_unit: WeightUnit::parse(&row.get::<String>("weight_unit")?).unwrap_or_default(),
        requires_shipping: row.get("requires_shipping")?,
        is_taxable: row.get("is_taxable")?,
        tax_code: row.get("tax_code")?,
        track_inventory: row.get("track_inventory")?,
        inventory_policy: StockPolicy::parse(&row.get::<String>("inventory_policy")?)
            .unwrap_or_default(),
        image: row.get("image")?,
        cost_minor: row.get("cost_minor")?,
        imported_quantity: row.get("imported_quantity")?,
    })
}
