//! The recorded exchanges.

use serde::Deserialize;
use serde_json::{Map, Value};
use souk::supabase::auth::Headers;

/// One request and what the real Auth did.
#[derive(Deserialize)]
pub(crate) struct Exchange {
    pub(crate) config: String,
    pub(crate) scenario: String,
    pub(crate) step: u64,
    pub(crate) name: String,
    pub(crate) before: Option<Value>,
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) request_headers: Map<String, Value>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) request_body: Option<Value>,
    pub(crate) request_body_raw: Option<String>,
    pub(crate) request_jwt: Option<Value>,
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) response_headers: Map<String, Value>,
    #[serde(default)]
    pub(crate) response_body: Value,
    pub(crate) jwt_header: Option<Value>,
    pub(crate) jwt_claims: Option<Value>,
    pub(crate) mails: Option<Vec<Value>>,
    pub(crate) db: Option<Map<String, Value>>,
}

impl Exchange {
    /// `config/scenario`.
    pub(crate) fn scenario_name(&self) -> String {
        format!("{}/{}", self.config, self.scenario)
    }
}

/// The scenarios in the order they were recorded in.
pub(crate) fn scenarios() -> Vec<Vec<Exchange>> {
    let text = include_str!("../../data/auth/exchanges.jsonl");
    let mut scenarios: Vec<Vec<Exchange>> = Vec::new();
    for line in text.lines() {
        let exchange: Exchange = serde_json::from_str(line).expect("a line is an exchange");
        match scenarios.last_mut() {
            Some(last) if last[0].scenario_name() == exchange.scenario_name() => {
                last.push(exchange);
            }
            _ => scenarios.push(vec![exchange]),
        }
    }
    scenarios
}

/// Headers as the recording has them: lower case, `allow` joined and sorted.
pub(crate) fn headers(headers: &Headers) -> Map<String, Value> {
    let mut out = Map::new();
    let mut allowed: Vec<&str> = Vec::new();
    for (name, value) in headers.iter() {
        if name == "allow" {
            allowed.push(value);
        } else {
            out.insert(name.to_lowercase(), Value::from(value));
        }
    }
    if !allowed.is_empty() {
        allowed.sort_unstable();
        out.insert("allow".to_owned(), Value::from(allowed.join(", ")));
    }
    out
}

fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}
