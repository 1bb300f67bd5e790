//! All rows of a handle become one product, checked whole: every fault is told, not the first.

use super::Limits;
use super::cell;
use super::fault::{Fault, Faults, RowError};
use super::header::Row;
use super::html::Cleaner;
use crate::base::currency::Currency;
use crate::commerce::catalog::{Product, Status};
use crate::commerce::sheet::Column;

mod images;
mod variants;

/// Characters of a name, of a description for search engines; as the template's checks say.
const NAME_MAX: usize = 200;
const SEO_DESCRIPTION_MAX: usize = 500;

/// A product of the file, without a fault, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The product.
    pub product: Product,
    /// Its first row.
    pub row: u32,
    /// The row of each variant.
    pub variant_rows: Vec<u32>,
}

/// What cells are read by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'p> {
    pub(super) currency: Currency,
    pub(super) limits: Limits,
    pub(super) cleaner: &'p Cleaner,
}

/// Makes the product of these rows, of which there is at least one.
///
/// # Errors
/// Every fault in them.
pub(super) fn make(
    slug: String,
    rows: &[Row<'_>],
    rules: &Rules<'_>,
) -> Result<Draft, Vec<RowError>> {
    let mut faults = Faults::default();
    let Some(first) = rows.first() else {
        return Err(Vec::new());
    };
    check_rows(rows, &mut faults);
    let mut product = fields(slug, first, rules, &mut faults);
    product.images = images::read(rows, rules.limits, &mut faults);
    let variants = variants::read(rows, rules, &mut faults);
    product.option_names = variants.option_names;
    product.variants = variants.list;
    if faults.0.is_empty() {
        Ok(Draft { product, row: first.number, variant_rows: variants.rows })
    } else {
        faults.0.sort_by_key(|fault| fault.row);
        Err(faults.0)
    }
}

/// What holds for rows as such: no cell beyond the header, and one product for a handle.
fn check_rows(rows: &[Row<'_>], faults: &mut Faults) {
    let mut rows = rows.iter().peekable();
    let (first, title) = rows.peek().map_or((0, ""), |row| (row.number, row.cell(Column::Title)));
    for row in rows {
        let own = row.cell(Column::Title);
        if row.number != first && !own.is_empty() && own != title {
            faults.add(row.number, Column::Handle, &Fault::HandleTaken { row: first });
        }
        if row.is_too_wide() {
            faults.add(row.number, None, &Fault::Width);
        }
    }
}

/// What the first row says of the product itself.
fn fields(slug: String, row: &Row<'_>, rules: &Rules<'_>, faults: &mut Faults) -> Product {
    let at = row.number;
    let mut text = |column: Column, length_max: usize| {
        faults.check(at, column, cell::text(row.cell(column), length_max))
    };
    let vendor = text(Column::Vendor, NAME_MAX);
    let category = text(Column::Type, NAME_MAX);
    let seo_title = text(Column::SeoTitle, NAME_MAX);
    let seo_description = text(Column::SeoDescription, SEO_DESCRIPTION_MAX);
    let name = cell::required(row.cell(Column::Title), NAME_MAX);
    let description = rules.cleaner.clean(row.cell(Column::Body));
    Product {
        slug,
        name: faults.check(at, Column::Title, name),
        description: faults.check(at, Column::Body, description),
        status: status(row, faults),
        vendor,
        category,
        keywords: faults.check(at, Column::Tags, cell::tags(row.cell(Column::Tags))),
        seo_title,
        seo_description,
        ..Product::default()
    }
}

/// Shoppers see a product that is published and not said to be a draft or archived. An empty cell of a
/// column means published, as it does at Shopify; a file without both columns publishes nothing.
fn status(row: &Row<'_>, faults: &mut Faults) -> Status {
    if !row.header.has(Column::Published) && !row.header.has(Column::Status) {
        return Status::Draft;
    }
    let published = cell::flag(row.cell(Column::Published), true);
    let published = faults.check(row.number, Column::Published, published);
    let status = match row.cell(Column::Status) {
        "" => Ok(Status::Active),
        cell => Status::parse(cell).ok_or(Fault::Word { allowed: "active, draft, archived" }),
    };
    match faults.check(row.number, Column::Status, status) {
        Status::Active if !published => Status::Draft,
        status => status,
    }
}
