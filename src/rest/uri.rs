//! Queries and forms, decoded, and a query as PostgREST tells it.

use super::error::Error;
use crate::base::percent;

/// The parameters of a query string or of a form, decoded. One without `=` is none.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, Error> {
    let utf8 = |part: &str| {
        String::from_utf8(percent::decode_field(part))
            .map_err(|_| Error::new(400, "PGRST100", "the query is not valid UTF-8"))
    };
    text.split(['&', ';'])
        .filter_map(|part| part.split_once('='))
        .map(|(key, value)| Ok((utf8(key)?, utf8(value)?)))
        .collect()
}

/// The fields of a form.
pub(super) fn form(text: &str) -> Result<Vec<(String, String)>, Error> {
    let invalid = |_| Error::new(400, "PGRST102", "the form is not valid UTF-8");
    let decoded = |part: &str| String::from_utf8(percent::decode_field(part)).map_err(invalid);
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(key, value)| Ok((decoded(key)?, decoded(value)?)))
        .collect()
}

/// The query as PostgREST tells it in `Content-Location`: sorted by key, what is said of one key
/// put together, and encoded anew letter by letter of the undecoded bytes.
pub(super) fn canonical(text: &str) -> String {
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = text
        .split(['&', ';'])
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(key, value)| (percent::decode_field(key), percent::decode_field(value)))
        .collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = String::with_capacity(text.len() + 16);
    for (place, (key, value)) in pairs.iter().enumerate() {
        if place > 0 && pairs[place - 1].0 == *key {
            out.push(',');
        } else {
            if place > 0 {
                out.push('&');
            }
            push_latin(&mut out, key);
            out.push('=');
        }
        push_latin(&mut out, value);
    }
    out
}

fn push_latin(out: &mut String, bytes: &[u8]) {
    let letters: String = bytes.iter().copied().map(char::from).collect();
    out.push_str(&percent::encode(&letters));
}
