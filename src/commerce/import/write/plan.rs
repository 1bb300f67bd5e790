//! What a batch changes, as rows of the tables.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use super::merge;
use super::rows::{ImageRow, ProductRow, StockRow, VariantRow};
use crate::commerce::catalog::{Product, Stored, Variant};
use crate::commerce::handle::handle;
use crate::commerce::import::fault::{Fault, RowError};
use crate::commerce::import::{Draft, Parsed};
use crate::commerce::sheet::Column;

/// The changes of a batch, and what they amount to.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) skipped: u64,
    pub(super) faults: Vec<RowError>,
    pub(super) products: Vec<ProductRow>,
    pub(super) images: Vec<ImageRow>,
    pub(super) variants: Vec<VariantRow>,
    pub(super) stock: Vec<StockRow>,
    pub(super) images_gone: Vec<Uuid>,
    pub(super) variants_gone: Vec<Uuid>,
    pub(super) skus_freed: Vec<Uuid>,
    pub(super) joined: Vec<Tagged>,
    pub(super) left: Vec<Tagged>,
    skus: HashMap<String, Uuid>,
}

/// A product that has got or lost a tag.
#[derive(Debug, Serialize)]
pub(super) struct Tagged {
    pub(super) product_id: Uuid,
    pub(super) name: String,
    slug: Option<String>,
}

impl Plan {
    /// A plan for a store where these article numbers are taken by these products.
    pub(super) fn new(skus: HashMap<String, Uuid>) -> Self {
        Self { skus, ..Self::default() }
    }

    /// Takes a draft in, given what is there under its handle.
    pub(super) fn add(&mut self, draft: &Draft, old: Option<&Stored>, file: &Parsed<'_>) {
        let mut product = draft.product.clone();
        let there = old.map(|old| &old.product);
        let pairs = merge::pair(&product.variants, there.map_or(&[], |there| &there.variants));
        if let Some(there) = there {
            merge::complete(&mut product, there, &pairs, file);
        }
        let id = old.map_or_else(Uuid::now_v7, |old| old.id);
        if let Err(row) = self.take_skus(id, &product, &draft.variant_rows) {
            self.faults.push(RowError::new(row, Column::Sku, &Fault::SkuTaken));
            return;
        }
        match old {
            Some(old) if merge::is_same(&product, old) => {
                self.skipped += 1;
                return;
            }
            Some(_) => self.updated += 1,
            None => self.created += 1,
        }
        self.tags(id, &product, there);
        let image_ids = self.images(id, &product, old);
        self.variants(id, &product, old, &pairs, &image_ids);
        let category = old.filter(|old| merge::is_same_category(&product, &old.product));
        self.products.push(ProductRow::new(id, product, category.map(|old| old.category_id)));
    }

    /// Holds the product's article numbers for it, or names the row of one that another has.
    fn take_skus(&mut self, id: Uuid, product: &Product, rows: &[u32]) -> Result<(), u32> {
        let numbered =
            || product.variants.iter().zip(rows).filter_map(|(v, r)| Some((v.sku.as_ref()?, r)));
        for (sku, row) in numbered() {
            if self.skus.get(sku).is_some_and(|holder| *holder != id) {
                return Err(*row);
            }
        }
        self.skus.extend(numbered().map(|(sku, _)| (sku.clone(), id)));
        Ok(())
    }

    /// Only tags that came or went move a product: a collection is the owner's to rearrange.
    fn tags(&mut self, product_id: Uuid, new: &Product, old: Option<&Product>) {
        let before = old.map_or(&[][..], |old| &old.keywords);
        let differ = |these: &[String], those: &[String]| -> Vec<Tagged> {
            let known: Vec<_> = those.iter().map(|tag| handle(tag)).collect();
            let tagged = these.iter().map(|tag| (tag, handle(tag)));
            tagged
                .filter(|(_, slug)| !known.contains(slug))
                .map(|(tag, slug)| Tagged { product_id, name: tag.clone(), slug })
                .collect()
        };
        self.joined.extend(differ(&new.keywords, before));
        self.left.extend(differ(before, &new.keywords));
    }

    /// Pictures keep their ids by their addresses. Answers the ids by address.
    fn images<'p>(
        &mut self,
        product_id: Uuid,
        new: &'p Product,
        old: Option<&Stored>,
    ) -> HashMap<&'p str, Uuid> {
        let mut there: HashMap<&str, Uuid> = HashMap::new();
        for (image, &id) in old.iter().flat_map(|old| old.product.images.iter().zip(&old.image_ids))
        {
            if there.contains_key(image.url.as_str()) {
                self.images_gone.push(id);
            } else {
                there.insert(&image.url, id);
            }
        }
        let mut ids = HashMap::new();
        for (image, position) in new.images.iter().zip(1..) {
            let id = there.remove(image.url.as_str()).unwrap_or_else(Uuid::now_v7);
            ids.insert(image.url.as_str(), id);
            let (url, alt) = (image.url.clone(), image.alt.clone());
            self.images.push(ImageRow { id, product_id, position, url, alt });
        }
        self.images_gone.extend(there.into_values());
        ids
    }

    fn variants(
        &mut self,
        product_id: Uuid,
        new: &Product,
        old: Option<&Stored>,
        pairs: &[Option<usize>],
        image_ids: &HashMap<&str, Uuid>,
    ) {
        let there = |at: usize| old.map(|old| (old.variant_ids[at], &old.product.variants[at]));
        for ((variant, pair), position) in new.variants.iter().zip(pairs).zip(1..) {
            let before = pair.and_then(there);
            let id = before.map_or_else(Uuid::now_v7, |(id, _)| id);
            if before.is_some_and(|(_, old)| old.sku.is_some() && old.sku != variant.sku) {
                self.skus_freed.push(id);
            }
            let known = |variant: &Variant| {
                variant.cost_minor.is_some() || variant.imported_quantity.is_some()
            };
            if known(variant) || before.is_some_and(|(_, old)| known(old)) {
                let (cost_minor, imported_quantity) =
                    (variant.cost_minor, variant.imported_quantity);
                self.stock.push(StockRow { variant_id: id, cost_minor, imported_quantity });
            }
            let image_id = variant.image.as_deref().and_then(|url| image_ids.get(url)).copied();
            self.variants.push(VariantRow {
                id,
                product_id,
                position,
                image_id,
                ..VariantRow::of(variant)
            });
        }
        let ids = old.map_or(&[][..], |old| &old.variant_ids);
        let gone = ids.iter().enumerate().filter(|(at, _)| !pairs.contains(&Some(*at)));
        self.variants_gone.extend(gone.map(|(_, id)| *id));
    }
}
