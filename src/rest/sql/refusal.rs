//! Refusals that are known only while the statement runs: an expression that fails, with a word in
//! its message by which the failure is known again. So nothing of it is committed, without a
//! second round trip.

/// `response.headers` is not what it must be.
pub(in crate::rest) const HEADERS: &str = "_souk_headers";
/// `response.status` is no status.
pub(in crate::rest) const STATUS: &str = "_souk_status";
/// Not one row, where one was asked for.
pub(in crate::rest) const SINGLE: &str = "_souk_single";
/// More rows than the caller allows.
pub(in crate::rest) const AFFECTED: &str = "_souk_affected";
/// The row is not the one that the URL says.
pub(in crate::rest) const KEY: &str = "_souk_key";

/// More bytes than are sent.
pub(in crate::rest) const SIZE: &str = "_souk_size";

/// An expression that fails with the word and a number of bytes: of the body, or of one that is no
/// text.
pub(super) fn too_large(is_raw: bool) -> &'static str {
    match is_raw {
        false => "('_souk_size:' || octet_length(body))::int4",
        true => "('_souk_size:' || octet_length(raw))::int4",
    }
}

/// An expression that fails with the word and a number of rows, wherever rows are counted.
pub(super) fn sql(word: &str) -> &'static str {
    match word {
        HEADERS => "('_souk_headers:' || count(*))::int4",
        STATUS => "('_souk_status:' || count(*))::int4",
        SINGLE => "('_souk_single:' || count(*))::int4",
        AFFECTED => "('_souk_affected:' || count(*))::int4",
        _ => "('_souk_key:' || count(*))::int4",
    }
}

/// The word and the number in the message of a failure of ours.
pub(in crate::rest) fn read(message: &str) -> Option<(&'static str, i64)> {
    let (_, rest) = message.split_once("\"_souk_")?;
    let (word, rows) = rest.trim_end_matches('"').split_once(':')?;
    let word = [HEADERS, STATUS, SINGLE, AFFECTED, KEY, SIZE]
        .into_iter()
        .find(|known| known.strip_prefix("_souk_") == Some(word))?;
    Some((word, rows.parse().ok()?))
}
