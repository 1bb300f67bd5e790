//! Values at the edges of their types, as JSON, CSV and forms carry them.

use serde_json::{Value, json};
use souk::rest::standalone::Standalone;
use souk::rest::{Request, Response};

use crate::support::rest::RestDatabase;

struct Plane {
    plane: Standalone,
    _database: RestDatabase,
}

impl Plane {
    async fn new() -> Self {
        let database = crate::support::rest_database().await;
        let client = database.client().await;
        let text = "create table shop.extremes (id bigint primary key, n numeric, f float8, t text,
                                                j jsonb, k json, s smallint)";
        client.batch_execute(text).await.unwrap();
        let plane = database.plane("supabase_admin", &[]);
        Self { plane, _database: database }
    }

    async fn send(&self, kind: &str, body: &[u8]) -> Response {
        let request = Request {
            method: "POST".to_owned(),
            path: "/extremes".to_owned(),
            headers: vec![
                ("content-type".to_owned(), kind.to_owned()),
                ("prefer".to_owned(), "return=representation".to_owned()),
            ],
            body: body.to_vec().into(),
            ..Request::default()
        };
        self.plane.answer(&request, 0).await
    }

    async fn json(&self, body: &str) -> (u16, String) {
        let response = self.send("application/json", body.as_bytes()).await;
        (response.status, String::from_utf8(response.body).unwrap())
    }

    async fn count(&self) -> usize {
        let request = Request {
            method: "GET".to_owned(),
            path: "/extremes".to_owned(),
            query: "select=id".to_owned(),
            ..Request::default()
        };
        let body = self.plane.answer(&request, 0).await.body;
        serde_json::from_slice::<Value>(&body).unwrap().as_array().unwrap().len()
    }
}

#[tokio::test]
async fn what_fits_comes_back_to_the_last_digit() {
    let plane = Plane::new().await;
    for (given, told) in [
        (r#"{"id":9223372036854775807}"#, "9223372036854775807"),
        (r#"{"id":-9223372036854775808}"#, "-9223372036854775808"),
        (
            r#"{"id":1,"n":0.1234567890123456789012345678901234567890}"#,
            "0.1234567890123456789012345678901234567890",
        ),
        (r#"{"id":2,"n":1e400}"#, &format!("1{}", "0".repeat(400))),
        (r#"{"id":3,"n":"NaN"}"#, "\"NaN\""),
        (r#"{"id":4,"f":"-Infinity"}"#, "\"-Infinity\""),
        (r#"{"id":5,"f":1.7976931348623157e308}"#, "1.7976931348623157e+308"),
        (r#"{"id":6,"f":5e-324}"#, "5e-324"),
        (r#"{"id":7,"t":"\ud83c\udfee \u202e\u0301 \ufffe"}"#, "🏮 \u{202e}\u{301} \u{fffe}"),
        (
            r#"{"id":8,"j":{"n":123456789012345678901234567890.5}}"#,
            "123456789012345678901234567890.5",
        ),
        (r#"{"id":9,"k":{"a":1,"a":2, "b" : 1e400}}"#, r#"{"a":1,"a":2, "b" : 1e400}"#),
        (r#"{"id":10,"t":""}"#, "\"t\":\"\""),
    ] {
        let (status, body) = plane.json(given).await;
        assert_eq!(status, 201, "{given}: {body}");
        assert!(body.contains(told), "{given}: {body}");
    }
    let long = "ü🏮".repeat(300_000);
    let (status, body) = plane.json(&json!({ "id": 11, "t": long }).to_string()).await;
    assert_eq!(status, 201);
    assert!(body.contains(&long));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_leaves_nothing() {
    let plane = Plane::new().await;
    for (given, status, code) in [
        (r#"{"id":9223372036854775808}"#, 400, "22003"),
        (r#"{"id":1.5}"#, 400, "22P02"),
        (r#"{"id":1e400}"#, 400, "22P02"),
        (r#"{"id":1,"f":1e400}"#, 400, "22003"),
        (r#"{"id":1,"f":1e-400}"#, 400, "22003"),
        (r#"{"id":1,"s":32768}"#, 400, "22003"),
        (r#"{"id":1,"n":1e200000}"#, 400, "22003"),
        (r#"{"id":1,"t":"a\u0000b"}"#, 400, "22P05"),
        (r#"{"id":1,"j":{"a\u0000b":1}}"#, 400, "22P05"),
        (r#"{"id":1,"t":"\ud800"}"#, 400, "PGRST102"),
        (r#"{"id":1,"t":"\udc00\ud800"}"#, 400, "PGRST102"),
        (r#"{"id":1,"n":NaN}"#, 400, "PGRST102"),
        (r#"{"id":1,"n":Infinity}"#, 400, "PGRST102"),
        (r#"{"id":1,"n":01}"#, 400, "PGRST102"),
        (r#"{"id":1,"#, 400, "PGRST102"),
        ("{\"id\":1,\"t\":\"a\nb\"}", 400, "PGRST102"),
    ] {
        let (got, body) = plane.json(given).await;
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((got, told["code"].as_str()), (status, Some(code)), "{given}: {body}");
    }
    let response = plane.send("application/json", b"{\"id\":1,\"t\":\"\xff\"}").await;
    assert_eq!(response.status, 400, "no UTF-8");
    let response = plane.send("text/csv", b"id,t\n1,\xff\n").await;
    assert_eq!(response.status, 400);
    let response = plane.send("text/csv", b"id,t\n1,a\0b\n").await;
    assert_eq!(response.status, 400);
    let response = plane.send("application/x-www-form-urlencoded", b"id=1&t=%00").await;
    assert_eq!(response.status, 400);
    assert_eq!(plane.count().await, 0);
}

#[tokio::test]
async fn depth_is_bounded_and_costs_no_stack() {
    let plane = Plane::new().await;
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let deep = format!(r#"{{"id":1,"j":{}}}"#, nested(500));
    assert_eq!(plane.json(&deep).await.0, 201);
    for depth in [20_000, 1_000_000] {
        for body in
            [format!(r#"{{"id":2,"j":{}}}"#, nested(depth)), nested(depth), "[".repeat(depth)]
        {
            let (status, told) = plane.json(&body).await;
            assert!((400..=500).contains(&status), "{depth}: {status} {told:.200}");
        }
    }
    assert_eq!(plane.count().await, 1);
}
