//! How much may be asked of the REST plane: each limit at its border, over HTTP, at a store's door.

mod memory;
mod names;

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Platform, World, desk};

/// A store with a function that sleeps, and somebody who is signed in.
struct Door {
    platform: Platform,
    token: String,
    _world: World,
}

impl Door {
    async fn new() -> Self {
        let world = World::with_slots(6).await;
        let store = desk::stores(&world, 1).await.remove(0);
        let owner = world.database.owner().await;
        let schema = &store.schema;
        let text = format!(
            "grant execute on function {schema}.nap to authenticated;
             -- Its row says that it looks like no other.
             update shared.stores set fingerprint = repeat('0', 64);
             insert into {schema}.categories (name, slug)
             select 'C ' || n, 'c-' || n from generate_series(1, 1005) as n"
        );
        owner.batch_execute(&text).await.unwrap();
        let platform = Platform::serve(&world).await;
        let token = platform.newcomer("ada@example.com").await;
        Self { platform, token, _world: world }
    }

    async fn get(&self, target: &str, token: Option<&str>) -> (u16, Value) {
        let path = format!("/s/store-0/rest/v1/{target}");
        let mut request =
            self.platform.request("GET", &path).header("apikey", self.platform.publishable());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// The status of a request that no client would send.
    async fn raw(&self, target: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.platform.port())).await.unwrap();
        let key = self.platform.publishable();
        let request = format!(
            "GET /s/store-0/rest/v1/{target} HTTP/1.1\r\nhost: localhost\r\napikey: {key}\r\n\r\n"
        );
        let _ = stream.write_all(request.as_bytes()).await;
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).await.unwrap();
        String::from_utf8_lossy(&begin[9..]).into_owned()
    }

    async fn post(&self, target: &str, body: String) -> (u16, Value) {
        let path = format!("/s/store-0/rest/v1/{target}");
        let request = self.platform.request("POST", &path);
        let request = request.header("apikey", self.platform.publishable());
        let request = request.header("content-type", "application/json").bearer_auth(&self.token);
        let answer = request.body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_runs_as_long_as_its_role_may() {
    let door = Door::new().await;
    let nap = async |seconds: f64, token: Option<&str>| {
        let begun = Instant::now();
        let (status, body) = door.get(&format!("rpc/nap?seconds={seconds}"), token).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned(), begun.elapsed())
    };
    let token = Some(door.token.as_str());
    assert_eq!(nap(2.0, None).await.0, 200);
    assert_eq!(nap(4.0, token).await.0, 200);
    for (seconds, token, limit_s) in [(5.0, None, 3), (12.0, token, 8)] {
        let (status, code, took) = nap(seconds, token).await;
        assert_eq!((status, code.as_str()), (500, "57014"));
        let limit = Duration::from_secs(limit_s);
        assert!(took >= limit && took < limit + Duration::from_secs(2), "{took:?}");
    }
}

#[tokio::test]
async fn depth_breadth_length_rows_and_bodies_end_somewhere() {
    let door = Door::new().await;
    // Depth: products in categories in products …
    let nested = |depth: usize| {
        (0..depth).fold("id".to_owned(), |inner, nth| {
            let name = if (depth - nth) % 2 == 1 { "categories" } else { "products" };
            format!("id,{name}({inner})")
        })
    };
    for (depth, expected) in [(16, 200), (17, 400)] {
        let (status, body) = door.get(&format!("products?select={}", nested(depth)), None).await;
        assert_eq!(status, expected, "{depth} deep: {body}");
        assert!(expected == 200 || body["code"] == "PGRSTX02", "{body}");
    }
    // Breadth.
    for (count, expected) in [(64, 200), (65, 400)] {
        let embeds: Vec<String> = (0..count).map(|n| format!("c{n}:categories(id)")).collect();
        let (status, body) = door.get(&format!("products?select={}", embeds.join(",")), None).await;
        assert_eq!(status, expected, "{count} embeds: {body}");
        assert!(expected == 200 || body["code"] == "PGRSTX02", "{body}");
    }
    // Length of the query.
    for (length, expected) in [(61_440, 200), (61_441, 414)] {
        let query = format!("select=id&name=eq.{}", "x".repeat(length - 18));
        let (status, body) = door.get(&format!("products?{query}"), None).await;
        assert_eq!(status, expected, "{length} bytes: {body}");
    }
    // What is longer than an HTTP server reads never comes to us.
    assert_eq!(door.raw(&format!("products?name=eq.{}", "x".repeat(70_000))).await, "414");
    // Rows of a page, also of one that is embedded or asked for by its range.
    for query in ["select=id", "select=id&limit=5000"] {
        let (status, body) = door.get(&format!("categories?{query}"), None).await;
        assert_eq!((status, body.as_array().unwrap().len()), (200, 1_000), "{query}");
    }
    // Bodies.
    let fitting = format!("[{}]", " ".repeat(10 * 1024 * 1024 - 2));
    assert_ne!(door.post("products", fitting).await.0, 413);
    let (status, body) = door.post("products", " ".repeat(10 * 1024 * 1024 + 1)).await;
    assert_eq!((status, &body["code"]), (413, &Value::from("too_large")));
}

#[tokio::test]
async fn a_target_may_have_arrows_and_quotation_marks() {
    let door = Door::new().await;
    assert_eq!(door.raw("categories?select=id&slug=in.(\"c-1\",\"<c>\")").await, "200");
    assert_eq!(door.raw("products?select=custom_fields->a").await, "200");
}

#[tokio::test]
async fn an_answer_to_head_tells_no_length() {
    let door = Door::new().await;
    let path = "/s/store-0/rest/v1/categories?select=id";
    let request = door.platform.request("HEAD", path);
    let request = request.header("apikey", door.platform.publishable());
    let answer = request.header("prefer", "count=exact").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("content-length")), (206, None));
    assert_eq!(answer.headers()["content-range"], "0-999/1005");
}
