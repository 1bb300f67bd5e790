//! What the plane itself refuses with, wherever it is found out.

use super::{Error, echo};

impl Error {
    /// A part of the URL does not fit its grammar.
    pub(in crate::rest) fn unreadable(
        what: &str,
        text: &str,
        column: usize,
        details: String,
    ) -> Self {
        let message = format!("\"failed to parse {what} ({text})\" (line 1, column {column})");
        Self::new(400, "PGRST100", message).details(details)
    }

    /// A parameter names an embed that is not selected.
    pub(in crate::rest) fn not_embedded(name: &str) -> Self {
        let name = echo::name(name);
        Self::new(400, "PGRST108", format!("'{name}' is not an embedded resource in this request"))
            .hint(format!("Verify that '{name}' is included in the 'select' query parameter."))
    }

    /// `response.headers` is not what it must be.
    pub(in crate::rest) fn bad_headers() -> Self {
        Self::new(
            500,
            "PGRST111",
            "response.headers guc must be a JSON array composed of objects with a single key and \
             a string value",
        )
    }

    /// `response.status` is no status.
    pub(in crate::rest) fn bad_status() -> Self {
        Self::new(500, "PGRST112", "response.status guc must be a valid status code")
    }

    /// The catalog can't be read, or lacks a schema that is to be served.
    pub(in crate::rest) fn unread() -> Self {
        let message = "Could not query the database for the schema cache. Retrying.";
        Self::new(503, "PGRST002", message).header("Retry-After", "1")
    }

    /// There is no room for a large answer; small ones are sent.
    pub fn crowded() -> Self {
        Self::new(503, "PGRSTX03", "Too many large answers are being sent")
            .hint("Ask for fewer rows or columns, or try again.".to_owned())
            .header("Retry-After", "1")
    }

    /// Something of ours went wrong; what it was is for the log.
    pub(in crate::rest) fn internal() -> Self {
        Self::new(500, "PGRSTX00", "Something went wrong")
    }

    /// The answer is larger than the settings allow.
    pub(in crate::rest) fn too_large() -> Self {
        Self::new(413, "PGRSTX01", "The answer is larger than this server sends")
            .hint("Ask for fewer rows or columns.".to_owned())
    }

    /// There is not the one row that was asked for.
    pub(in crate::rest) fn not_single(rows: i64) -> Self {
        Self::new(406, "PGRST116", "Cannot coerce the result to a single JSON object")
            .details(format!("The result contains {rows} rows"))
    }

    /// There are more rows than the caller lets be written.
    pub(in crate::rest) fn too_many(rows: i64) -> Self {
        Self::new(400, "PGRST124", "Query result exceeds max-affected preference constraint")
            .details(format!("The query affects {rows} rows"))
    }
}
