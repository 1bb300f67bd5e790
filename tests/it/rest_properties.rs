//! What must hold for any request to the REST plane: Postgres accepts the statement, or the caller
//! is told what is wrong; never a 5xx, and never SQL that the caller wrote.

use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{Config as RunnerConfig, TestRunner};
use souk::rest::standalone::settings::Given;
use souk::rest::standalone::{Source, Standalone};
use souk::rest::{Request, Response};

use crate::support::rest::RestDatabase;

/// Cases of a run; `SOUK_CASES` asks for more.
const CASES: u32 = 400;

/// What is tried wherever text enters.
const NASTY: &[&str] = &[
    "'",
    "\"",
    "\\",
    "';select 1;--",
    "\";select 1;--",
    "\"\"",
    "$1",
    "$$",
    "$tag$",
    "/*",
    "*/",
    "--",
    "); drop table shop.widgets; --",
    "' or '1'='1",
    "\\'; drop table shop.widgets; --",
    "\u{0}",
    "a\u{0}b",
    "\u{feff}",
    "\u{202e}",
    "😀",
    "%",
    "_",
    "*",
    "{}",
    "{\"a\":1}",
    "[1,2)",
    "(1,2)",
    "null",
    "NULL",
    "true",
    "pg_sleep(1)",
    "regclass",
    "pg_catalog.pg_class",
    "..",
    "->",
    "->>",
    "::",
    ":",
    "!",
    "!inner",
    "()",
    "(",
    ")",
    ",",
    ".",
    "e'\\047'",
    "U&\"d\\0061t\"",
    "1e999",
    "-1",
    "9223372036854775808",
    "NaN",
    "infinity",
    "\n",
    "\t",
    "\r\n",
    " ",
];

async fn plane() -> (RestDatabase, Standalone) {
    let database = crate::support::rest_database().await;
    let given = Given::from([
        ("db-uri", database.uri.as_str()),
        ("db-schemas", "shop,other"),
        ("db-extra-search-path", "private"),
        ("db-anon-role", "service_role"),
        ("db-aggregates-enabled", "true"),
        ("db-tx-end", "rollback"),
        ("db-pool", "2"),
    ]);
    let plane = Standalone::open(Source::fixed(given)).unwrap();
    (database, plane)
}

fn get(path: &str, query: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        ..Request::default()
    }
}

/// Percent-encodes all of a text.
fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Why an answer must not be, if it must not.
fn fault(response: &Response) -> Option<String> {
    let body = String::from_utf8_lossy(&response.body);
    let is_told = response.status < 500
        // Postgres' own limits, which PostgREST answers with 500 too.
        || ["54001", "54011", "54023", "55000"].iter().any(|code| body.contains(code));
    let is_ours = !body.contains("syntax error at or near") && !body.contains("unterminated");
    (!is_told || !is_ours).then(|| format!("{} {body:.300}", response.status))
}

#[test]
fn any_query_is_answered_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_database, plane) = runtime.block_on(plane());
    let cases = std::env::var("SOUK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(RunnerConfig {
        cases,
        failure_persistence: None,
        ..RunnerConfig::default()
    });
    let result = runner.run(&(relation(), query()), |(relation, query)| {
        let request = get(&format!("/{relation}"), &query);
        let response = runtime.block_on(plane.answer(&request, 0));
        prop_assert!(fault(&response).is_none(), "{query}: {:?}", fault(&response));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn relation() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "products",
        "categories",
        "customers",
        "orders",
        "order_items",
        "active_products",
        "paints",
        "odd names",
        "moods",
        "rpc/products_of",
        "rpc/top_customers",
        "rpc/add",
    ])
}

fn column() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "id",
        "name",
        "price",
        "labels",
        "attrs",
        "qty_range",
        "status",
        "words",
        "created_at",
        "category_id",
        "label",
        "active",
        "uid",
        "dims",
        "the id",
        "color",
        "nosuch",
        "count",
    ]);
    let path = prop::sample::select(vec!["", "", "", "->a", "->>a", "->0", "->-1->>b"]);
    (known, path).prop_map(|(name, path)| format!("{name}{path}"))
}

fn operation() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec![
        "eq",
        "neq",
        "gt",
        "gte",
        "lt",
        "lte",
        "like",
        "ilike",
        "match",
        "imatch",
        "is",
        "in",
        "cs",
        "cd",
        "ov",
        "sl",
        "sr",
        "nxl",
        "nxr",
        "adj",
        "isdistinct",
        "fts",
        "plfts(english)",
        "eq(any)",
        "like(all)",
        "nosuch",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "null",
        "true",
        "(1,2)",
        "{1,2}",
        "a",
        "*a*",
        "[1,5)",
        "{\"a\":1}",
        "\"x,y\"",
        "",
        "2026-01-01",
        "(\"a\",b)",
    ]);
    let not = prop::sample::select(vec!["", "", "not."]);
    (not, operator, value).prop_map(|(not, operator, value)| format!("{not}{operator}.{value}"))
}

fn logic() -> impl Strategy<Value = String> {
    let leaf = (column(), operation()).prop_map(|(column, test)| format!("{column}.{test}"));
    leaf.prop_recursive(3, 12, 3, |inner| {
        let word = prop::sample::select(vec!["and", "or", "not.and", "not.or"]);
        (word, prop::collection::vec(inner, 1..4))
            .prop_map(|(word, members)| format!("{word}({})", members.join(",")))
    })
}

fn select() -> impl Strategy<Value = String> {
    let alias = prop::sample::select(vec!["", "", "x:"]);
    let cast = prop::sample::select(vec!["", "", "::text", "::int", "::nosuch", "::regclass"]);
    let aggregate = prop::sample::select(vec!["", "", "", ".count()", ".max()", ".sum()"]);
    let item = prop_oneof![
        Just("*".to_owned()),
        Just("count()".to_owned()),
        (alias.clone(), column(), cast, aggregate).prop_map(
            |(alias, column, cast, aggregate)| format!("{alias}{column}{cast}{aggregate}")
        ),
    ];
    item.prop_recursive(3, 16, 4, move |inner| {
        let target = prop::sample::select(vec![
            "categories",
            "products",
            "variants",
            "images",
            "tags",
            "orders",
            "customers",
            "order_items",
            "siblings",
            "cheapest_variant",
            "nosuch",
            "...categories",
            "...variants",
            "x:products!inner",
            "category_id",
            "orders!customer_id",
        ]);
        (target, prop::collection::vec(inner, 0..4))
            .prop_map(|(target, items)| format!("{target}({})", items.join(",")))
    })
}

fn query() -> impl Strategy<Value = String> {
    let embed = prop::sample::select(vec!["", "", "", "categories.", "products.", "orders."]);
    let order = prop::sample::select(vec!["", ".asc", ".desc", ".desc.nullslast", ".up"]);
    let parameter = Union::new([
        (embed.clone(), column(), operation())
            .prop_map(|(embed, column, test)| format!("{embed}{}={}", column, encode(&test)))
            .boxed(),
        logic().prop_map(|tree| format!("and={}", encode(&format!("({tree})")))).boxed(),
        (embed.clone(), column(), order)
            .prop_map(|(embed, column, order)| format!("{embed}order={}{order}", encode(&column)))
            .boxed(),
        (embed, -2..20_i32).prop_map(|(embed, n)| format!("{embed}limit={n}")).boxed(),
        (-2..20_i32).prop_map(|n| format!("offset={n}")).boxed(),
        Just("cat=4".to_owned()).boxed(),
        Just("categories=is.null".to_owned()).boxed(),
    ]);
    (prop::collection::vec(select(), 1..4), prop::collection::vec(parameter, 0..4)).prop_map(
        |(items, parameters)| {
            let select = format!("select={}", encode(&items.join(",")));
            std::iter::once(select).chain(parameters).collect::<Vec<_>>().join("&")
        },
    )
}

#[tokio::test]
async fn text_never_becomes_sql() {
    let (_database, plane) = plane().await;
    let mut faults = Vec::new();
    for nasty in NASTY {
        for request in everywhere(nasty) {
            let response = plane.answer(&request, 0).await;
            if let Some(fault) = fault(&response) {
                faults.push(format!(
                    "{} {}?{}: {fault}",
                    request.method, request.path, request.query
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let left = plane.answer(&get("/widgets", "select=id"), 0).await;
    assert_eq!(left.status, 200, "the table that the corpus drops is still there");
}

/// The text in every place where a request can have it.
fn everywhere(text: &str) -> Vec<Request> {
    let coded = encode(text);
    let quoted = encode(&format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    let mut requests: Vec<Request> = [
        format!("select={coded}"),
        format!("select={quoted}"),
        format!("select={quoted}:id"),
        format!("select=id::{coded}"),
        format!("select=attrs->{quoted}"),
        format!("select=attrs->>{coded}"),
        format!("select={quoted}(id)"),
        format!("select=categories!{quoted}(id)"),
        format!("select={quoted}:categories(id)&{quoted}.order=id"),
        format!("select=categories({quoted}:id)"),
        format!("{quoted}=eq.1"),
        format!("{coded}=eq.1"),
        format!("attrs->>{quoted}=eq.1"),
        format!("name=eq.{coded}"),
        format!("name=like(any).{coded}"),
        format!("name=in.({coded})"),
        format!("name=in.({quoted})"),
        format!("id=is.{coded}"),
        format!("words=fts({coded}).x"),
        format!("words=wfts.{coded}"),
        format!("or=(name.eq.{coded})"),
        format!("or=(name.eq.{quoted},{quoted}.is.null)"),
        format!("order={coded}"),
        format!("order={quoted}.desc"),
        format!("order=attrs->{quoted}"),
        format!("limit={coded}&offset={coded}"),
        format!("{coded}={coded}"),
    ]
    .into_iter()
    .map(|query| get("/products", &query))
    .collect();
    requests.push(get(&format!("/{coded}"), ""));
    requests.push(get(&format!("/rpc/{coded}"), ""));
    requests.push(get("/rpc/hello", &format!("name={coded}")));
    requests.push(get("/rpc/hello", &format!("{coded}=x")));
    for (name, value) in [
        ("accept-profile", text),
        ("accept", text),
        ("prefer", text),
        ("range", text),
        ("cookie", text),
        ("x-probe", text),
        ("authorization", text),
    ] {
        let headers = vec![(name.to_owned(), value.replace(['\0', '\r', '\n'], "?"))];
        requests.push(Request { headers, ..get("/products", "limit=1") });
    }
    let zone = vec![("prefer".to_owned(), format!("timezone={}", text.replace('\0', "?")))];
    requests.push(Request { headers: zone, ..get("/products", "limit=1") });
    requests.extend(bodies(text, &quoted));
    requests
}

/// The text in bodies and in what is said of them.
fn bodies(text: &str, quoted: &str) -> Vec<Request> {
    let json = serde_json::json!({ "name": text, "note": text }).to_string();
    let keys = serde_json::json!({ text: 1 }).to_string();
    let write = |method: &str, query: String, body: &str| Request {
        method: method.to_owned(),
        path: "/widgets".to_owned(),
        query,
        headers: vec![("prefer".to_owned(), "return=representation, missing=default".to_owned())],
        body: body.as_bytes().to_vec(),
    };
    let raw = |kind: &str, body: &str| Request {
        method: "POST".to_owned(),
        path: "/widgets".to_owned(),
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.as_bytes().to_vec(),
        ..Request::default()
    };
    vec![
        write("POST", String::new(), &json),
        write("POST", String::new(), &keys),
        write("POST", format!("columns={quoted}"), &json),
        write("POST", format!("on_conflict={quoted}"), &json),
        write("PATCH", format!("id=eq.{quoted}"), &json),
        write("PATCH", "id=eq.1".to_owned(), &keys),
        write("DELETE", format!("{quoted}=eq.1"), ""),
        write("PUT", format!("id=eq.{quoted}"), &json),
        raw("application/json", text),
        raw("text/csv", &format!("name,{text}\n{text},{text}\n")),
        raw("application/x-www-form-urlencoded", &format!("name={text}&{text}=1")),
    ]
}
