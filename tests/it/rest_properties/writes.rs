//! Any write, and any call by POST, is answered or refused.

use proptest::prelude::*;
use serde_json::{Map, Value};
use souk::rest::Request;

use super::{column, encode, operation, select, try_all};

fn table() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "widgets",
        "products",
        "categories",
        "customers",
        "orders",
        "order_items",
        "active_products",
        "paints",
        "odd names",
        "nosuch",
        "rpc/add",
        "rpc/hello",
        "rpc/products_of",
    ])
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(Value::from("2026-01-01")),
        Just(Value::from("{a,b}")),
        Just(Value::from("[1,5)")),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,3}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn row() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        column().prop_map(|name| name.split("->").next().unwrap_or_default().to_owned()),
        Just("a".to_owned()),
        Just("cat".to_owned()),
        "\\PC{0,8}",
    ];
    prop::collection::vec((name, value()), 0..5)
        .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>()))
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => row().prop_map(|row| row.to_string()),
        4 => prop::collection::vec(row(), 0..4).prop_map(|rows| Value::from(rows).to_string()),
        // Rows with the same keys, which is what a bulk insert is.
        4 => (row(), 1..4_usize).prop_map(|(row, n)| Value::from(vec![row; n]).to_string()),
        1 => value().prop_map(|value| value.to_string()),
        1 => "\\PC{0,40}",
    ]
}

fn parameters() -> impl Strategy<Value = Vec<String>> {
    let names = || prop::collection::vec(column(), 1..4);
    let parameter = prop_oneof![
        (column(), operation()).prop_map(|(column, test)| format!("{column}={}", encode(&test))),
        Just("id=eq.1".to_owned()),
        select().prop_map(|select| format!("select={}", encode(&select))),
        names().prop_map(|names| format!("columns={}", encode(&names.join(",")))),
        names().prop_map(|names| format!("on_conflict={}", encode(&names.join(",")))),
        Just("on_conflict=id".to_owned()),
        column().prop_map(|column| format!("order={}", encode(&column))),
        (-2..5_i32).prop_map(|n| format!("limit={n}")),
    ];
    prop::collection::vec(parameter, 0..4)
}

fn prefer() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "return=representation",
        "return=minimal",
        "return=headers-only",
        "resolution=merge-duplicates",
        "resolution=ignore-duplicates",
        "missing=default",
        "count=exact",
        "count=planned",
        "handling=strict",
        "max-affected=1",
        "timezone=Asia/Tokyo",
        "nonsense",
    ]);
    prop::collection::vec(word, 0..4).prop_map(|words| words.join(", "))
}

fn write() -> impl Strategy<Value = Request> {
    let method = prop::sample::select(vec!["POST", "POST", "PATCH", "PUT", "DELETE"]);
    let accept = prop::sample::select(vec![
        "application/json",
        "application/vnd.pgrst.object+json",
        "application/vnd.pgrst.array+json;nulls=stripped",
        "text/csv",
        "application/vnd.pgrst.plan+json",
        "*/*",
    ]);
    (method, table(), parameters(), prefer(), accept, body()).prop_map(
        |(method, table, parameters, prefer, accept, body)| Request {
            method: method.to_owned(),
            path: format!("/{}", encode(table).replace("%2F", "/")),
            query: parameters.join("&"),
            headers: vec![("prefer".to_owned(), prefer), ("accept".to_owned(), accept.to_owned())],
            body: body.into_bytes().into(),
        },
    )
}

#[test]
fn any_write_is_answered_or_refused() {
    try_all(write());
}
