//! Names of any length: they are not there, and that is said shortly.

use serde_json::Value;
use souk::rest::Request;

#[tokio::test]
async fn a_long_name_is_neither_compared_nor_said_again() {
    let database = crate::support::rest_database().await;
    let client = database.client().await;
    let function = "create function shop.pair(first int, second int) returns int language sql
                    stable as $$ select first + second $$";
    client.batch_execute(function).await.unwrap();
    let plane = database.plane("supabase_admin", &[]);
    let refusal = async |path: &str, body: String| {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let (method, path, body) = ("POST".to_owned(), path.to_owned(), body.into_bytes());
        let body = body.into();
        let request = Request { method, path, headers, body, ..Request::default() };
        let answer = plane.answer(&request, 0).await;
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status, answer.body.len(), told["hint"].is_string())
    };
    let key = |letters: usize| format!(r#"{{"{}":1}}"#, "k".repeat(letters));
    let keys: Vec<String> = (0..100_000).map(|n| format!(r#""key {n}":1"#)).collect();
    let keys = format!("{{{}}}", keys.join(","));

    let (status, bytes, _) = refusal("/rpc/pair", key(63)).await;
    assert!(status == 404 && bytes < 500, "{status}, {bytes}");
    // The control: what may have been meant is told.
    assert!(refusal("/rpc/pair", r#"{"first":1,"secand":1}"#.to_owned()).await.2);
    for path in ["/rpc/pair", "/rpc/none", "/countries"] {
        for body in [key(1_000_000), keys.clone()] {
            let (status, bytes, has_hint) = refusal(path, body).await;
            assert!((400..500).contains(&status) && bytes < 4_000, "{path}: {status}, {bytes}");
            assert!(!has_hint, "{path}");
        }
    }
}
