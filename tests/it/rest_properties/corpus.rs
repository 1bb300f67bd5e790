//! Text that means something to somebody on the way, in every place where a request can have it.

use souk::rest::Request;

use super::{encode, get};

/// What is tried wherever text enters.
pub(super) const NASTY: &[&str] = &[
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

/// The text in every place where a request can have it.
pub(super) fn everywhere(text: &str) -> Vec<Request> {
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
