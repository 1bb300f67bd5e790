//! Every recorded exchange of the real Supabase Auth, replayed against the stand-in: status,
//! headers, body, token, mails and rows must be the same.
#![expect(clippy::disallowed_methods, reason = "tests look at rows past the stand-in")]

mod pattern;
mod recording;
mod server;

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::support::{self, AuthDatabase};
use pattern::Bindings;
use recording::Exchange;
use server::Server;

/// What is not compared, and why. Without steps the whole scenario.
const LEFT_OUT: &[(&str, &[u64], &str)] = &[
    ("autoconfirm/mfa", &[], "second factors are not part of the stand-in"),
    ("rt2/refresh_v2", &[], "refresh tokens of version 2: their inner form is not recorded"),
    ("hook/token_hook", &[], "no access token hook: nothing in Souk reads claims a hook would add"),
];

#[tokio::test]
async fn the_stand_in_answers_as_the_recorded_auth_did() {
    let database = support::auth_database().await;
    let only = std::env::var("SOUK_AUTH_SCENARIO").unwrap_or_default();
    let (mut equal, mut left_out, mut faults) = (0, 0, Vec::new());
    let mut server: Option<Server> = None;
    for scenario in recording::scenarios() {
        let name = scenario[0].scenario_name();
        if !only.is_empty() && !name.contains(&only) {
            continue;
        }
        if is_left_out(&name, None) {
            left_out += scenario.len();
            continue;
        }
        // The limits of the whole process go on from one scenario to the next.
        let keeps = name.starts_with("limits/") && server.as_ref().is_some_and(Server::is_limited);
        if !keeps {
            server = Some(Server::new(&database, &scenario[0].config));
        }
        let server = server.as_ref().expect("there is one by now");
        database.wipe().await;
        let mut bindings = Bindings::default();
        for exchange in &scenario {
            let compared = replay(&database, server, &mut bindings, exchange).await;
            match compared {
                _ if is_left_out(&name, Some(exchange.step)) => left_out += 1,
                Ok(()) => equal += 1,
                Err(fault) => faults.push(format!(
                    "{name} {} {} ({} {})\n    {fault}",
                    exchange.step, exchange.name, exchange.method, exchange.path
                )),
            }
        }
    }
    let replayed = equal + faults.len();
    support::tell(&format!("{replayed} exchanges replayed, {equal} equal, {left_out} left out"));
    assert!(faults.is_empty(), "{} differ:\n{}", faults.len(), faults.join("\n"));
}

fn is_left_out(name: &str, step: Option<u64>) -> bool {
    LEFT_OUT.iter().any(|(scenario, steps, _)| {
        *scenario == name && step.map_or(steps.is_empty(), |step| steps.contains(&step))
    })
}

/// Sends one request and compares everything that is recorded of its answer.
async fn replay(
    database: &AuthDatabase,
    server: &Server,
    bindings: &mut Bindings,
    exchange: &Exchange,
) -> Result<(), String> {
    let request = server.request(bindings, exchange);
    let before = exchange.before.as_ref();
    let before = |field: &str| before.and_then(|before| before.get(field));
    if let Some(sql) = before("sql").and_then(Value::as_str) {
        database.admin.batch_execute(&bindings.fill(sql)).await.expect("recorded SQL runs");
    }
    if let Some(seconds) = before("wait_s").and_then(Value::as_u64) {
        server.clock.advance(Duration::from_secs(seconds));
    }
    for _ in 0..before("same_request_times").and_then(Value::as_u64).unwrap_or(0) {
        server.answer(&request).await;
    }
    server.clock.advance(Duration::from_secs(1));
    let answer = server.answer(&request).await;
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    if answer.status != exchange.status {
        return Err(format!("status {} instead of {}: {body}", answer.status, exchange.status));
    }
    let headers = recording::headers(&answer.headers);
    let location = headers.get("location").and_then(Value::as_str).unwrap_or_default();
    compare_body(bindings, exchange, &body)?;
    compare_headers(bindings, exchange, &headers)?;
    compare_token(bindings, exchange, &body, location)?;
    compare_mails(bindings, exchange, server)?;
    compare_rows(bindings, exchange, database).await
}

fn compare_body(bindings: &mut Bindings, exchange: &Exchange, body: &str) -> Result<(), String> {
    let actual = match serde_json::from_str(body) {
        Ok(value) => value,
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => Value::from(body),
    };
    bindings.same("body", &exchange.response_body, &actual)
}

/// The same headers, whatever their order. Redirects come first: they bring new tokens.
fn compare_headers(
    bindings: &mut Bindings,
    exchange: &Exchange,
    actual: &Map<String, Value>,
) -> Result<(), String> {
    let expected = &exchange.response_headers;
    let names = |map: &Map<String, Value>| {
        let mut names: Vec<String> = map.keys().cloned().collect();
        names.sort();
        names
    };
    if names(expected) != names(actual) {
        return Err(format!("headers {:?} instead of {:?}", names(actual), names(expected)));
    }
    let mut pairs: Vec<_> = expected.iter().collect();
    pairs.sort_by_key(|(name, _)| *name != "location");
    pairs.into_iter().try_for_each(|(name, value)| bindings.same(name, value, &actual[name]))
}

fn compare_token(
    bindings: &mut Bindings,
    exchange: &Exchange,
    body: &str,
    location: &str,
) -> Result<(), String> {
    let Some(expected) = &exchange.jwt_claims else { return Ok(()) };
    let (header, claims) =
        server::token_of(body, location).ok_or_else(|| "no access token".to_owned())?;
    if let Some(expected) = &exchange.jwt_header {
        bindings.same("jwt header", expected, &header)?;
    }
    bindings.same("jwt claims", expected, &claims)
}

fn compare_mails(
    bindings: &mut Bindings,
    exchange: &Exchange,
    server: &Server,
) -> Result<(), String> {
    let mut mails = server.mailbox.take();
    mails.sort_by(|a, b| a.to.cmp(&b.to));
    let expected = exchange.mails.as_deref().unwrap_or_default();
    if mails.len() != expected.len() {
        return Err(format!("{} mails instead of {}", mails.len(), expected.len()));
    }
    for (expected, mail) in expected.iter().zip(&mails) {
        let links: Vec<&str> = mail.link.as_deref().into_iter().collect();
        let actual = json!({
            "to": mail.to, "subject": mail.subject, "links": links, "otp": mail.otp,
            "token_hash": mail.token_hash,
        });
        for field in ["to", "subject", "links", "otp", "token_hash"] {
            if let Some(wanted) = expected.get(field) {
                bindings.same(&format!("mail {field}"), wanted, &actual[field])?;
            }
        }
        if let Some(fields) = expected.get("template_fields") {
            let actual = json!({
                "redirect": mail.redirect_to, "new_email": mail.new_email, "sending_to": mail.to,
            });
            for field in ["redirect", "new_email", "sending_to"] {
                if let Some(wanted) = fields.get(field) {
                    bindings.same(&format!("mail {field}"), wanted, &actual[field])?;
                }
            }
        }
    }
    Ok(())
}

async fn compare_rows(
    bindings: &mut Bindings,
    exchange: &Exchange,
    database: &AuthDatabase,
) -> Result<(), String> {
    for (table, expected) in exchange.db.iter().flatten() {
        let sql =
            format!("select row_to_json(t)::text from auth.{table} t order by created_at, ctid");
        let rows = database.admin.query(&sql, &[]).await.expect("the table is there");
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                let row: Map<String, Value> =
                    serde_json::from_str(&row.get::<_, String>(0)).expect("a row is JSON");
                Value::Object(row.into_iter().filter(|(_, value)| !value.is_null()).collect())
            })
            .collect();
        bindings.same(table, expected, &Value::Array(rows))?;
    }
    Ok(())
}
