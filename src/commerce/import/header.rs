//! The first row of a file, and cells by their column.

use csv::StringRecord;

use super::{FileError, Limits};
use crate::commerce::sheet::{Column, unguard};

/// Characters of an ignored column's name that are told.
const NAME_MAX: usize = 100;

/// Where the columns stand in this file.
#[derive(Clone, Debug)]
pub(super) struct Header {
    at: Vec<Option<usize>>,
    width: usize,
}

/// A row: its number in a spreadsheet, and its cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'r> {
    pub(super) number: u32,
    pub(super) record: &'r StringRecord,
    pub(super) header: &'r Header,
}

impl Header {
    /// Finds the columns by name, and those that no import reads.
    ///
    /// # Errors
    /// When a column that must be there is not, or one is there twice.
    pub(super) fn read(
        record: &StringRecord,
        limits: Limits,
    ) -> Result<(Self, Vec<String>), FileError> {
        if record.len() > limits.columns {
            return Err(FileError::TooManyColumns { row: 1, columns_max: limits.columns });
        }
        let mut at = vec![None; Column::ALL.len()];
        let mut ignored: Vec<String> = Vec::new();
        for (place, name) in record.iter().map(str::trim).enumerate() {
            let known = Column::ALL.iter().find(|known| known.name().eq_ignore_ascii_case(name));
            match known {
                Some(&column) => {
                    if at[column as usize].replace(place).is_some() {
                        return Err(FileError::ColumnTwice { column: column.name() });
                    }
                }
                None => {
                    let told: String = name.chars().take(NAME_MAX).collect();
                    if !told.is_empty() && !ignored.contains(&told) {
                        ignored.push(told);
                    }
                }
            }
        }
        for column in [Column::Handle, Column::Title, Column::Price] {
            if at[column as usize].is_none() {
                return Err(FileError::ColumnMissing { column: column.name() });
            }
        }
        Ok((Self { at, width: record.len() }, ignored))
    }

    /// Whether the file has this column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.at[column as usize].is_some()
    }
}

impl<'r> Row<'r> {
    /// The text of a cell, without blanks around it and without a formula's guard; empty where the
    /// file or the row has no such cell.
    pub(super) fn cell(&self, column: Column) -> &'r str {
        let place = self.header.at[column as usize];
        let cell = place.and_then(|place| self.record.get(place)).unwrap_or_default();
        unguard(cell.trim())
    }

    /// Whether one of these cells has something in it.
    pub(super) fn any(&self, columns: &[Column]) -> bool {
        columns.iter().any(|&column| !self.cell(column).is_empty())
    }

    /// Whether nothing stands in the row at all.
    pub(super) fn is_blank(&self) -> bool {
        self.record.iter().all(|cell| cell.trim().is_empty())
    }

    /// Whether something stands beyond the last column.
    pub(super) fn is_too_wide(&self) -> bool {
        self.record.iter().skip(self.header.width).any(|cell| !cell.trim().is_empty())
    }
}
