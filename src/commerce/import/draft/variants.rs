//! A product's options and variants.

use std::collections::HashMap;

use super::Rules;
use crate::base::currency::Currency;
use crate::commerce::catalog::{StockPolicy, Variant, WeightUnit};
use crate::commerce::import::cell;
use crate::commerce::import::fault::{Fault, Faults};
use crate::commerce::import::header::Row;
use crate::commerce::sheet::{Column, NO_OPTION, OPTIONS};

/// Characters of an option's name, of its value, and of a number such as the SKU.
const OPTION_NAME_MAX: usize = 100;
const OPTION_VALUE_MAX: usize = 200;
const NUMBER_MAX: usize = 100;

/// A row with something in one of these is a variant; without, it is another picture.
const TELLING: &[Column] = &[
    Column::Option1Value,
    Column::Option2Value,
    Column::Option3Value,
    Column::Sku,
    Column::Price,
    Column::CompareAt,
    Column::Barcode,
    Column::Quantity,
];

/// The options' names, and the variants with their rows.
#[derive(Debug, Default)]
pub(super) struct Variants {
    pub(super) option_names: Vec<String>,
    pub(super) list: Vec<Variant>,
    pub(super) rows: Vec<u32>,
}

/// Reads the variants; the first row is always one.
pub(super) fn read(rows: &[Row<'_>], rules: &Rules<'_>, faults: &mut Faults) -> Variants {
    let is_variant = |(at, row): &(usize, &Row<'_>)| *at == 0 || row.any(TELLING);
    let rows: Vec<&Row<'_>> =
        rows.iter().enumerate().filter(is_variant).map(|(_, row)| row).collect();
    if let Some(row) = rows.get(rules.limits.variants) {
        let fault = Fault::TooManyVariants { count_max: rules.limits.variants };
        faults.add(row.number, Column::Handle, &fault);
        return Variants::default();
    }
    let names = option_names(&rows, faults);
    let list: Vec<Variant> =
        rows.iter().map(|row| variant(row, &names, rules.currency, faults)).collect();
    let rows: Vec<u32> = rows.iter().map(|row| row.number).collect();
    check_distinct(&list, &rows, faults);
    Variants { option_names: names, list, rows }
}

/// The names stand in the first row; other rows may repeat them. A product whose only option is
/// Shopify's placeholder has none.
fn option_names(rows: &[&Row<'_>], faults: &mut Faults) -> Vec<String> {
    let Some(first) = rows.first() else {
        return Vec::new();
    };
    let is_placeholder = first.cell(Column::Option1Name).eq_ignore_ascii_case(NO_OPTION.0)
        && !first.any(&[Column::Option2Name, Column::Option3Name])
        && rows.iter().all(|row| row.cell(Column::Option1Value).eq_ignore_ascii_case(NO_OPTION.1));
    let mut names: Vec<String> = Vec::new();
    for (at, (column, value)) in OPTIONS.into_iter().enumerate() {
        let name = cell::text(first.cell(column), OPTION_NAME_MAX);
        match faults.check(first.number, column, name) {
            Some(name) if names.len() < at || names.contains(&name) => {
                faults.add(first.number, column, &Fault::OptionNames);
            }
            Some(name) => names.push(name),
            None => {
                for row in rows.iter().filter(|row| !row.cell(value).is_empty()) {
                    faults.add(row.number, value, &Fault::OptionUnnamed);
                }
            }
        }
    }
    for row in rows {
        for (at, (column, _)) in OPTIONS.into_iter().enumerate() {
            let name = row.cell(column);
            if !name.is_empty() && names.get(at).is_some_and(|known| known != name) {
                faults.add(row.number, column, &Fault::OptionNames);
            }
        }
    }
    if is_placeholder { Vec::new() } else { names }
}

fn variant(row: &Row<'_>, names: &[String], currency: Currency, faults: &mut Faults) -> Variant {
    let at = row.number;
    let values = OPTIONS.into_iter().take(names.len());
    let option_values = values
        .map(|(_, column)| {
            faults.check(at, column, cell::required(row.cell(column), OPTION_VALUE_MAX))
        })
        .collect();
    let mut number =
        |column: Column, text: &str| faults.check(at, column, cell::text(text, NUMBER_MAX));
    let sku = number(Column::Sku, row.cell(Column::Sku));
    let barcode = number(Column::Barcode, bare_number(row.cell(Column::Barcode)));
    let tax_code = number(Column::TaxCode, row.cell(Column::TaxCode));
    let mut amount =
        |column: Column| faults.check(at, column, cell::price(row.cell(column), currency));
    let cost_minor = amount(Column::Cost);
    let compare_at_minor = amount(Column::CompareAt);
    let price = cell::price(row.cell(Column::Price), currency);
    let price_minor =
        faults.check(at, Column::Price, price.and_then(|price| price.ok_or(Fault::Missing)));
    let grams = cell::grams(row.cell(Column::Grams));
    let quantity = cell::quantity(row.cell(Column::Quantity));
    let shipped = cell::flag(row.cell(Column::RequiresShipping), true);
    let taxable = cell::flag(row.cell(Column::Taxable), true);
    let image = row.cell(Column::VariantImage);
    Variant {
        option_values,
        sku,
        barcode,
        price_minor,
        // A price that is not higher is no earlier price: shops show nothing for it, and so do we.
        compare_at_minor: compare_at_minor.filter(|before| *before > price_minor),
        weight_grams: faults.check(at, Column::Grams, grams),
        weight_unit: faults.check(at, Column::WeightUnit, unit(row.cell(Column::WeightUnit))),
        requires_shipping: faults.check(at, Column::RequiresShipping, shipped),
        is_taxable: faults.check(at, Column::Taxable, taxable),
        tax_code,
        track_inventory: !row.cell(Column::Tracker).is_empty(),
        inventory_policy: faults.check(at, Column::Policy, policy(row.cell(Column::Policy))),
        image: (!image.is_empty()).then(|| image.to_owned()),
        cost_minor,
        imported_quantity: faults.check(at, Column::Quantity, quantity),
    }
}

/// A barcode without the apostrophe that Shopify sets before its digits.
fn bare_number(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => cell,
    }
}

fn unit(cell: &str) -> Result<WeightUnit, Fault> {
    match cell {
        "" => Ok(WeightUnit::default()),
        _ => WeightUnit::parse(cell).ok_or(Fault::Word { allowed: "kg, g, oz, lb" }),
    }
}

fn policy(cell: &str) -> Result<StockPolicy, Fault> {
    match cell {
        "" => Ok(StockPolicy::default()),
        _ => StockPolicy::parse(cell).ok_or(Fault::Word { allowed: "deny, continue" }),
    }
}

/// No two variants have the same values or the same SKU.
fn check_distinct(list: &[Variant], rows: &[u32], faults: &mut Faults) {
    let mut values: HashMap<&[String], u32> = HashMap::new();
    let mut skus: HashMap<&str, u32> = HashMap::new();
    for (variant, &row) in list.iter().zip(rows) {
        if let Some(&first) = values.get(variant.option_values.as_slice()) {
            faults.add(row, Column::Option1Value, &Fault::VariantTwice { row: first });
        }
        values.entry(&variant.option_values).or_insert(row);
        if let Some(sku) = variant.sku.as_deref()
            && skus.insert(sku, row).is_some()
        {
            faults.add(row, Column::Sku, &Fault::SkuTaken);
        }
    }
}
