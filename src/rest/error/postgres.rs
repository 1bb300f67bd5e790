//! SQLSTATE to HTTP status. The body says what Postgres said.

use super::Error;
use crate::base::chain::Chain;
use crate::db::{self, CallError, Refusal};
use crate::rest::sql::refusal;

impl Error {
    /// What a call without an answer is answered with. `is_anonymous` decides between "who are
    /// you" and "you may not".
    pub fn from_call(error: &CallError, is_anonymous: bool) -> Self {
        match error {
            CallError::Refused(refusal) => Self::from_refusal(refusal, is_anonymous),
            CallError::Db(db::Error::Overloaded) => {
                Self::new(503, "PGRST003", "Too many requests wait for a connection.")
                    .header("Retry-After", "1")
            }
            CallError::Db(db::Error::WaitedTooLong) => {
                Self::new(504, "PGRST003", "Timed out acquiring connection from connection pool.")
                    .header("Retry-After", "1")
            }
            CallError::Db(db::Error::Unavailable(_) | db::Error::Certificate(_)) => {
                Self::new(503, "PGRST001", "Database client error. Retrying the connection.")
                    .header("Retry-After", "1")
            }
            CallError::Db(
                db::Error::LockTimeout | db::Error::Timeout { .. } | db::Error::Collision,
            ) => Self::unread(),
            CallError::Db(error) => {
                tracing::error!(error = %Chain(error), "a REST call failed");
                Self::internal()
            }
        }
    }

    fn from_refusal(refusal: &Refusal, is_anonymous: bool) -> Self {
        if refusal.code == "PGRST" {
            return super::raised::read(refusal);
        }
        if let Some(error) = ours(refusal) {
            return error;
        }
        let status = status(refusal, is_anonymous);
        if status >= 500 {
            let (sqlstate, cause) = (&refusal.code, &refusal.message);
            tracing::error!(sqlstate, cause, "a REST call failed");
        }
        let mut error = Self::new(status, &refusal.code, refusal.message.clone())
            .details(refusal.detail.clone())
            .hint(refusal.hint.clone());
        if status == 401 {
            error = error.header("WWW-Authenticate", "Bearer");
        }
        error
    }
}

/// A refusal that the statement itself made.
fn ours(refusal: &Refusal) -> Option<Error> {
    let (word, rows) = refusal::read(&refusal.message).filter(|_| refusal.code == "22P02")?;
    Some(match word {
        refusal::SINGLE => Error::not_single(rows),
        refusal::AFFECTED => Error::too_many(rows),
        refusal::SIZE => Error::too_large(),
        refusal::HEADERS => Error::bad_headers(),
        refusal::STATUS => Error::bad_status(),
        _ => {
            let message = "Payload values do not match URL in primary key column(s)";
            Error::new(400, "PGRST115", message)
        }
    })
}

fn status(refusal: &Refusal, is_anonymous: bool) -> u16 {
    let code = refusal.code.as_str();
    match code {
        "21000" if refusal.message.ends_with("requires a WHERE clause") => 400,
        "22023"
            if refusal.message.starts_with("role ") && refusal.message.ends_with("not exist") =>
        {
            401
        }
        "23503" | "23505" => 409,
        "25006" => 405,
        "42501" if is_anonymous => 401,
        "42501" => 403,
        "42883" if refusal.message.starts_with("function xmlagg(") => 406,
        "42883" | "42P01" => 404,
        "42P17" | "53400" => 500,
        "57P01" => 503,
        "P0001" => 400,
        _ => class_status(code),
    }
}

fn class_status(code: &str) -> u16 {
    if let Some(status) = code.strip_prefix("PT") {
        return status.parse().ok().filter(|s| (100..1000).contains(s)).unwrap_or(500);
    }
    match code.get(..2).unwrap_or_default() {
        "08" | "53" => 503,
        "0L" | "0P" | "28" => 403,
        "09" | "21" | "25" | "2D" | "38" | "39" | "3B" | "40" | "54" | "55" | "57" | "58"
        | "F0" | "HV" | "P0" | "XX" => 500,
        _ => 400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sqlstate_has_the_status_that_postgrest_gives_it() {
        let table: &[(u16, &[&str])] = &[
            (400, &["22P02", "23502", "23514", "42703", "42601", "22023", "P0001", "44000"]),
            (403, &["0LP01", "0P000", "28000", "28P01", "42501"]),
            (404, &["42883", "42P01"]),
            (405, &["25006"]),
            (409, &["23503", "23505"]),
            (418, &["PT418"]),
            (
                500,
                &[
                    "09000", "21000", "25001", "2D000", "38000", "39000", "3B000", "40001",
                    "40P01", "42P17", "53400", "54001", "55000", "57014", "58000", "F0000",
                    "HV000", "P0002", "PTabc", "XX000",
                ],
            ),
            (503, &["08006", "53300", "57P01"]),
        ];
        let refusal = |code: &str, message: &str| Refusal {
            code: code.to_owned(),
            message: message.to_owned(),
            detail: None,
            hint: None,
        };
        for (expected, codes) in table {
            for code in *codes {
                assert_eq!(status(&refusal(code, ""), false), *expected, "{code}");
            }
        }
        assert_eq!(status(&refusal("42501", ""), true), 401);
        assert_eq!(status(&refusal("22023", "role \"x\" does not exist"), false), 401);
        assert_eq!(status(&refusal("21000", "UPDATE requires a WHERE clause"), false), 400);
        assert_eq!(status(&refusal("42883", "function xmlagg(json) does not"), false), 406);
    }
}
