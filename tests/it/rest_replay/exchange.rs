//! Recorded exchanges, and what makes two answers equal.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

const RECORDED: &str = include_str!("../../data/postgrest/exchanges.jsonl");

/// Headers that a client can tell apart.
const KEPT: &[&str] = &[
    "content-type",
    "content-range",
    "content-location",
    "content-profile",
    "location",
    "preference-applied",
    "allow",
    "www-authenticate",
    "accept-ranges",
    "x-shop",
    "x-widget",
    "x-checked",
    "x-reason",
    "cache-control",
    "set-cookie",
    "proxy-status",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
    "access-control-allow-credentials",
    "server-timing",
];

/// A request and what was answered to it.
#[derive(Deserialize)]
pub(super) struct Exchange {
    pub(super) id: String,
    pub(super) group: String,
    pub(super) config: String,
    pub(super) method: String,
    pub(super) path: String,
    #[serde(rename = "as")]
    pub(super) token: Option<String>,
    #[serde(default)]
    headers: Value,
    body: Option<String>,
    body_base64: Option<String>,
    status: u16,
    response_headers: BTreeMap<String, Value>,
    response_body: Option<String>,
    response_base64: Option<String>,
    #[serde(default)]
    effects: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    skip: Vec<String>,
}

/// An answer as it came.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Rows added to and removed from a table.
pub(super) type Effects = BTreeMap<String, (Vec<String>, Vec<String>)>;

pub(super) fn all() -> Vec<Exchange> {
    RECORDED.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Exchange {
    pub(super) fn writes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut headers: Vec<(String, String)> = match &self.headers {
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), text(v))).collect(),
            Value::Array(pairs) => pairs.iter().map(|p| (text(&p[0]), text(&p[1]))).collect(),
            _ => Vec::new(),
        };
        if let Some(token) = &self.token {
            let bearer = super::tokens::sign(token);
            headers.push(("Authorization".to_owned(), format!("Bearer {bearer}")));
        }
        let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if self.body().is_some() && !has_type {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        headers
    }

    pub(super) fn body(&self) -> Option<Vec<u8>> {
        let encoded = self.body_base64.as_ref().map(|text| STANDARD.decode(text).unwrap());
        encoded.or_else(|| self.body.as_ref().map(|text| text.clone().into_bytes()))
    }

    /// What was left in the tables.
    pub(super) fn effects(&self) -> Effects {
        let rows = |change: &BTreeMap<String, Vec<String>>, key: &str| {
            let rows = change.get(key).into_iter().flatten();
            let mut rows: Vec<String> = rows.map(|row| canonical(row)).collect();
            rows.sort();
            rows
        };
        self.effects
            .iter()
            .map(|(table, change)| {
                (table.clone(), (rows(change, "added"), rows(change, "removed")))
            })
            .collect()
    }

    /// What differs between what was recorded and an answer.
    pub(super) fn compare(&self, answer: &Answer) -> Vec<String> {
        let mut differences = Vec::new();
        if answer.status != self.status {
            differences.push(format!("status {} -> {}", self.status, answer.status));
        }
        let names: BTreeSet<&str> = KEPT.iter().copied().collect();
        for name in names.into_iter().filter(|name| !self.skip.iter().any(|skip| skip == name)) {
            let wanted = listed(self.response_headers.get(name));
            let got: Vec<String> = answer
                .headers
                .iter()
                .filter(|(other, _)| other == name)
                .map(|(_, value)| value.clone())
                .collect();
            if named(name, &wanted) != named(name, &got) {
                differences.push(format!("{name}: {wanted:?} -> {got:?}"));
            }
        }
        if !self.skip.iter().any(|skip| skip == "body") && !self.has_body(&answer.body) {
            let got = String::from_utf8_lossy(&answer.body);
            let wanted = self.response_body.as_deref().unwrap_or("(bytes)");
            differences.push(format!("body {wanted:.300} -> {got:.300}"));
        }
        differences
    }

    fn has_body(&self, got: &[u8]) -> bool {
        if let Some(encoded) = &self.response_base64 {
            return STANDARD.decode(encoded).unwrap() == got;
        }
        let (wanted, got) = (self.response_body.as_deref().unwrap_or_default(), got);
        let Ok(got) = std::str::from_utf8(got) else { return false };
        wanted == got || (wanted.starts_with(['{', '[']) && essence(wanted) == essence(got))
    }
}

/// JSON without what need not be equal: where a parser stopped, how a guess is worded.
fn essence(text: &str) -> Option<Value> {
    let mut json: Value = serde_json::from_str(text).ok()?;
    if json["code"] == "PGRST100" {
        json["details"] = Value::from(!json["details"].is_null());
        let message = json["message"].as_str().unwrap_or_default();
        json["message"] = Value::from(message.split(" (line ").next());
    }
    if json["hint"].as_str().is_some_and(|hint| hint.starts_with("Perhaps you meant")) {
        json["hint"] = Value::from("a guess");
    }
    Some(json)
}

fn listed(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::Array(values)) => {
            values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(value) => value.as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// `Proxy-Status` names the server that speaks; what follows is compared.
fn named(name: &str, values: &[String]) -> Vec<String> {
    let after = |value: &String| value.rsplit(';').next().unwrap_or_default().trim().to_owned();
    if name == "proxy-status" { values.iter().map(after).collect() } else { values.to_vec() }
}

/// A row's JSON with its keys in order and its numbers as numbers.
pub(super) fn canonical(text: &str) -> String {
    fn sort(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.sort_keys();
                map.values_mut().for_each(sort);
            }
            Value::Array(values) => values.iter_mut().for_each(sort),
            Value::Number(number) => {
                // A float of either side may be off by its last digit.
                *value = Value::from(number.as_f64().map(|number| format!("{number:.12e}")));
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    let mut row: Value = serde_json::from_str(text).unwrap();
    sort(&mut row);
    row.to_string()
}
