//! Which rows of the answer: `limit`, `offset` and the `Range` header.

use super::error::Error;
use super::request::Request;

/// A stretch of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Rows left out before it.
    pub offset: i128,
    /// Most rows of it; none for all.
    pub limit: Option<i128>,
}

/// Why a number was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoNumber;

/// A whole number of any length; one that is too long for us is the longest we have, which
/// Postgres then refuses.
pub(super) fn number(text: &str) -> Result<i128, NoNumber> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NoNumber);
    }
    let most = i128::MAX / 4;
    Ok(text.parse().unwrap_or(if text.starts_with('-') { -most } else { most }).clamp(-most, most))
}

impl Range {
    /// All rows.
    pub(super) const ALL: Self = Self { offset: 0, limit: None };

    /// `from-to` of a `Range` header; anything else is all rows.
    pub(super) fn from_header(text: &str) -> Self {
        let text = text.strip_prefix("items=").unwrap_or(text);
        let Some((from, to)) = text.split_once('-') else { return Self::ALL };
        let Ok(offset) = number(from) else { return Self::ALL };
        match number(to) {
            Ok(last) => Self { offset, limit: Some(last - offset + 1) },
            Err(NoNumber) if to.is_empty() => Self { offset, limit: None },
            Err(NoNumber) => Self::ALL,
        }
    }

    /// The rows that are in both.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        let offset = self.offset.max(other.offset);
        let end = |range: Self| range.limit.map(|limit| range.offset + limit);
        let end = match (end(self), end(other)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { offset, limit: end.map(|end| end - offset) }
    }

    /// At most `rows` of it.
    #[must_use]
    pub(super) fn at_most(self, rows: Option<u32>) -> Self {
        match (self.limit, rows.map(i128::from)) {
            (Some(limit), Some(rows)) => Self { limit: Some(limit.min(rows)), ..self },
            (None, Some(rows)) => Self { limit: Some(rows), ..self },
            (_, None) => self,
        }
    }

    /// What a request asks for: by its parameters, and by the header if it is a GET.
    ///
    /// # Errors
    /// PGRST103 for a range that no answer can have.
    pub(super) fn of(request: &Request, parameters: Self) -> Result<Self, Error> {
        let header = request.header("range").filter(|_| request.method == "GET");
        Self::requested(header.map_or(Self::ALL, Self::from_header), parameters)
    }

    /// What is asked for by a header and by parameters.
    ///
    /// # Errors
    /// PGRST103 for a range that no answer can have.
    pub(super) fn requested(header: Self, parameters: Self) -> Result<Self, Error> {
        let unsatisfiable = |details: &str| {
            Error::new(416, "PGRST103", "Requested range not satisfiable").details(details)
        };
        if header.limit.is_some_and(|limit| limit <= 0) {
            return Err(unsatisfiable(
                "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
            ));
        }
        let is_zero = parameters.limit == Some(0) && parameters.offset <= 0;
        let both = header.and(parameters);
        if !is_zero && both.limit.is_some_and(|limit| limit <= 0) {
            return Err(unsatisfiable("Limit should be greater than or equal to zero."));
        }
        Ok(if is_zero { Self { offset: 0, limit: Some(0) } } else { both })
    }
}

/// `Content-Range`, and the status that goes with it.
pub(super) fn content_range(offset: i64, rows: i64, total: Option<i64>) -> String {
    let total_text = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
    if rows <= 0 || total == Some(0) {
        format!("*/{total_text}")
    } else {
        let last = offset.saturating_add(rows - 1);
        format!("{offset}-{last}/{total_text}")
    }
}

/// 200, or 206 where there are more rows than the answer has; PGRST103 beyond the last.
pub(super) fn status(offset: i64, rows: i64, total: Option<i64>) -> Result<u16, Error> {
    match total {
        Some(total) if offset > total => {
            let details =
                format!("An offset of {offset} was requested, but there are only {total} rows.");
            Err(Error::new(416, "PGRST103", "Requested range not satisfiable").details(details))
        }
        Some(total) if rows < total => Ok(206),
        _ => Ok(200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_is_never_beyond_the_last_number() {
        assert_eq!(content_range(10, 5, Some(20)), "10-14/20");
        assert_eq!(content_range(i64::MAX, 1, None), format!("{0}-{0}/*", i64::MAX));
        assert_eq!(content_range(i64::MAX, 2, None), format!("{0}-{0}/*", i64::MAX));
    }
}
