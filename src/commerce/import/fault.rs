//! What can be wrong with a cell or a product.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::money::MoneyError;
use crate::commerce::sheet::Column;

/// A fault in one cell, or in a product as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing where something must be.
    #[error("a value is missing")]
    Missing,
    /// Too many characters.
    #[error("more than {length_max} characters")]
    TooLong {
        /// The limit.
        length_max: usize,
    },
    /// No price.
    #[error(transparent)]
    Price(#[from] MoneyError),
    /// No whole number in its range.
    #[error("not a whole number in its range")]
    Number,
    /// No weight in grams.
    #[error("not a weight in grams")]
    Weight,
    /// None of the words that may stand here.
    #[error("not one of: {allowed}")]
    Word {
        /// Those words.
        allowed: &'static str,
    },
    /// No web address.
    #[error("not an address that begins with http:// or https://")]
    Address,
    /// Too many tags.
    #[error("more than {count_max} tags")]
    TooManyTags {
        /// The limit.
        count_max: usize,
    },
    /// HTML that takes too much work to clean.
    #[error("the HTML has too many nested tags")]
    Html,
    /// A second product under the same handle.
    #[error("row {row} has this handle too, with another title")]
    HandleTaken {
        /// The first of them.
        row: u32,
    },
    /// A second variant with the same values.
    #[error("row {row} has the same option values")]
    VariantTwice {
        /// The first of them.
        row: u32,
    },
    /// More variants than a product may have.
    #[error("a product has at most {count_max} variants")]
    TooManyVariants {
        /// The limit.
        count_max: usize,
    },
    /// More pictures than a product may have.
    #[error("a product has at most {count_max} pictures")]
    TooManyImages {
        /// The limit.
        count_max: usize,
    },
    /// A value of an option that has no name.
    #[error("the option has a value but no name")]
    OptionUnnamed,
    /// The name of an option that is there already, or another name for it.
    #[error("the option names do not agree")]
    OptionNames,
    /// A row with more cells than the header.
    #[error("the row has more cells than the first row")]
    Width,
    /// The number belongs to another variant.
    #[error("another variant has this SKU")]
    SkuTaken,
    /// The database holds something against it that was not seen before.
    #[error("the product is at odds with another: {constraint}")]
    Conflict {
        /// What holds it.
        constraint: String,
    },
}

impl Fault {
    /// The stable name of this fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong { .. } => "too_long",
            Self::Price(MoneyError::Format) => "price_format",
            Self::Price(MoneyError::Negative) => "price_negative",
            Self::Price(MoneyError::Precision) => "price_precision",
            Self::Price(MoneyError::Large) => "price_too_large",
            Self::Number => "number",
            Self::Weight => "weight",
            Self::Word { .. } => "word",
            Self::Address => "address",
            Self::TooManyTags { .. } => "too_many_tags",
            Self::Html => "html_too_complex",
            Self::HandleTaken { .. } => "handle_repeated",
            Self::VariantTwice { .. } => "variant_repeated",
            Self::TooManyVariants { .. } => "too_many_variants",
            Self::TooManyImages { .. } => "too_many_images",
            Self::OptionUnnamed => "option_unnamed",
            Self::OptionNames => "option_names",
            Self::Width => "row_too_wide",
            Self::SkuTaken => "sku_taken",
            Self::Conflict { .. } => "conflict",
        }
    }
}

/// A fault and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowError {
    /// The row as a spreadsheet numbers it; the header is 1.
    pub row: u32,
    /// The column's name, where it is one cell's fault.
    pub column: Option<&'static str>,
    /// The stable name of the fault.
    pub code: &'static str,
    /// The fault in words.
    pub message: String,
}

impl RowError {
    /// The fault for people, on one line.
    pub fn to_text(&self) -> String {
        match &self.column {
            Some(column) => format!("row {}, {column}: {}", self.row, self.message),
            None => format!("row {}: {}", self.row, self.message),
        }
    }

    /// A fault at a place.
    pub fn new(row: u32, column: impl Into<Option<Column>>, fault: &Fault) -> Self {
        let column = column.into().map(Column::name);
        Self { row, column, code: fault.code(), message: fault.to_string() }
    }
}

/// The faults of one product.
#[derive(Debug, Default)]
pub struct Faults(pub(super) Vec<RowError>);

impl Faults {
    /// The value, or its type's empty one and a fault more.
    pub(super) fn check<T: Default>(
        &mut self,
        row: u32,
        column: Column,
        result: Result<T, Fault>,
    ) -> T {
        result.unwrap_or_else(|fault| {
            self.add(row, column, &fault);
            T::default()
        })
    }

    pub(super) fn add(&mut self, row: u32, column: impl Into<Option<Column>>, fault: &Fault) {
        self.0.push(RowError::new(row, column, fault));
    }
}
