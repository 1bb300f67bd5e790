//! Rows of an answer, read by column name.

use tokio_postgres::types::FromSqlOwned;
use uuid::Uuid;

use super::Error;

/// One row.
#[derive(Debug)]
pub struct Row(pub(super) tokio_postgres::Row);

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// When there is no such column, or it has another type: a mistake in the statement, which the
    /// test over all statements finds.
    pub fn get<T: FromSqlOwned>(&self, column: &'static str) -> Result<T, Error> {
        self.0.try_get(column).map_err(|source| Error::Column { column, source })
    }

    /// An id column as its typed id.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn id<T: From<Uuid>>(&self, column: &'static str) -> Result<T, Error> {
        self.get::<Uuid>(column).map(T::from)
    }
}
