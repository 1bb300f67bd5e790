//! Products as a Shopify product file: what [`import`](super::import) reads, with nothing lost between.
//!
//! A store is exported page by page in the order of slugs, so that memory holds a page whatever the
//! store holds. Text that a spreadsheet would run as a formula is disarmed; numbers stand as they are.

mod file;

use csv::{Terminator, WriterBuilder};

pub use file::File;

use super::catalog::{self, Image, Product, Status, Stored, Variant};
use super::sheet::{Column, NO_OPTION, OPTIONS, guard};
use crate::base::currency::Currency;
use crate::base::money::format_minor;
use crate::db::{Error, StoreTx};

/// Products of a page.
const PAGE: i64 = 200;
/// What Shopify calls the counting of stock.
const TRACKER: &str = "shopify";

/// Some products of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Their rows.
    pub rows: String,
    /// The slug to go on behind, until there is none.
    pub next: Option<String>,
}

/// The first row of the file.
pub fn header() -> String {
    write([Line(Column::ALL.iter().map(|column| column.name().to_owned()).collect())])
}

/// The rows of the products behind the slug `after`, or of the first ones.
///
/// # Errors
/// What Postgres answers.
pub async fn page(
    tx: &StoreTx<'_>,
    currency: Currency,
    after: Option<&str>,
) -> Result<Page, Error> {
    let found = catalog::page(tx, after.unwrap_or_default(), PAGE).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let next = found.last().filter(|_| is_full).map(|last| last.product.slug.clone());
    Ok(Page { rows: rows(&found, currency), next })
}

/// The whole file, for those who want it in one piece.
///
/// # Errors
/// What Postgres answers.
pub async fn csv(tx: &StoreTx<'_>, currency: Currency) -> Result<String, Error> {
    let mut file = header();
    let mut after = None;
    loop {
        let page = page(tx, currency, after.as_deref()).await?;
        file.push_str(&page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(file),
        }
    }
}

/// The rows of some products.
pub fn rows(products: &[Stored], currency: Currency) -> String {
    write(products.iter().flat_map(|stored| lines(stored, currency)))
}

/// A product's rows: as many as it has variants or pictures, the product itself in the first.
fn lines(stored: &Stored, currency: Currency) -> Vec<Line> {
    let product = &stored.product;
    let count = product.variants.len().max(product.images.len()).max(1);
    let mut lines = vec![Line(vec![String::new(); Column::ALL.len()]); count];
    for line in &mut lines {
        line.text(Column::Handle, &product.slug);
    }
    lines[0].product(product);
    // A product without a variant is read as one with a single one at its price.
    let lone = Variant {
        price_minor: stored.price_minor,
        requires_shipping: true,
        is_taxable: true,
        ..Variant::default()
    };
    let variants = if product.variants.is_empty() { &[lone][..] } else { &product.variants };
    for (line, variant) in lines.iter_mut().zip(variants) {
        line.variant(variant, currency);
    }
    for ((line, image), position) in lines.iter_mut().zip(&product.images).zip(1..) {
        line.image(image, position);
    }
    lines
}

/// One row, a cell for each column.
#[derive(Clone)]
struct Line(Vec<String>);

impl Line {
    /// Text that somebody has written.
    fn text(&mut self, column: Column, text: &str) {
        self.0[column as usize] = guard(text).into_owned();
    }

    /// A number or a word of ours.
    fn plain(&mut self, column: Column, value: &impl ToString) {
        self.0[column as usize] = value.to_string();
    }

    fn product(&mut self, product: &Product) {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        self.text(Column::Title, &product.name);
        self.text(Column::Body, &product.description);
        self.text(Column::Vendor, &optional(&product.vendor));
        self.text(Column::Type, &optional(&product.category));
        self.text(Column::Tags, &product.keywords.join(", "));
        self.plain(Column::Published, &(product.status == Status::Active));
        self.plain(Column::Status, &product.status.as_str());
        self.text(Column::SeoTitle, &optional(&product.seo_title));
        self.text(Column::SeoDescription, &optional(&product.seo_description));
        if product.option_names.is_empty() || product.variants.is_empty() {
            self.plain(Column::Option1Name, &NO_OPTION.0);
        } else {
            for (name, (column, _)) in product.option_names.iter().zip(OPTIONS) {
                self.text(column, name);
            }
        }
    }

    fn variant(&mut self, variant: &Variant, currency: Currency) {
        let price = |minor: Option<i64>| {
            minor.map(|minor| format_minor(minor, currency)).unwrap_or_default()
        };
        if variant.option_values.is_empty() {
            self.plain(Column::Option1Value, &NO_OPTION.1);
        }
        for (value, (_, column)) in variant.option_values.iter().zip(OPTIONS) {
            self.text(column, value);
        }
        self.text(Column::Sku, variant.sku.as_deref().unwrap_or_default());
        self.plain(Column::Grams, &variant.weight_grams);
        self.plain(Column::Tracker, &if variant.track_inventory { TRACKER } else { "" });
        let quantity = variant.imported_quantity.map(|quantity| quantity.to_string());
        self.plain(Column::Quantity, &quantity.unwrap_or_default());
        self.plain(Column::Policy, &variant.inventory_policy.as_str());
        self.plain(Column::Price, &price(Some(variant.price_minor)));
        self.plain(Column::CompareAt, &price(variant.compare_at_minor));
        self.plain(Column::RequiresShipping, &variant.requires_shipping);
        self.plain(Column::Taxable, &variant.is_taxable);
        self.text(Column::Barcode, variant.barcode.as_deref().unwrap_or_default());
        self.text(Column::VariantImage, variant.image.as_deref().unwrap_or_default());
        self.plain(Column::WeightUnit, &variant.weight_unit.as_str());
        self.text(Column::TaxCode, variant.tax_code.as_deref().unwrap_or_default());
        self.plain(Column::Cost, &price(variant.cost_minor));
    }

    fn image(&mut self, image: &Image, position: u32) {
        self.text(Column::ImageSrc, &image.url);
        self.plain(Column::ImagePosition, &position);
        self.text(Column::ImageAlt, &image.alt);
    }
}

/// Rows as text, quoted where they must be.
fn write(lines: impl IntoIterator<Item = Line>) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer
            .write_record(&line.0)
            .expect("every row has all columns, and a Vec takes every byte");
    }
    let bytes = writer.into_inner().expect("a Vec takes every byte");
    String::from_utf8(bytes).expect("cells are text, and so is what stands between them")
}

#[cfg(test)]
mod tests;
