//! `application/vnd.pgrst.plan`: told where it is switched on, refused where it is not.

use serde_json::Value;
use souk::rest::standalone::Standalone;
use souk::rest::{Request, Response};

use crate::support::rest::RestDatabase;

const PLAN: &str = "application/vnd.pgrst.plan";

async fn plane(has_plans: bool) -> (RestDatabase, Standalone) {
    let database = crate::support::rest_database().await;
    let plans = ("db-plan-enabled", if has_plans { "true" } else { "false" });
    let plane = database.plane("service_role", &[("db-schemas", "shop,other"), plans]);
    (database, plane)
}

fn ask(method: &str, path: &str, accept: &str, body: &str) -> Request {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: vec![
            ("accept".to_owned(), accept.to_owned()),
            ("prefer".to_owned(), "return=representation".to_owned()),
        ],
        body: body.as_bytes().to_vec().into(),
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let found = response.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

#[tokio::test]
async fn a_plan_takes_the_place_of_the_answer() {
    let (_database, plane) = plane(true).await;
    let answer = async |request: Request| plane.answer(&request, 0).await;

    let plain = answer(ask("GET", "/countries?order=code", PLAN, "")).await;
    assert_eq!(plain.status, 200, "{}", text(&plain));
    let kind = format!("{PLAN}+text; for=\"application/json\"; charset=utf-8");
    assert_eq!(header(&plain, "content-type"), kind);
    assert_eq!(header(&plain, "content-profile"), "shop");
    assert!(
        text(&plain).contains("(cost=") && !text(&plain).contains("actual"),
        "{}",
        text(&plain)
    );

    // As supabase-js writes it, the last semicolon included.
    let asked = format!(
        "{PLAN}+json; for=\"application/vnd.pgrst.object+json;nulls=stripped\"; \
         options=wal|analyze|nonsense;"
    );
    let told = answer(ask("GET", "/countries?limit=1", &asked, "")).await;
    assert_eq!(
        header(&told, "content-type"),
        format!(
            "{PLAN}+json; for=\"application/vnd.pgrst.object+json;nulls=stripped\"; \
             options=analyze|wal; charset=utf-8"
        )
    );
    let plan: Value = serde_json::from_slice(&told.body).unwrap();
    assert!(plan[0]["Plan"]["Actual Rows"].is_number(), "{plan}");

    let called = answer(ask("POST", "/rpc/add", PLAN, r#"{"a":1,"b":2}"#)).await;
    assert_eq!(called.status, 200, "{}", text(&called));

    let refused = answer(ask("GET", "/countries", &format!("{PLAN}; for=\"text/nothing\""), ""));
    let refused = refused.await;
    assert_eq!(refused.status, 406, "{}", text(&refused));
}

#[tokio::test]
async fn the_plan_of_a_write_writes_nothing() {
    let (_database, plane) = plane(true).await;
    let body = r#"{"code":"XX","name":"Nowhere"}"#;
    let planned = plane.answer(&ask("POST", "/countries", PLAN, body), 0).await;
    assert_eq!(planned.status, 200, "{}", text(&planned));
    assert!(text(&planned).contains("Insert on countries"), "{}", text(&planned));
    let written = ask("GET", "/countries?code=eq.XX", "application/json", "");
    assert_eq!(text(&plane.answer(&written, 0).await), "[]");
    // The control: the same write, done.
    let done = plane.answer(&ask("POST", "/countries", "application/json", body), 0).await;
    assert_eq!(done.status, 201, "{}", text(&done));
}

#[tokio::test]
async fn plans_are_told_to_nobody_unless_switched_on() {
    let (_database, plane) = plane(false).await;
    for (path, method) in [("/countries", "GET"), ("/countries", "POST"), ("/rpc/add", "POST")] {
        let accept = format!("{PLAN}+json; options=analyze");
        let body = r#"{"a":1,"b":2}"#;
        let refused = plane.answer(&ask(method, path, &accept, body), 0).await;
        let said: Value = serde_json::from_slice(&refused.body).unwrap();
        assert_eq!((refused.status, &said["code"]), (406, &Value::from("PGRST107")), "{said}");
        let message = format!(
            "None of these media types are available: {PLAN}+json; for=\"application/json\"; \
             options=analyze"
        );
        assert_eq!(said["message"], message);
        // What else is accepted is taken then.
        let either = format!("{accept}, application/json");
        let answered = plane.answer(&ask("GET", "/countries?limit=1", &either, ""), 0).await;
        assert_eq!(header(&answered, "content-type"), "application/json; charset=utf-8");
    }
}
