//! What functions and triggers want of the response: its headers and its status.
//!
//! What can't be granted is refused when the answer is read, and by then a write is committed. So
//! where the transaction may write, the statement itself tells good from bad, by patterns that let
//! through what the reader of the answer takes. A pattern and no cast: a cast of text that is no
//! JSON would fail as a mistake of the caller's.

use std::sync::LazyLock;

use super::{Sql, refusal};

const HEADERS: &str = "nullif(current_setting('response.headers', true), '')";
const STATUS: &str = "nullif(current_setting('response.status', true), '')";

/// A text in JSON. Halves of a letter come in pairs.
const TEXT: &str = concat!(
    r#""(?:[^"\\\u0001-\u001f]|\\["\\/bfnrt]"#,
    r"|\\u(?:[0-9a-cefA-CEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}",
    r#"|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))*""#
);
/// White space of JSON.
const BLANK: &str = r"[ \t\n\r]*";

/// An array of objects with one member each, a text.
static GOOD_HEADERS: LazyLock<String> = LazyLock::new(|| {
    let header = format!(r"{BLANK}\{{{BLANK}{TEXT}{BLANK}:{BLANK}{TEXT}{BLANK}\}}{BLANK}");
    format!(r"^{BLANK}\[(?:{BLANK}|{header}(?:,{header})*)\]{BLANK}$")
});
/// A number of three digits.
const GOOD_STATUS: &str = "^[1-9][0-9]{2}$";

impl Sql<'_> {
    /// Columns for what is wanted of the response.
    pub(super) fn wanted(&mut self, writes: bool) {
        for (name, value, good, word) in [
            ("response_headers", HEADERS, GOOD_HEADERS.as_str(), refusal::HEADERS),
            ("response_status", STATUS, GOOD_STATUS, refusal::STATUS),
        ] {
            self.push(", ");
            if writes {
                self.push("case when ").push(value).push(" is null or ").push(value).push(" ~ ");
                self.param(good).push(" then ").push(value).push(" else (");
                self.push(refusal::sql(word)).push(")::text end");
            } else {
                self.push(value);
            }
            self.named(name);
        }
    }
}
