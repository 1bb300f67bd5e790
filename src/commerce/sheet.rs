//! The dialect of Shopify's product files: its columns, and how text stands in a cell.
//!
//! A spreadsheet runs a cell that begins like a formula. What is read is kept as text; what is written
//! is disarmed by [`guard`], and [`unguard`] takes exactly that back, so a round trip changes nothing.

macro_rules! columns {
    ($($column:ident = $name:literal),+ $(,)?) => {
        /// A column that an import reads and an export writes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column {
            $(#[doc = $name] $column),+
        }

        impl Column {
            /// All columns, in the order of the file.
            pub const ALL: &[Self] = &[$(Self::$column),+];

            /// The column's name in the first row.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$column => $name),+
                }
            }
        }
    };
}

columns! {
    Handle = "Handle",
    Title = "Title",
    Body = "Body (HTML)",
    Vendor = "Vendor",
    Type = "Type",
    Tags = "Tags",
    Published = "Published",
    Option1Name = "Option1 Name",
    Option1Value = "Option1 Value",
    Option2Name = "Option2 Name",
    Option2Value = "Option2 Value",
    Option3Name = "Option3 Name",
    Option3Value = "Option3 Value",
    Sku = "Variant SKU",
    Grams = "Variant Grams",
    Tracker = "Variant Inventory Tracker",
    Quantity = "Variant Inventory Qty",
    Policy = "Variant Inventory Policy",
    Price = "Variant Price",
    CompareAt = "Variant Compare At Price",
    RequiresShipping = "Variant Requires Shipping",
    Taxable = "Variant Taxable",
    Barcode = "Variant Barcode",
    ImageSrc = "Image Src",
    ImagePosition = "Image Position",
    ImageAlt = "Image Alt Text",
    SeoTitle = "SEO Title",
    SeoDescription = "SEO Description",
    VariantImage = "Variant Image",
    WeightUnit = "Variant Weight Unit",
    TaxCode = "Variant Tax Code",
    Cost = "Cost per item",
    Status = "Status",
}

/// Columns of the options' names and values.
pub const OPTIONS: [(Column, Column); 3] = [
    (Column::Option1Name, Column::Option1Value),
    (Column::Option2Name, Column::Option2Value),
    (Column::Option3Name, Column::Option3Value),
];

/// Name and value of the one option that a product without options has in the file.
pub const NO_OPTION: (&str, &str) = ("Title", "Default Title");

/// What a spreadsheet takes for the beginning of a formula, wide forms included.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A text as it is written: an apostrophe before what a spreadsheet would run, and before a text that
/// already stands behind apostrophes, so that [`unguard`] knows its own.
pub fn guard(text: &str) -> std::borrow::Cow<'_, str> {
    if is_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// The text of a cell: without the apostrophe of [`guard`].
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_disarmed_and_anything_else_left_alone() {
        assert_eq!(guard("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(guard("-1+cmd|' /C calc'!A0"), "'-1+cmd|' /C calc'!A0");
        assert_eq!(guard("'=1"), "''=1");
        assert_eq!(guard("'tis"), "'tis");
        assert_eq!(unguard("'tis"), "'tis");
        assert_eq!(unguard("=1+1"), "=1+1");
    }

    proptest::proptest! {
        #[test]
        fn what_is_guarded_is_harmless_and_reads_back(text in "['=+@a\\t-]{0,6}\\PC{0,8}") {
            let cell = guard(&text);
            proptest::prop_assert!(!cell.starts_with(FORMULA));
            proptest::prop_assert_eq!(unguard(&cell), &text);
        }
    }
}
