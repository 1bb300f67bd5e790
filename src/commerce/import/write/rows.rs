//! Rows as the statements take them.

use serde::Serialize;
use uuid::Uuid;

use crate::commerce::catalog::{Product, Status, StockPolicy, Variant, WeightUnit};

/// A row of `products`; `category` is the name of one whose id is still to be found.
#[derive(Debug, Serialize)]
pub(super) struct ProductRow {
    pub(super) id: Uuid,
    pub(super) category_id: Option<Uuid>,
    #[serde(skip)]
    pub(super) category: Option<String>,
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) description: String,
    pub(super) status: Status,
    pub(super) vendor: Option<String>,
    pub(super) keywords: Vec<String>,
    pub(super) option_names: Vec<String>,
    pub(super) price_minor: i64,
    pub(super) seo_title: Option<String>,
    pub(super) seo_description: Option<String>,
}

/// A row of `product_images`.
#[derive(Debug, Serialize)]
pub(super) struct ImageRow {
    pub(super) id: Uuid,
    pub(super) product_id: Uuid,
    pub(super) position: usize,
    pub(super) url: String,
    pub(super) alt: String,
}

/// A row of `variants`.
#[derive(Debug, Serialize)]
pub(super) struct VariantRow {
    pub(super) id: Uuid,
    pub(super) product_id: Uuid,
    pub(super) position: usize,
    pub(super) option_values: Vec<String>,
    pub(super) sku: Option<String>,
    pub(super) barcode: Option<String>,
    pub(super) price_minor: i64,
    pub(super) compare_at_minor: Option<i64>,
    pub(super) weight_grams: i32,
    pub(super) weight_unit: WeightUnit,
    pub(super) requires_shipping: bool,
    pub(super) is_taxable: bool,
    pub(super) tax_code: Option<String>,
    pub(super) track_inventory: bool,
    pub(super) inventory_policy: StockPolicy,
    pub(super) image_id: Option<Uuid>,
}

/// A row of `inventory_items`.
#[derive(Debug, Serialize)]
pub(super) struct StockRow {
    pub(super) variant_id: Uuid,
    pub(super) cost_minor: Option<i64>,
    pub(super) imported_quantity: Option<i32>,
}

impl ProductRow {
    /// The product's row; where it does not stay in the category it is in, that is still to be found.
    pub(super) fn new(id: Uuid, product: Product, stays: Option<Option<Uuid>>) -> Self {
        Self {
            id,
            category_id: stays.flatten(),
            price_minor: product.price_minor(),
            category: product.category.filter(|_| stays.is_none()),
            name: product.name,
            slug: product.slug,
            description: product.description,
            status: product.status,
            vendor: product.vendor,
            keywords: product.keywords,
            option_names: product.option_names,
            seo_title: product.seo_title,
            seo_description: product.seo_description,
        }
    }
}

impl VariantRow {
    /// The variant's row, its place and picture still to be said.
    pub(super) fn of(variant: &Variant) -> Self {
        Self {
            id: Uuid::nil(),
            product_id: Uuid::nil(),
            position: 0,
            image_id: None,
            option_values: variant.option_values.clone(),
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
            price_minor: variant.price_minor,
            compare_at_minor: variant.compare_at_minor,
            weight_grams: variant.weight_grams,
            weight_unit: variant.weight_unit,
            requires_shipping: variant.requires_shipping,
            is_taxable: variant.is_taxable,
            tax_code: variant.tax_code.clone(),
            track_inventory: variant.track_inventory,
            inventory_policy: variant.inventory_policy,
        }
    }
}
