//! Reading as PostgREST's own tests ask for it, beyond what the recordings hold: each schema here is
//! made for its question.

mod media;
mod told;
mod ways;

use serde_json::Value;
use souk::rest::standalone::settings::Given;
use souk::rest::standalone::{Source, Standalone};
use souk::rest::{Request, Response};

use crate::support::rest::RestDatabase;

/// A plane over a database of its own that has these things in the schema `shop`.
async fn plane(sql: &str, settings: &[(&'static str, &str)]) -> (RestDatabase, Standalone) {
    let database = crate::support::rest_database().await;
    let client = database.client().await;
    client.batch_execute("set search_path = shop; set client_min_messages = error").await.unwrap();
    client.batch_execute(sql).await.unwrap();
    let mut given = Given::from([
        ("db-uri", database.uri.as_str()),
        ("db-schemas", "shop,other"),
        ("db-anon-role", "service_role"),
        ("db-pool", "2"),
    ]);
    settings.iter().for_each(|(name, value)| given.say(*name, *value));
    client.batch_execute("grant all on all tables in schema shop to service_role").await.unwrap();
    let plane = Standalone::open(Source::fixed(given)).unwrap();
    (database, plane)
}

async fn ask(plane: &Standalone, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.iter().map(owned).collect(),
        ..Request::default()
    };
    plane.answer(&request, 0).await
}

/// Status and body of a GET.
async fn get(plane: &Standalone, path: &str) -> (u16, Value) {
    let response = ask(plane, "GET", path, &[]).await;
    (response.status, json(&response))
}

fn json(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| text(response).into())
}

fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}
