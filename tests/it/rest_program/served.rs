//! What it answers besides data: sockets, the admin port, origins, timings, the description.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Ground, SECRET, ask, get};

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_listened_on_in_place_of_a_port() {
    let ground = Ground::new().await;
    let path = std::env::temp_dir().join(format!("souk-{}.sock", uuid::Uuid::now_v7().simple()));
    let named = path.display().to_string();
    let setup = ground.setup.clone().variable("PGRST_SERVER_UNIX_SOCKET", &named);
    let setup = setup
        .variable("PGRST_SERVER_UNIX_SOCKET_MODE", "600")
        .variable("PGRST_SERVER_HOST", "127.0.0.1")
        .variable("PGRST_ADMIN_SERVER_PORT", "0")
        .variable("PGRST_SERVER_PORT", "3000");
    let program = setup.start();
    assert_eq!(program.address(), named);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    let request = "GET /products?limit=1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    // A server that nobody can reach is not alive.
    assert_eq!(ask("GET", &program.admin_url("/live"), &[]).await.status, 200);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(ask("GET", &program.admin_url("/live"), &[]).await.status, 500);
    assert_eq!(ask("GET", &program.admin_url("/ready"), &[]).await.status, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_port_tells_how_it_is() {
    let ground = Ground::new().await;
    let setup = ground.setup.clone().variable("PGRST_ADMIN_SERVER_PORT", "0");
    let program = setup.variable("PGRST_SERVER_TRACE_HEADER", "X-Request-Id").start();
    let admin = async |path: &str| ask("GET", &program.admin_url(path), &[]).await;
    assert_eq!((admin("/live").await.status, admin("/ready").await.status), (200, 200));
    assert_eq!(admin("/nothing").await.status, 404);
    let config = admin("/config").await;
    assert_eq!((config.status, config.body.contains(SECRET)), (404, false), "secrets stay inside");
    let known = admin("/schema_cache").await.json();
    let relations = known["shop"]["relations"].as_array().unwrap();
    assert!(relations.contains(&json!("products")), "{known}");
    let metrics = admin("/metrics").await;
    assert_eq!(metrics.header("content-type"), Some("text/plain; charset=utf-8"));
    for figure in [
        "pgrst_db_pool_max 2",
        "pgrst_db_pool_waiting 0",
        "pgrst_db_pool_available 2",
        "pgrst_db_pool_timeouts_total 0",
        "pgrst_schema_cache_query_time_seconds 0.",
        "pgrst_schema_cache_loads_total{status=\"SUCCESS\"}",
    ] {
        assert!(metrics.body.contains(figure), "{figure}: {}", metrics.body);
    }
    let traced = ask("GET", &program.url("/products?limit=1"), &[("x-request-id", "abc")]).await;
    assert_eq!(traced.header("x-request-id"), Some("abc"));
    assert!(traced.header("server").unwrap().starts_with("souk/"));
    assert_eq!(traced.header("server-timing"), None);

    let (_, port) =
        program.admin_url("").rsplit_once(':').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let asking = ground.setup.clone().variable("PGRST_SERVER_HOST", "127.0.0.1");
    let asking = asking.variable("PGRST_ADMIN_SERVER_PORT", &port);
    assert!(asking.run("--ready").status.success());
    drop(program);
    assert!(!asking.run("--ready").status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_may_have_arrows_and_quotation_marks() {
    let ground = Ground::new().await;
    let bearer = format!("Bearer {}", crate::rest_replay::tokens::sign("service"));
    let path = "/widgets?select=\"name\"";
    let body = |n: usize| format!(r#"[{{"name": "<\"a->b\">", "n": {n}}}]"#);
    let rows = "/products?select=colour:attrs->>color&sku=in.(\"LMP-1\",\"<none>\")&price=gt.1";
    // The program's address is a port for one, a socket for the other.
    let socket = std::env::temp_dir().join(format!("souk-{}.sock", uuid::Uuid::now_v7().simple()));
    let named = socket.display().to_string();
    let setup = ground.setup.clone().variable("PGRST_SERVER_HOST", "127.0.0.1");
    let setups = [setup.clone(), setup.variable("PGRST_SERVER_UNIX_SOCKET", &named)];
    for (n, setup) in setups.into_iter().enumerate() {
        let (program, body) = (setup.start(), body(n));
        let asked = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: {bearer}\r\nprefer: \
             return=representation\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}GET {rows} HTTP/1.1\r\nhost: x\r\n\
             connection: close\r\n\r\n",
            body.len()
        );
        let mut answer = String::new();
        match program.address() == named {
            true => {
                let mut stream = tokio::net::UnixStream::connect(&socket).await.unwrap();
                stream.write_all(asked.as_bytes()).await.unwrap();
                stream.read_to_string(&mut answer).await.unwrap();
            }
            false => {
                let mut stream = tokio::net::TcpStream::connect(program.address()).await.unwrap();
                stream.write_all(asked.as_bytes()).await.unwrap();
                stream.read_to_string(&mut answer).await.unwrap();
            }
        }
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        assert!(answer.contains(r#"[{"name":"<\"a->b\">"}]"#), "{answer}");
        assert!(answer.contains("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with("[{\"colour\":\"gold\"}]"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_head_tells_no_length() {
    let ground = Ground::new().await;
    let program = ground.setup.clone().start();
    for path in ["/products?limit=1", "/", "/rpc/nap?seconds=0", "/nothing"] {
        let length = async |method: &str| {
            let answer = ask(method, &program.url(path), &[]).await;
            (answer.header("content-length").map(str::to_owned), answer.body)
        };
        assert_eq!(length("HEAD").await, (None, String::new()), "{path}");
        let (told, body) = length("GET").await;
        assert_eq!(told, Some(body.len().to_string()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_timed_where_that_is_wanted() {
    let ground = Ground::new().await;
    let program = ground.setup.clone().variable("PGRST_SERVER_TIMING_ENABLED", "true").start();
    let answer = get(&program, "/rpc/nap?seconds=0.3").await;
    let timing = answer.header("server-timing").unwrap();
    let steps: Vec<(&str, f64)> = timing
        .split(", ")
        .map(|step| step.split_once(";dur=").unwrap())
        .map(|(name, dur)| (name, dur.parse().unwrap()))
        .collect();
    let names: Vec<&str> = steps.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["jwt", "parse", "plan", "transaction", "response"]);
    assert!((300.0..5_000.0).contains(&steps[3].1), "{timing}");
    for path in ["/products", "/"] {
        let options = ask("OPTIONS", &program.url(path), &[]).await;
        let timing = options.header("server-timing").unwrap();
        let names: Vec<&str> =
            timing.split(", ").map(|step| step.split_once(";dur=").unwrap().0).collect();
        assert_eq!(names, ["jwt", "parse", "response"], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_origins_that_are_named_may_ask() {
    let ground = Ground::new().await;
    let origins = "http://example.com, http://example2.com";
    let setup = ground.setup.clone().variable("PGRST_SERVER_CORS_ALLOWED_ORIGINS", origins);
    let program = setup.start();
    let url = program.url("/products?limit=1");
    let preflight = async |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ];
        ask("OPTIONS", &url, &headers).await
    };
    let may = preflight("http://example.com").await;
    assert_eq!(may.header("access-control-allow-origin"), Some("http://example.com"));
    assert_eq!(may.header("access-control-allow-credentials"), Some("true"));
    let plain = ask("GET", &url, &[("origin", "http://example2.com")]).await;
    assert_eq!(plain.header("access-control-allow-origin"), Some("http://example2.com"));
    assert_eq!(
        preflight("http://elsewhere.com").await.header("access-control-allow-methods"),
        None
    );
    let other = ask("GET", &url, &[("origin", "http://elsewhere.com")]).await;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (200, None));
    assert_eq!(ask("GET", &url, &[]).await.header("access-control-allow-origin"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_waited_for_as_long_as_is_said() {
    let ground = Ground::new().await;
    let setup = ground.setup.clone().variable("PGRST_DB_POOL", "1");
    let setup = setup.variable("PGRST_DB_POOL_ACQUISITION_TIMEOUT", "1");
    let program = setup.variable("PGRST_LOG_LEVEL", "error").start();
    assert_eq!(get(&program, "/products?limit=1").await.status, 200);
    let nap = program.url("/rpc/nap?seconds=2");
    let napping = tokio::spawn(async move { ask("GET", &nap, &[]).await.status });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let waited = get(&program, "/products?limit=1").await;
    assert_eq!((waited.status, &waited.json()["code"]), (504, &"PGRST003".into()));
    assert!(napping.await.unwrap() < 300);
    let requests: Vec<Value> =
        program.log().into_iter().filter(|line| line["message"] == "request").collect();
    assert_eq!(requests.len(), 1, "only from 500 on: {requests:?}");
    assert_eq!(requests[0]["status"], 504);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_is_described_in_words_of_the_schema() {
    let ground = Ground::new().await;
    ground
        .sql(
            "create function shop.next_code() returns text language sql stable as $$ select 'a' $$;
             create type shop.temper as enum ('glad', 'sad');
             create table shop.tempers (code text primary key default shop.next_code(),
                                      temper shop.temper default 'glad');
             grant select on shop.tempers to anon",
        )
        .await;
    let program = ground.setup.clone().start();
    let told = get(&program, "/").await.json();
    let columns = &told["definitions"]["tempers"]["properties"];
    assert_eq!(columns["code"]["default"], "shop.next_code()");
    assert_eq!(columns["temper"]["default"], "glad");
    assert!(!told.to_string().contains("\\u0001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_describes_what_may_be_used() {
    let ground = Ground::new().await;
    let program = ground.setup.clone().variable("PGRST_OPENAPI_SECURITY_ACTIVE", "true").start();
    let told = get(&program, "/").await;
    assert_eq!(told.header("content-type"), Some("application/openapi+json; charset=utf-8"));
    let told = told.json();
    assert_eq!((&told["swagger"], &told["basePath"]), (&json!("2.0"), &json!("/")));
    assert_eq!(told["security"], json!([{ "JWT": [] }]));
    let post = &told["paths"]["/products"]["post"]["parameters"];
    assert!(post.as_array().unwrap().contains(&json!({ "$ref": "#/parameters/body.products" })));
    let id = &told["definitions"]["products"]["properties"]["id"];
    assert_eq!((&id["format"], &id["type"]), (&json!("int64"), &json!("integer")));
    assert!(id["description"].as_str().unwrap().contains("This is a Primary Key.<pk/>"), "{id}");
    assert_resolves(&told, &told);
    drop(program);

    let setup = ground.setup.clone().variable("PGRST_OPENAPI_MODE", "ignore-privileges");
    let uri = "https://api.example.com:8443/base";
    let program = setup.variable("PGRST_OPENAPI_SERVER_PROXY_URI", uri).start();
    let all = get(&program, "/").await.json();
    let paths = |told: &Value| told["paths"].as_object().unwrap().len();
    assert!(paths(&all) > paths(&told), "what anon may not use is told too");
    assert_eq!(all["host"], "api.example.com:8443");
    assert_eq!((&all["basePath"], &all["schemes"]), (&json!("/base"), &json!(["https"])));
    drop(program);

    let program = ground.setup.clone().variable("PGRST_OPENAPI_MODE", "disabled").start();
    let none = get(&program, "/").await;
    assert_eq!((none.status, &none.json()["code"]), (404, &json!("PGRST126")));
    drop(program);

    ground
        .sql(
            "create function shop.about() returns json language sql stable as $$
              select '{\"swagger\": \"2.0\"}'::json $$",
        )
        .await;
    let program = ground.setup.variable("PGRST_DB_ROOT_SPEC", "about").start();
    assert_eq!(get(&program, "/").await.json(), json!({ "swagger": "2.0" }));
}

/// Every reference leads somewhere.
fn assert_resolves(document: &Value, value: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(path)) = map.get("$ref") {
                let path = path.trim_start_matches('#');
                assert!(document.pointer(path).is_some(), "{path}");
            }
            map.values().for_each(|value| assert_resolves(document, value));
        }
        Value::Array(list) => list.iter().for_each(|value| assert_resolves(document, value)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_without_a_filter_is_refused_where_that_is_set() {
    let ground = Ground::new().await;
    let program = ground.setup.clone().flag("db-filter-required", "true").start();
    let bearer = format!("Bearer {}", crate::rest_replay::tokens::sign("service"));
    let headers = [("authorization", bearer.as_str())];
    let all = ask("DELETE", &program.url("/widgets"), &headers).await;
    assert_eq!((all.status, &all.json()["code"]), (400, &json!("21000")));
    drop(program);
    let program = ground.setup.start();
    assert_eq!(ask("DELETE", &program.url("/widgets"), &headers).await.status, 204);
}
