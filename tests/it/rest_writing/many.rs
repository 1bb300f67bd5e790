//! Ten thousand rows in one request, by the program itself.

use std::fmt::Write;
use std::time::Instant;

use serde_json::{Value, json};

use crate::rest_replay::tokens::sign;
use crate::support::program::{Program, Setup};

const ROWS: usize = 10_000;
/// A request is held as text two or three times over, and no more often.
const GROWTH_KB_MAX: u64 = 96 * 1024;

fn peak_kb(program: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn post(
    program: &Program,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> (u16, String) {
    let mut request = reqwest::Client::new().post(program.url(path));
    request = request.bearer_auth(sign("service"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.body(body).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_rows_are_one_request_and_within_bounds() {
    let database = crate::support::rest_database().await;
    let client = database.client().await;
    client
        .batch_execute(
            "create table shop.bulk (id integer primary key, name text not null, price numeric,
                                     tags text[], extra jsonb default '{}');
             grant all on shop.bulk to service_role",
        )
        .await
        .unwrap();
    let uri = crate::rest_program::as_authenticator(&database.uri);
    let program = Setup::default()
        .variable("PGRST_DB_URI", &uri)
        .variable("PGRST_DB_SCHEMAS", "shop")
        .variable("PGRST_JWT_SECRET", crate::rest_program::SECRET)
        .start();
    let row = |n: usize| {
        json!({ "id": n, "name": format!("Product number {n} ü"), "price": n as f64 / 8.0,
                "tags": ["a", "b c"], "extra": { "n": n, "text": "x".repeat(500) } })
    };
    let rows = |from: usize| (from..from + ROWS).map(row).collect::<Vec<Value>>();
    let as_json = ("content-type", "application/json");
    assert_eq!(post(&program, "/bulk", &[as_json], json!([row(0)]).to_string()).await.0, 201);
    let before = peak_kb(&program);

    let body = json!(rows(1)).to_string();
    let (size, begun) = (body.len(), Instant::now());
    assert!(size < 10 << 20, "{size} bytes are within a store's limit too");
    assert_eq!(post(&program, "/bulk", &[as_json], body).await.0, 201);
    println!("json: {ROWS} rows, {size} bytes, {:?}", begun.elapsed());

    let begun = Instant::now();
    let upsert = [as_json, ("prefer", "resolution=merge-duplicates,return=representation")];
    let (status, told) =
        post(&program, "/bulk?select=id", &upsert, json!(rows(5_001)).to_string()).await;
    assert_eq!(status, 201, "{told:.300}");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&told).unwrap().len(), ROWS);
    println!("upsert with answer: {:?}", begun.elapsed());

    let mut csv = "id,name,price,tags\n".to_owned();
    for n in 20_000..20_000 + ROWS {
        writeln!(csv, "{n},\"Product, \"\"number\"\" {n}\",{n}.25,\"{{a,b}}\"").unwrap();
    }
    let begun = Instant::now();
    assert_eq!(post(&program, "/bulk", &[("content-type", "text/csv")], csv).await.0, 201);
    println!("csv: {:?}", begun.elapsed());

    let mut bad = rows(40_000);
    bad[ROWS - 1]["name"] = Value::Null;
    let (status, told) = post(&program, "/bulk", &[as_json], json!(bad).to_string()).await;
    assert_eq!(status, 400, "{told:.300}");
    let count: i64 = client.query_one("select count(*) from shop.bulk", &[]).await.unwrap().get(0);
    assert_eq!(count, 1 + 15_000 + 10_000);

    let growth = peak_kb(&program) - before;
    println!("memory: {before} kB before, {growth} kB more at the peak");
    assert!(growth < GROWTH_KB_MAX, "{growth} kB");

    let large = format!("[{}1]", " ".repeat(17 << 20));
    let (status, told) = post(&program, "/bulk", &[as_json], large).await;
    assert_eq!((status, told.contains("over 16 MB")), (413, true), "{told:.200}");
}
