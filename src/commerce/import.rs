//! Products from a Shopify product file.
//!
//! [`parse()`] looks over the whole file without a database: encoding, quotes, header, limits, and which
//! rows belong to which handle, adjacent or not. It keeps the body's bytes and eight bytes a row, and
//! makes products one at a time as [`write()`] asks for them, so memory is bounded by
//! [`Limits::body_bytes`] whatever the body holds, times the places of the [`Gate`]. A spool on disk would buy larger files at the price
//! of cleaning up after every crash; 20 MB are some 50,000 rows, which is more than a transaction
//! should write.
//!
//! A file is the whole product: variants and pictures it does not name are removed, an empty cell
//! empties the field, and a column that is not in the file leaves the field as it was. A product with
//! a fault is reported and left out; it loses no other.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db;

mod cell;
mod draft;
mod fault;
mod gate;
mod header;
mod html;
mod parse;
mod run;
mod scan;
mod spool;
pub(crate) mod write;

#[cfg(test)]
mod tests;

pub use draft::Draft;
pub use fault::{Fault, Faults, RowError};
pub use gate::{Entered, Gate, Refused};
pub use parse::{Parsed, parse};
pub use run::{ImportError, run};
pub use spool::Spool;
pub use write::write;

/// How much an import takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub body_bytes: usize,
    /// Rows below the header.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Variants of a product; the template allows 1,000.
    pub variants: usize,
    /// Pictures of a product; the template allows 10.
    pub images: usize,
    /// Faults told one by one; the others are counted.
    pub errors: usize,
    /// Collections a store may come to have through tags; beyond them a tag is a keyword only.
    pub collections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 20 * 1024 * 1024,
            rows: 50_000,
            columns: 500,
            variants: 1_000,
            images: 10,
            errors: 1_000,
            collections: 1_000,
        }
    }
}

/// How an import is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Write nothing if any product has a fault.
    pub all_or_nothing: bool,
}

/// Why a file is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// More bytes than the limit.
    #[error("the file is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// More rows than the limit.
    #[error("the file has more than {rows_max} rows")]
    TooManyRows {
        /// The limit.
        rows_max: usize,
    },
    /// More columns than the limit.
    #[error("row {row} has more than {columns_max} columns")]
    TooManyColumns {
        /// The row as a spreadsheet numbers it.
        row: u32,
        /// The limit.
        columns_max: usize,
    },
    /// Bytes that are not UTF-8 text.
    #[error("the file is not UTF-8 text from row {row} on")]
    Encoding {
        /// The line it begins in.
        row: u32,
    },
    /// A quotation mark that is never closed, or text behind a closing one.
    #[error("the quotation marks do not match in the cell that begins in row {row}")]
    Quotes {
        /// The row as a spreadsheet numbers it.
        row: u32,
    },
    /// A column that must be there is not.
    #[error("the first row has no column {column}")]
    ColumnMissing {
        /// The column's name.
        column: &'static str,
    },
    /// A column that is there twice.
    #[error("the first row has the column {column} twice")]
    ColumnTwice {
        /// The column's name.
        column: &'static str,
    },
    /// Not a byte, or blanks only.
    #[error("the file is empty")]
    Empty,
    /// A header and nothing below it.
    #[error("the file has no row below its first")]
    NoRows,
}

impl FileError {
    /// The stable name of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRows { .. } => "csv_rows",
            Self::TooManyColumns { .. } => "csv_columns",
            Self::Encoding { .. } => "csv_encoding",
            Self::Quotes { .. } => "csv_quotes",
            Self::ColumnMissing { .. } | Self::ColumnTwice { .. } => "csv_header",
            Self::Empty | Self::NoRows => "csv_empty",
        }
    }
}

/// Why an import did not take place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another import into this store is on its way.
    #[error("another import into this store is running")]
    Busy,
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// What an import has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// Products that were not there.
    pub created: u64,
    /// Products that were there and are different now.
    pub updated: u64,
    /// Products that were there just so.
    pub skipped: u64,
    /// Faults, in the order they were found; a product with a fault is left out.
    pub errors: Vec<RowError>,
    /// Faults beyond the limit of those told.
    pub errors_untold: u64,
    /// Columns that the import does not read.
    pub ignored: Vec<String>,
}

impl Report {
    /// The report for people.
    pub fn to_text(&self) -> String {
        let mut lines = vec![format!(
            "{} created, {} updated, {} unchanged, {} faults",
            self.created,
            self.updated,
            self.skipped,
            self.errors.len() as u64 + self.errors_untold
        )];
        lines.extend(self.errors.iter().map(RowError::to_text));
        if !self.ignored.is_empty() {
            lines.push(format!("columns that were not read: {}", self.ignored.join(", ")));
        }
        lines.join("\n")
    }

    /// Takes a product's faults in, as many as may be told.
    pub(crate) fn refuse(&mut self, faults: Vec<RowError>, errors_max: usize) {
        for fault in faults {
            if self.errors.len() < errors_max {
                self.errors.push(fault);
            } else {
                self.errors_untold += 1;
            }
        }
    }
}
