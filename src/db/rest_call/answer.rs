//! What comes of a call: the rows of its statement, or a refusal.

use serde_json::Value;
use tokio_postgres::Row;

use super::statement::Raw;
use crate::db::Error;

/// What a generated statement answers: one row, but for `explain`.
#[derive(Debug)]
pub struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) explained: Option<Value>,
}

/// What Postgres refused with, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// SQLSTATE.
    pub code: String,
    /// The message.
    pub message: String,
    /// `DETAIL`.
    pub detail: Option<String>,
    /// `HINT`.
    pub hint: Option<String>,
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Postgres refused.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// The connection was not had, or was lost, or the store has moved on.
    #[error(transparent)]
    Db(#[from] Error),
}

impl Answer {
    /// A text column; none where it is null or not there.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.rows.first().and_then(|row| row.try_get(column).ok().flatten())
    }

    /// A `bigint` column.
    pub fn number(&self, column: &str) -> Option<i64> {
        self.rows.first().and_then(|row| row.try_get(column).ok().flatten())
    }

    /// A `bytea` column.
    pub fn bytes(&self, column: &str) -> Option<&[u8]> {
        self.rows.first().and_then(|row| row.try_get(column).ok().flatten())
    }

    /// The first column of all rows, a line each.
    pub fn lines(&self) -> String {
        let lines = self.rows.iter().filter_map(|row| row.try_get::<_, Raw>(0).ok());
        lines.map(|Raw(line)| line + "\n").collect()
    }

    /// The plan that was asked for beside the answer, as JSON.
    pub fn explained(&self) -> Option<&Value> {
        self.explained.as_ref()
    }
}

/// What the driver answered, as a call's failure.
pub(super) fn refused(source: tokio_postgres::Error) -> CallError {
    match source.as_db_error() {
        Some(db) if !matches!(db.code().code(), "SK001" | "SK002") => CallError::Refused(Refusal {
            code: db.code().code().to_owned(),
            message: db.message().to_owned(),
            detail: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
        }),
        _ => CallError::Db(Error::from_pg("rest.call", source)),
    }
}
