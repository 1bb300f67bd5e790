//! Every route of the OpenAPI document, asked with every kind of token, against one table. A route
//! without a row fails, and so does a row without a route.

mod callers;
mod table;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support;
use crate::support::client::{Answer, Person};
use crate::support::{Platform, World};
use callers::Caller;
use table::{Door, MEMBERS, NOT_THERE, Row, TABLE};

/// Two stores, `acme` with members in every role and `bold` of somebody else, and operators.
struct Market {
    platform: Platform,
    callers: Vec<Caller>,
    viewer: Person,
    world: World,
}

/// Methods of an address, as the document has them.
fn routes(document: &Value) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    routes
}

impl Market {
    async fn ask(&self, row: &Row<'_>, caller: &Caller) -> Answer {
        let (method, path) = row.ask.split_once(' ').unwrap();
        let path = path.replace("VIEWER", &self.viewer.id.to_string());
        let mut headers = caller.headers.clone();
        let kind = if row.body.starts_with(['{', '[']) { "application/json" } else { "text/csv" };
        headers.push(("content-type", kind.to_owned()));
        self.platform.send(method, &path, &headers, row.body.to_owned()).await
    }
}

#[tokio::test]
async fn every_route_answers_every_kind_of_token_as_the_table_says() {
    let market = callers::market().await;
    let document = market.platform.ask("GET", "/openapi.json", None, None).await.is("200");
    let routes = routes(&document);
    let listed: BTreeSet<String> = TABLE.iter().map(|row| row.route.to_owned()).collect();
    assert_eq!(routes, listed, "a route without a row, or a row without a route");

    let mut wrong = Vec::new();
    let mut asked = 0;
    for row in TABLE {
        for caller in &market.callers {
            let answer = market.ask(row, caller).await;
            let is_head = row.ask.starts_with("HEAD");
            let expected = row.expected(caller.name);
            let expected = if is_head { &expected[..3] } else { expected };
            let told = if is_head { answer.status.to_string() } else { answer.told() };
            asked += 1;
            if told != expected {
                wrong.push(format!("{} as {}: {told}, not {expected}", row.ask, caller.name));
            }
            let body = answer.body.to_string();
            let may_see_bold = ["stranger", "root", "support"].contains(&caller.name);
            let is_broken = answer.status >= 500 && answer.status != 501;
            if is_broken || (!may_see_bold && body.contains("tenant_bold")) {
                wrong.push(format!("{} as {}: {body}", row.ask, caller.name));
            }
        }
    }
    let (routes, callers) = (routes.len(), market.callers.len());
    support::tell(&format!("{routes} routes × {callers} kinds of token = {asked} answers"));
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn somebody_elses_store_is_refused_on_every_route_and_stays_as_it_was() {
    let market = callers::market().await;
    let database = market.world.database.owner().await;
    let state = "select md5(string_agg(s::text, '')) || ' ' || (select string_agg(m::text, '')
                   from shared.members m where m.store_id = s.id)
                   from shared.stores s where s.slug = 'bold' group by s.id";
    let before: String = database.query_one(state, &[]).await.unwrap().get(0);
    let rows = TABLE.iter().filter(|row| row.door == Door::Control && row.ask.contains("acme"));
    for row in rows {
        let ask = row.ask.replace("acme", "bold");
        let theirs = Row { ask: &ask, ..*row };
        let outsiders = ["stranger", "root", "support"];
        for caller in market.callers.iter().filter(|caller| !outsiders.contains(&caller.name)) {
            let answer = market.ask(&theirs, caller).await;
            let told = answer.told();
            let is_member_elsewhere = MEMBERS.split(' ').any(|name| name == caller.name);
            let expected = if is_member_elsewhere { NOT_THERE } else { row.expected(caller.name) };
            assert_eq!(told, expected, "{ask} as {}", caller.name);
        }
    }
    let after: String = database.query_one(state, &[]).await.unwrap().get(0);
    assert_eq!(after, before);
}

#[tokio::test]
async fn the_document_and_its_page_are_whole() {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    let document = platform.ask("GET", "/openapi.json", None, None).await.is("200");
    assert_eq!(document["openapi"].as_str().unwrap().split('.').next(), Some("3"));
    let mut missing = Vec::new();
    check_references(&document, &document, &mut missing);
    assert_eq!(missing, Vec::<String>::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["tags"][0].is_string(), "{method} {path} has no tag");
            for name in path.split(['{', '}']).skip(1).step_by(2) {
                let parameters = operation["parameters"].as_array().unwrap();
                let is_named =
                    parameters.iter().any(|one| one["name"] == name && one["in"] == "path");
                assert!(is_named, "{method} {path} does not say what {name} is");
            }
        }
    }
    let import = &document["paths"]["/v1/stores/{store}/products/import"]["post"];
    let kinds: Vec<&String> =
        import["requestBody"]["content"].as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["multipart/form-data", "text/csv"]);
    assert_eq!(bare(&document), Vec::<String>::new(), "objects whose fields nobody can know");

    let page = platform.ask("GET", "/docs", None, None).await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let page = page.body.as_str().unwrap().to_owned();
    for text in ["/v1/stores/{store}/members", "slug_taken", "<html lang=\"en\"", "PATCH"] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("<script"));
}

/// What is sent or answered as JSON of our own, and not by a schema with a name.
fn bare(document: &Value) -> Vec<String> {
    let mut bare = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if path.contains("/rest/v1/") || path.contains("/auth/v1/") {
            continue;
        }
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap().values();
            for one in answers.chain([&operation["requestBody"]]) {
                let schema = &one["content"]["application/json"]["schema"];
                if !schema.is_null() && schema["$ref"].is_null() {
                    bare.push(format!("{method} {path}: {schema}"));
                }
            }
        }
    }
    bare
}

fn check_references(document: &Value, value: &Value, missing: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str)
                && document.pointer(name.trim_start_matches('#')).is_none()
            {
                missing.push(name.to_owned());
            }
            map.values().for_each(|value| check_references(document, value, missing));
        }
        Value::Array(list) => {
            list.iter().for_each(|value| check_references(document, value, missing));
        }
        _ => {}
    }
}
