//! Percent-encoding of paths and queries.

use std::fmt::Write;

use super::error::Error;

/// Undoes percent-encoding; what is no encoding stays as it is.
pub(super) fn decode(text: &str, plus_is_blank: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let digit = |at: usize| bytes.get(at).and_then(|&b| char::from(b).to_digit(16));
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                if let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) {
                    out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                    at += 3;
                    continue;
                }
                out.push(b'%');
            }
            b'+' if plus_is_blank => out.push(b' '),
            byte => out.push(byte),
        }
        at += 1;
    }
    out
}

/// The parameters of a query string or of a form, decoded. One without `=` is none.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, Error> {
    let utf8 = |part: &str| {
        String::from_utf8(decode(part, true))
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
    let decoded = |part: &str| String::from_utf8(decode(part, true)).map_err(invalid);
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
        .map(|(key, value)| (decode(key, true), decode(value, true)))
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
            encode_latin(&mut out, key);
            out.push('=');
        }
        encode_latin(&mut out, value);
    }
    out
}

fn encode_latin(out: &mut String, bytes: &[u8]) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let mut buffer = [0; 2];
            for part in char::from(byte).encode_utf8(&mut buffer).bytes() {
                // Writing to a String can't fail.
                let _ = write!(out, "%{part:02X}");
            }
        }
    }
}

/// Percent-encodes all but letters, digits and `-_.~`.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
