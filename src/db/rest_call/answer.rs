//! What comes of a call: the rows of its statement, or a refusal.

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorResponseBody;
use serde_json::Value;
use tokio_postgres::types::{FromSql, Type};

use crate::db::Error;
use crate::db::connection::{Failure, Rows};
use crate::db::error::Cause;

/// What a generated statement answers: one row, but for `explain`.
#[derive(Debug)]
pub struct Answer {
    pub(super) rows: Rows,
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
        self.rows.first(column)
    }

    /// A `bigint` column.
    pub fn number(&self, column: &str) -> Option<i64> {
        self.rows.first(column)
    }

    /// A `bytea` column.
    pub fn bytes(&self, column: &str) -> Option<&[u8]> {
        self.rows.first(column)
    }

    /// The first column of all rows, a line each.
    pub fn lines(&self) -> String {
        self.rows.heads().map(|Raw(line)| line.to_owned() + "\n").collect()
    }

    /// The plan that was asked for beside the answer, as JSON.
    pub fn explained(&self) -> Option<&Value> {
        self.explained.as_ref()
    }
}

/// Why there were no answers, as a call's failure.
pub(super) fn failed(failure: Failure) -> CallError {
    let refusal = match failure {
        Failure::Lost(error) => return Error::Unavailable(Cause::Io(error)).into(),
        Failure::Refused(error) => refusal(&error),
    };
    match refusal.code.as_str() {
        "SK001" => Error::StoreChanged.into(),
        "SK002" => Error::StoreMissing.into(),
        _ => CallError::Refused(refusal),
    }
}

/// The fields of a refusal by their letters (PostgreSQL documentation, 55.8 "Error and Notice
/// Message Fields"). One that can't be read any further is told as far as it was.
fn refusal(error: &ErrorResponseBody) -> Refusal {
    let mut refusal =
        Refusal { code: String::new(), message: String::new(), detail: None, hint: None };
    let mut fields = error.fields();
    while let Ok(Some(field)) = fields.next() {
        let value = String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'C' => refusal.code = value,
            b'M' => refusal.message = value,
            b'D' => refusal.detail = Some(value),
            b'H' => refusal.hint = Some(value),
            _ => {}
        }
    }
    refusal
}

/// Text or JSON, as Postgres wrote it.
struct Raw<'r>(&'r str);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::TEXT | Type::JSON)
    }
}
