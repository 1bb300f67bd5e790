//! A draft meets the product that is there: what the file has no column for stays as it is.

use crate::commerce::catalog::{Product, Stored, Variant};
use crate::commerce::handle::handle;
use crate::commerce::import::Parsed;
use crate::commerce::sheet::Column;

macro_rules! keep {
    ($file:expr, $new:expr, $old:expr, { $($column:ident: $field:ident),+ $(,)? }) => {
        $(if !$file.has(Column::$column) {
            $new.$field.clone_from(&$old.$field);
        })+
    };
}

/// Which variant of the store each variant of the file is: the one with its option values, else the
/// one with its SKU.
pub(super) fn pair(new: &[Variant], old: &[Variant]) -> Vec<Option<usize>> {
    let mut taken = vec![false; old.len()];
    let mut pairs = vec![None; new.len()];
    let mut pass = |same: &dyn Fn(&Variant, &Variant) -> bool| {
        for (variant, pair) in new.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            let mut free = old.iter().zip(&taken).map(|(old, taken)| !taken && same(variant, old));
            if let Some(at) = free.position(|is_it| is_it) {
                taken[at] = true;
                *pair = Some(at);
            }
        }
    };
    pass(&|new, old| new.option_values == old.option_values);
    pass(&|new, old| new.sku.is_some() && new.sku == old.sku);
    pairs
}

/// Completes the draft from what is there.
pub(super) fn complete(
    new: &mut Product,
    old: &Product,
    pairs: &[Option<usize>],
    file: &Parsed<'_>,
) {
    keep!(file, new, old, {
        Body: description,
        Vendor: vendor,
        Type: category,
        Tags: keywords,
        SeoTitle: seo_title,
        SeoDescription: seo_description,
    });
    if !file.has(Column::Published) && !file.has(Column::Status) {
        new.status = old.status;
    }
    images(new, old, file);
    for (variant, pair) in new.variants.iter_mut().zip(pairs) {
        if let Some(at) = *pair {
            complete_variant(variant, &old.variants[at], file);
        }
        if !new.images.iter().any(|image| variant.image.as_ref() == Some(&image.url)) {
            variant.image = None;
        }
    }
}

fn images(new: &mut Product, old: &Product, file: &Parsed<'_>) {
    if !file.has(Column::ImageSrc) {
        // The file names pictures through variants only: they come behind those that are there.
        let named = std::mem::replace(&mut new.images, old.images.clone());
        let known = |url: &str| old.images.iter().any(|image| image.url == url);
        new.images.extend(named.into_iter().filter(|image| !known(&image.url)));
        new.images.truncate(file.limits().images);
    } else if !file.has(Column::ImageAlt) {
        for image in &mut new.images {
            if let Some(there) = old.images.iter().find(|there| there.url == image.url) {
                image.alt.clone_from(&there.alt);
            }
        }
    }
}

fn complete_variant(new: &mut Variant, old: &Variant, file: &Parsed<'_>) {
    keep!(file, new, old, {
        Sku: sku,
        Grams: weight_grams,
        WeightUnit: weight_unit,
        Tracker: track_inventory,
        Quantity: imported_quantity,
        Policy: inventory_policy,
        CompareAt: compare_at_minor,
        RequiresShipping: requires_shipping,
        Taxable: is_taxable,
        TaxCode: tax_code,
        Barcode: barcode,
        VariantImage: image,
        Cost: cost_minor,
    });
    new.compare_at_minor = new.compare_at_minor.filter(|before| *before > new.price_minor);
}

/// Whether the product is in its category already: the file's name leads to it, or both have none.
pub(super) fn is_same_category(new: &Product, old: &Product) -> bool {
    match (&new.category, &old.category) {
        (None, None) => true,
        (Some(new), Some(old)) => {
            new.to_lowercase() == old.to_lowercase() || handle(new) == handle(old)
        }
        _ => false,
    }
}

/// Whether nothing would change.
pub(super) fn is_same(new: &Product, old: &Stored) -> bool {
    let there = &old.product;
    is_same_category(new, there)
        && new.price_minor() == old.price_minor
        && new.name == there.name
        && new.description == there.description
        && new.status == there.status
        && new.vendor == there.vendor
        && new.keywords == there.keywords
        && new.option_names == there.option_names
        && new.seo_title == there.seo_title
        && new.seo_description == there.seo_description
        && new.images == there.images
        && new.variants == there.variants
}
