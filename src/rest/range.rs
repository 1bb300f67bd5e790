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

/// `limit` and `offset` as a request says them; none inside where no number was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// `limit`.
    pub limit: Option<Option<i128>>,
    /// `offset`.
    pub offset: Option<Option<i128>>,
}

impl Paging {
    /// The rows that are meant. A limit that is no number is none where it stands alone, and 0
    /// beside an offset.
    pub(super) fn range(self) -> Range {
        let limit = match self.limit {
            Some(None) if self.offset.is_some() => Some(0),
            limit => limit.flatten(),
        };
        Range { offset: self.offset.flatten().unwrap_or(0), limit }
    }
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

    /// `from-to` of a `Range` header; anything else is all rows, also one that names a unit.
    pub(super) fn from_header(text: &str) -> Self {
        let Some((from, to)) = text.split_once('-') else { return Self::ALL };
        let digits =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| number(part).ok());
        match (digits(from), digits(to)) {
            (Some(Some(offset)), Some(Some(last))) => {
                Self { offset, limit: Some(last - offset + 1) }
            }
            (Some(Some(offset)), Some(None)) => Self { offset, limit: None },
            _ => Self::ALL,
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
    fn a_range_is_two_numbers_and_nothing_else() {
        let rows = |offset, limit| Range { offset, limit };
        assert_eq!(Range::from_header("5-9"), rows(5, Some(5)));
        assert_eq!(Range::from_header("5-"), rows(5, None));
        for text in ["items=0-0", "bytes=0-0", " 0-0", "0-0 ", "0--1", "-1", "-", "", "a-b", "1"] {
            assert_eq!(Range::from_header(text), Range::ALL, "{text}");
        }
    }

    #[test]
    fn a_limit_that_is_no_number_is_none_alone_and_no_rows_beside_an_offset() {
        let range = |limit, offset| Paging { limit, offset }.range();
        assert_eq!(range(Some(None), None), Range::ALL);
        assert_eq!(range(Some(None), Some(None)), Range { offset: 0, limit: Some(0) });
        assert_eq!(range(Some(None), Some(Some(2))), Range { offset: 2, limit: Some(0) });
        assert_eq!(range(Some(Some(3)), Some(None)), Range { offset: 0, limit: Some(3) });
    }

    #[test]
    fn the_last_row_is_never_beyond_the_last_number() {
        assert_eq!(content_range(10, 5, Some(20)), "10-14/20");
        assert_eq!(content_range(i64::MAX, 1, None), format!("{0}-{0}/*", i64::MAX));
        assert_eq!(content_range(i64::MAX, 2, None), format!("{0}-{0}/*", i64::MAX));
    }
}
