//! What is answered as refused was never committed: every way to a refusal, and the same request
//! without it.

mod cases;

use std::collections::BTreeSet;

use souk::rest::standalone::Standalone;
use souk::rest::{Plane, Settings};

use crate::support::rest::RestDatabase;
use cases::{FUNCTIONS, SHOWN, cases, request};

/// A digest of all rows of the schema, table by table.
async fn rows(client: &tokio_postgres::Client) -> String {
    let text = "select format('%I.%I', schemaname, tablename) from pg_tables
                 where schemaname in ('shop', 'private') order by 1";
    let mut digests = String::new();
    for row in client.query(text, &[]).await.unwrap() {
        let name: String = row.get(0);
        let text =
            format!("select md5(string_agg(t::text, ',' order by t::text)) from {name} as t");
        let digest: Option<String> = client.query_one(&text, &[]).await.unwrap().get(0);
        digests += &format!("{name} {}\n", digest.unwrap_or_default());
    }
    digests
}

fn plane(database: &RestDatabase) -> Standalone {
    let settings = [("db-extra-search-path", "private"), ("db-tx-end", "commit-allow-override")];
    database.plane("service_role", &settings)
}

#[tokio::test]
async fn what_is_answered_as_refused_was_never_committed() {
    let database = crate::support::rest_database().await;
    let client = database.client().await;
    client.batch_execute(FUNCTIONS).await.unwrap();
    let plane = plane(&database);
    let before = rows(&client).await;
    for (refused, status, allowed) in cases() {
        let what = format!("{} {}?{}", refused.method, refused.path, refused.query);
        let answer = plane.answer(&refused, 0).await;
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, status, "{what}: {body}");
        assert_eq!(rows(&client).await, before, "{what} left something");
        let Some(allowed) = allowed else { continue };
        // As asked with tx=rollback, and then for real: the control.
        let mut tried = allowed.clone();
        tried.headers.push(("prefer".to_owned(), "tx=rollback".to_owned()));
        let answer = plane.answer(&tried, 0).await;
        assert!(answer.status < 300, "{what}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(rows(&client).await, before, "{what} was to be rolled back");
        client.batch_execute("create temp table kept as table shop.marks").await.unwrap();
        let answer = plane.answer(&allowed, 0).await;
        assert!(answer.status < 300, "{what}: {}", String::from_utf8_lossy(&answer.body));
        assert_ne!(rows(&client).await, before, "{what} did nothing without what is refused");
        let restore = "begin; delete from shop.marks;
                       insert into shop.marks table kept; drop table kept; commit";
        client.batch_execute(restore).await.unwrap();
        assert_eq!(rows(&client).await, before);
    }
}

/// Texts that are good as headers, and all that are a letter away from them, good or not.
fn headers() -> BTreeSet<String> {
    let good =
        ["[]", " [ ] ", r#"[{"a":"b"}]"#, r#" [ {"a" : "\u0041\"\ud83d\ude00é"} ,{ "c":"\n"} ] "#];
    let mut texts = BTreeSet::from(good.map(str::to_owned));
    for text in good {
        let letters: Vec<char> = text.chars().collect();
        for at in 0..letters.len() {
            let with = |middle: &str| {
                let (before, after) = (&letters[..at], &letters[at + 1..]);
                before.iter().chain(&middle.chars().collect::<Vec<_>>()).chain(after).collect()
            };
            let own = letters[at];
            texts.extend(["", "1", "{", "]", ",", "\\", "\"", "\n"].map(with));
            texts.insert(with(&format!("{own}{own}")));
        }
    }
    texts.extend(["no json", "null", "1", "[1]", "[[]]", "[null]"].map(str::to_owned));
    texts.extend([r#"[{"a":1}]"#, r#"[{"a":"b","c":"d"}]"#, r#"[{"a":{}}]"#].map(str::to_owned));
    texts
}

#[tokio::test]
async fn headers_are_judged_alike_whether_a_function_may_write_or_not() {
    let database = crate::support::rest_database().await;
    let client = database.client().await;
    client.batch_execute(FUNCTIONS).await.unwrap();
    let plane = plane(&database);
    let before = rows(&client).await;
    let (mut good, mut bad) = (0, 0);
    for text in headers() {
        let body = serde_json::json!({ "h": text }).to_string();
        let call = |name: &str, prefer: &[_]| request("POST", name, prefer, &body);
        let rollback = [("prefer", "tx=rollback")];
        let read = plane.answer(&call("/rpc/with_bad_headers", &rollback), 0).await;
        // What a refused one left would be in the way of the next.
        let prefer = if read.status == 200 { &rollback[..] } else { &[] };
        let wrote = plane.answer(&call("/rpc/write_with", prefer), 0).await;
        assert_eq!(read, wrote, "{text}");
        if read.status == 200 {
            good += 1;
            continue;
        }
        bad += 1;
        let said = String::from_utf8_lossy(&wrote.body);
        assert!(wrote.status == 500 && said.contains("PGRST111"), "{text}: {said}");
    }
    assert_eq!(rows(&client).await, before);
    assert!(good > 20 && bad > 100, "{good} good, {bad} bad");
}

#[tokio::test]
async fn an_answer_that_is_too_large_undoes_what_it_tells_of() {
    let database = crate::support::rest_database().await;
    let client = database.client().await;
    client.batch_execute(FUNCTIONS).await.unwrap();
    let config = souk::db::ClusterConfig::from_uri("rest", &database.uri, 1, |_| None).unwrap();
    let settings = Settings {
        schemas: vec!["shop".to_owned()],
        extra_search_path: vec!["private".to_owned()],
        body_bytes_max: 50,
        ..Settings::default()
    };
    let plane = Plane::new(souk::db::Cluster::new(config), settings);
    let caller = souk::rest::Caller {
        role: "service_role".to_owned(),
        claims: r#"{"role":"service_role"}"#.to_owned(),
        is_anonymous: false,
    };
    let door = souk::rest::Entrance::Plain(souk::rest::PlainEntrance { caller });
    let bytes = ("accept", "image/png");
    let long = format!(r#"{{"code":"ZZ","name":"{}"}}"#, "z".repeat(300));
    let before = rows(&client).await;
    for (request, status) in [
        (request("POST", "/marks", &[SHOWN], &long), 413),
        (request("POST", "/marks", &[SHOWN, ("accept", "text/csv")], &long), 413),
        (request("PATCH", "/marks?code=eq.DE", &[SHOWN], &long), 413),
        (request("PUT", "/marks?code=eq.ZZ", &[SHOWN], &long), 413),
        (request("POST", "/rpc/write_bytes", &[bytes], r#"{"n":51}"#), 413),
        (request("POST", "/rpc/write_bytes", &[], r#"{"n":51}"#), 413),
        (request("GET", "/countries", &[("accept", "text/tab-separated-values")], ""), 413),
        (request("GET", "/countries", &[("accept", "text/csv")], ""), 413),
        (request("GET", "/countries", &[], ""), 413),
        (request("HEAD", "/marks", &[], ""), 200),
    ] {
        let answer = souk::rest::answer(&plane, &door, &request).await.unwrap();
        let body = String::from_utf8_lossy(&answer.body);
        let what = format!("{} {}: {body}", request.method, request.path);
        assert_eq!(answer.status, status, "{what}");
        assert!(status != 413 || body.contains("PGRSTX01"), "{what}");
        assert_eq!(rows(&client).await, before, "{what}");
    }
    // Whoever does not ask for the rows may write as much as a body holds; and what fits is sent.
    for request in [
        request("POST", "/marks", &[], &long),
        request("POST", "/rpc/write_bytes", &[bytes], r#"{"n":50}"#),
    ] {
        client.batch_execute("delete from shop.marks where code = 'ZZ'").await.unwrap();
        let answer = souk::rest::answer(&plane, &door, &request).await.unwrap();
        assert!(answer.status < 300, "{}", String::from_utf8_lossy(&answer.body));
        assert_ne!(rows(&client).await, before);
    }
}
