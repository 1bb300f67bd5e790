//! `souk rest` from outside: its settings, by each of the ways in which they can be said, and what
//! it does when they change under it.

mod configured;
mod described;
mod reloaded;
mod served;
mod tokens;

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::support::program::{Program, Setup};
use crate::support::rest::RestDatabase;

pub(crate) const SECRET: &str = "souk-replay-secret-of-thirty-two-bytes-or-more";

/// A database, and the least that a server of it must be told.
pub(super) struct Ground {
    pub(super) database: RestDatabase,
    pub(super) client: Client,
    pub(super) setup: Setup,
}

impl Ground {
    pub(super) async fn new() -> Self {
        let database = crate::support::rest_database().await;
        let client = database.client().await;
        let setup = Setup::default()
            .variable("PGRST_DB_URI", &as_authenticator(&database.uri))
            .variable("PGRST_DB_SCHEMAS", "shop,other")
            .variable("PGRST_DB_EXTRA_SEARCH_PATH", "private")
            .variable("PGRST_DB_ANON_ROLE", "anon")
            .variable("PGRST_JWT_SECRET", SECRET)
            .variable("PGRST_DB_POOL", "2");
        Self { database, client, setup }
    }

    pub(super) async fn sql(&self, text: &str) {
        self.client.batch_execute(text).await.unwrap();
    }

    /// Waits until the program listens, and has read again what it may have missed before.
    pub(super) async fn until_listened_to(&self) {
        let text = "select count(*) from pg_stat_activity
                     where datname = current_database() and query like 'listen %' and state = 'idle'";
        while self.client.query_one(text, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

/// The same database as the login that the schema is made for.
pub(crate) fn as_authenticator(uri: &str) -> String {
    let (_, place) = uri.split_once('@').unwrap();
    format!("postgres://authenticator:souk-replay@{place}")
}

/// Status, headers and body of an answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| json!({ "text": self.body }))
    }
}

/// Asks for an address, with headers.
pub(super) async fn ask(method: &str, url: &str, headers: &[(&str, &str)]) -> Answer {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = reqwest::Client::new().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.unwrap() }
}

pub(super) async fn get(program: &Program, path: &str) -> Answer {
    ask("GET", &program.url(path), &[]).await
}

/// Waits until an answer fits.
pub(super) async fn until(program: &Program, path: &str, fits: impl Fn(&Answer) -> bool) {
    let mut last = String::new();
    for _ in 0..200 {
        let answer = get(program, path).await;
        if fits(&answer) {
            return;
        }
        last = format!("{} {}", answer.status, answer.body);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{path} stays {last}");
}
