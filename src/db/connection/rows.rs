//! The rows of one statement of a batch.

use std::io;

use bytes::Bytes;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, RowDescriptionBody};
use tokio_postgres::types::{FromSql, Type};

/// Rows, as they came.
#[derive(Debug, Default)]
pub(in crate::db) struct Rows {
    columns: Vec<(Box<str>, Type)>,
    /// Row after row.
    values: Vec<Option<Bytes>>,
}

impl Rows {
    /// None yet. A column of a type that only this database knows reads as nothing.
    pub(super) fn new(described: &RowDescriptionBody) -> io::Result<Self> {
        let columns = described.fields().map(|field| {
            let kind = Type::from_oid(field.type_oid()).unwrap_or(Type::ANY);
            Ok((field.name().into(), kind))
        });
        Ok(Self { columns: columns.collect()?, values: Vec::new() })
    }

    pub(super) fn push(&mut self, row: &DataRowBody) -> io::Result<()> {
        let mut ranges = row.ranges();
        while let Some(range) = ranges.next()? {
            self.values.push(range.map(|range| row.buffer_bytes().slice(range)));
        }
        Ok(())
    }

    /// The first row's value of a column; none where it is null, not there or of another type.
    pub(in crate::db) fn first<'r, T: FromSql<'r>>(&'r self, column: &str) -> Option<T> {
        let at = self.columns.iter().position(|(name, _)| &**name == column)?;
        self.value(self.values.get(at)?, at)
    }

    /// The first column's values, but for those that are null or of another type.
    pub(in crate::db) fn heads<'r, T: FromSql<'r>>(&'r self) -> impl Iterator<Item = T> {
        let rows = self.values.chunks(self.columns.len().max(1));
        rows.filter_map(|row| self.value(row.first()?, 0))
    }

    fn value<'r, T: FromSql<'r>>(&'r self, value: &'r Option<Bytes>, column: usize) -> Option<T> {
        let (_, kind) = self.columns.get(column)?;
        T::from_sql(kind, value.as_ref().filter(|_| T::accepts(kind))?).ok()
    }
}
