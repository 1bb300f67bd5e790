//! Comparing an answer with a recording in which everything that changes is a placeholder.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What the numbered placeholders of a scenario stand for.
#[derive(Default)]
pub(crate) struct Bindings(HashMap<String, String>);

impl Bindings {
    /// The text with its known placeholders filled in.
    pub(crate) fn fill(&self, text: &str) -> String {
        let filled = pieces(text).into_iter().map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Hole(hole) => match self.0.get(hole) {
                Some(value) => value.clone(),
                None => format!("<{hole}>"),
            },
        });
        filled.collect()
    }

    /// As [`Bindings::fill`], through a JSON value.
    pub(crate) fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.fill(text)),
            Value::Array(list) => list.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(map) => {
                Value::Object(map.iter().map(|(k, v)| (k.clone(), self.fill_value(v))).collect())
            }
            other => other.clone(),
        }
    }

    /// Whether the two are the same, keys in the same order; new placeholders are bound.
    pub(crate) fn same(
        &mut self,
        at: &str,
        expected: &Value,
        actual: &Value,
    ) -> Result<(), String> {
        match (expected, actual) {
            (Value::Object(wanted), Value::Object(got)) => {
                let keys =
                    |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
                if keys(wanted) != keys(got) {
                    return Err(format!(
                        "{at}: keys {:?} instead of {:?}",
                        keys(got),
                        keys(wanted)
                    ));
                }
                wanted.iter().try_for_each(|(k, v)| self.same(&format!("{at}.{k}"), v, &got[k]))
            }
            (Value::Array(wanted), Value::Array(got)) => {
                if wanted.len() != got.len() {
                    return Err(format!("{at}: {actual} instead of {expected}"));
                }
                let pairs = wanted.iter().zip(got).enumerate();
                pairs.into_iter().try_for_each(|(i, (w, g))| self.same(&format!("{at}[{i}]"), w, g))
            }
            (Value::String(wanted), Value::String(got)) => self.same_text(at, wanted, got),
            (Value::String(wanted), Value::Number(got)) if wanted.starts_with('<') => {
                self.same_text(at, wanted, &got.to_string())
            }
            _ if expected == actual => Ok(()),
            _ => Err(format!("{at}: {actual} instead of {expected}")),
        }
    }

    fn same_text(&mut self, at: &str, wanted: &str, got: &str) -> Result<(), String> {
        let fault = || format!("{at}: {got:?} instead of {wanted:?}");
        let mut rest = got;
        for piece in pieces(wanted) {
            rest = match piece {
                Piece::Text(text) => rest.strip_prefix(text).ok_or_else(fault)?,
                Piece::Hole(hole) => {
                    let length = self.length(hole, rest).ok_or_else(fault)?;
                    let (value, tail) = rest.split_at(length);
                    self.bind(hole, value).map_err(|why| format!("{}: {why}", fault()))?;
                    tail
                }
            };
        }
        if rest.is_empty() { Ok(()) } else { Err(fault()) }
    }

    /// How much of the text the placeholder takes, if the text can stand for it.
    fn length(&self, hole: &str, text: &str) -> Option<usize> {
        let run = |fits: fn(char) -> bool| {
            Some(text.find(|c| !fits(c)).unwrap_or(text.len())).filter(|length| *length > 0)
        };
        let exactly = |count: usize, fits: fn(char) -> bool| {
            let head = text.get(..count)?;
            head.chars().all(fits).then_some(count)
        };
        let kind = hole.split(':').next().unwrap_or_default();
        match kind {
            _ if hole.ends_with(" first 5") => exactly(5, |_| true),
            _ if hole.starts_with("obfuscated:") => self.obfuscated(hole, text),
            "uuid" | "auth_code" | "error_id" => exactly(36, |c| c.is_ascii_hexdigit() || c == '-'),
            "jwt" => run(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
            "refresh_token" => run(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
            "token_hash" => exactly(56, |c| c.is_ascii_hexdigit()),
            "otp" => exactly(6, |c| c.is_ascii_digit()),
            "timestamp" => text
                .parse::<jiff::Timestamp>()
                .is_ok()
                .then_some(text.len())
                .or_else(|| text.parse::<jiff::civil::DateTime>().is_ok().then_some(text.len())),
            "epoch" | "epoch+3600" | "serial" | "n" => run(|c| c.is_ascii_digit()),
            "x" | "y" => exactly(43, |c| c.is_ascii_alphanumeric() || "-_".contains(c)),
            "bcrypt $2a$10$" => text.starts_with("$2a$10$").then_some(60),
            "hmac key, 43 characters" => exactly(43, |_| true),
            "html" => text.starts_with("<a href=").then_some(text.len()),
            _ => None,
        }
    }

    /// Base64 of the hash of a user's id and the value.
    fn obfuscated(&self, hole: &str, text: &str) -> Option<usize> {
        let value = hole.strip_prefix("obfuscated:")?;
        let (value, short) = match value.strip_suffix(" first 15") {
            Some(value) => (value, Some(15)),
            None => (value, None),
        };
        let value = match value.split_once(":uuid:") {
            Some((provider, user)) => {
                format!("{provider}:{}", self.0.get(&format!("uuid:{user}"))?)
            }
            None => value.to_owned(),
        };
        let users = self.0.iter().filter(|(hole, _)| hole.starts_with("uuid:user"));
        users.into_iter().find_map(|(_, user)| {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{user}{value}")));
            let hash = &hash[..short.unwrap_or(hash.len())];
            text.starts_with(hash).then_some(hash.len())
        })
    }

    /// A numbered placeholder stands for one value, and for none that another of its kind has.
    fn bind(&mut self, hole: &str, value: &str) -> Result<(), String> {
        if let Some(token) = hole.strip_suffix(" first 5") {
            return match self.0.get(token) {
                Some(token) if token.starts_with(value) => Ok(()),
                _ => Err("another token's beginning".to_owned()),
            };
        }
        let numbered = ["uuid:", "auth_code:", "jwt:", "refresh_token:", "token_hash:", "otp:"];
        let Some(kind) = numbered.iter().find(|kind| hole.starts_with(**kind)) else {
            return Ok(());
        };
        match self.0.get(hole) {
            Some(known) if known == value => Ok(()),
            Some(known) => Err(format!("{hole} is {known}")),
            None => {
                let twin = self.0.iter().find(|(other, v)| other.starts_with(kind) && *v == value);
                if let Some((other, _)) = twin.filter(|_| *kind != "otp:") {
                    return Err(format!("that is {other}"));
                }
                self.0.insert(hole.to_owned(), value.to_owned());
                Ok(())
            }
        }
    }
}

enum Piece<'t> {
    Text(&'t str),
    Hole(&'t str),
}

/// The text cut at its placeholders.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(open) = rest[from..].find('<').map(|open| from + open)
        && let Some(close) = rest[open..].find('>').map(|close| open + close)
    {
        let hole = &rest[open + 1..close];
        // `</admin/users?page=2>` of a Link header is no placeholder.
        if hole.starts_with('/') {
            from = close;
            continue;
        }
        from = 0;
        if !rest[..open].is_empty() {
            out.push(Piece::Text(&rest[..open]));
        }
        out.push(Piece::Hole(hole));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        out.push(Piece::Text(rest));
    }
    out
}
