//! The injection corpus: text that would be SQL, in every place where text enters. It is refused, or
//! it is a value or a name, and it is never run.

use futures_util::{StreamExt, stream};
use serde_json::json;
use souk::rest::Request;
use souk::supabase::token::KeyRing;

use super::{SECRET, encode, fault, get, plane};

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

#[tokio::test]
async fn text_never_becomes_sql() {
    let (_database, plane) = plane().await;
    let requests = NASTY.iter().flat_map(|nasty| everywhere(nasty));
    let asked = stream::iter(requests).map(async |request| {
        let fault = fault(&plane.answer(&request, 0).await)?;
        Some(format!("{} {}?{}: {fault}", request.method, request.path, request.query))
    });
    // As many as the plane has connections, so that none waits.
    let faults: Vec<String> =
        asked.buffer_unordered(2).filter_map(std::future::ready).collect().await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let left = plane.answer(&get("/widgets", "select=id"), 0).await;
    assert_eq!(left.status, 200, "the table that the corpus drops is still there");
}

/// Queries with the text in them: as it is, and as a quoted name.
const QUERIES: &[&str] = &[
    "select=<text>",
    "select=<name>",
    "select=<name>:id",
    "select=id::<text>",
    "select=attrs-><name>",
    "select=attrs->><text>",
    "select=<name>(id)",
    "select=categories!<name>(id)",
    "select=<name>:categories(id)&<name>.order=id",
    "select=categories(<name>:id)",
    "<name>=eq.1",
    "<text>=eq.1",
    "attrs->><name>=eq.1",
    "name=eq.<text>",
    "name=like(any).<text>",
    "name=in.(<text>)",
    "name=in.(<name>)",
    "id=is.<text>",
    "words=fts(<text>).x",
    "words=wfts.<text>",
    "or=(name.eq.<text>)",
    "or=(name.eq.<name>,<name>.is.null)",
    "order=<text>",
    "order=<name>.desc",
    "order=attrs-><name>",
    "limit=<text>&offset=<text>",
    "<text>=<text>",
    "select=id.<text>()",
    "select=id.sum()::<text>",
    "select=...<name>(id)",
    "select=categories!<text>!inner(id)",
    "select=id,categories(<text>)&categories.<name>=eq.1",
    "select=id,categories(id)&categories.limit=<text>&categories.offset=<text>",
    "select=id,categories(id)&categories.or=(<name>.eq.<name>)",
    "select=id,categories(id)&order=categories(<name>).desc",
    "<name>.<name>.limit=1",
    "name=<text>",
    "name=<text>.x",
    "name=not.<text>.x",
    "name=eq(<text>).x",
    "name=eq.x.<text>",
    "labels=cs.{<text>}",
    "labels=ov.<text>",
    "attrs=cs.<text>",
    "qty_range=sl.<text>",
    "qty_range=adj.<text>",
    "id=isdistinct.<text>",
    "name=imatch.<text>",
    "words=phfts(english).<text>",
    "and=(<text>)",
    "not.or=(name.not.like.<name>,id.in.(<text>))",
    "or=(attrs->><name>.eq.<name>)",
    "order=id.<text>",
    "order=id.desc.<text>",
];

/// The text in every place where a request can have it.
fn everywhere(text: &str) -> Vec<Request> {
    let coded = encode(text);
    let quoted = encode(&format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    let mut requests: Vec<Request> = QUERIES
        .iter()
        .map(|query| query.replace("<text>", &coded).replace("<name>", &quoted))
        .map(|query| get("/products", &query))
        .collect();
    requests.push(get(&format!("/{coded}"), ""));
    requests.push(get(&format!("/rpc/{coded}"), ""));
    requests.push(get("/rpc/hello", &format!("name={coded}")));
    requests.push(get("/rpc/hello", &format!("{coded}=x")));
    requests.push(get(&format!("/products/{coded}"), ""));
    requests.push(get("/rpc/add", &format!("a={coded}&b={coded}")));
    requests.push(get("/rpc/products_of", &format!("cat={coded}&name=eq.{coded}")));
    requests.push(get("/rpc/products_of", &format!("cat=4&select={quoted}&order={quoted}")));
    requests.extend(headers(text));
    requests.extend(tokens(text));
    requests.extend(bodies(text, &quoted));
    requests
}

/// The text in headers.
fn headers(text: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    for (name, value) in [
        ("accept-profile", text),
        ("accept", text),
        ("prefer", text),
        ("range", text),
        ("cookie", text),
        ("x-probe", text),
        ("authorization", text),
        ("apikey", text),
        ("range-unit", text),
        ("content-type", text),
        ("x-forwarded-for", text),
        ("origin", text),
        ("access-control-request-method", text),
    ] {
        let headers = vec![(name.to_owned(), value.replace(['\0', '\r', '\n'], "?"))];
        requests.push(Request { headers, ..get("/products", "limit=1") });
    }
    let zone = vec![("prefer".to_owned(), format!("timezone={}", text.replace('\0', "?")))];
    requests.push(Request { headers: zone, ..get("/products", "limit=1") });
    for prefer in ["count", "max-affected", "resolution", "missing", "tx", "handling", "return"] {
        let value = format!("handling=strict, {prefer}={}", text.replace('\0', "?"));
        let headers = vec![("prefer".to_owned(), value)];
        requests.push(Request { headers, ..get("/products", "limit=1") });
    }
    let plan = format!("application/vnd.pgrst.plan+json; for=\"{text}\"; options=analyze|{text}");
    for accept in [plan, format!("text/csv;{text}, application/{text};q={text}")] {
        let headers = vec![("accept".to_owned(), accept)];
        requests.push(Request { headers, ..get("/products", "limit=1") });
    }
    requests
}

/// The text as what a good token says.
fn tokens(text: &str) -> Vec<Request> {
    let ring = KeyRing::from_secret(&SECRET.to_owned().into(), None);
    let claims = [
        json!({ "role": text }),
        json!({ "role": "service_role", "sub": text, text: text }),
        json!({ "role": "service_role", "app": { "role": [text] } }),
    ];
    claims
        .iter()
        .map(|claims| {
            let token = ring.mint(claims).unwrap();
            let headers = vec![("authorization".to_owned(), format!("Bearer {token}"))];
            Request { headers, ..get("/products", "limit=1") }
        })
        .collect()
}

/// The text in bodies and in what is said of them.
fn bodies(text: &str, quoted: &str) -> Vec<Request> {
    let json = json!({ "name": text, "note": text }).to_string();
    let keys = json!({ text: 1 }).to_string();
    let write = |method: &str, query: String, body: &str| Request {
        method: method.to_owned(),
        path: "/widgets".to_owned(),
        query,
        headers: vec![("prefer".to_owned(), "return=representation, missing=default".to_owned())],
        body: body.as_bytes().to_vec().into(),
    };
    let raw = |kind: &str, body: &str| Request {
        method: "POST".to_owned(),
        path: "/widgets".to_owned(),
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.as_bytes().to_vec().into(),
        ..Request::default()
    };
    let call = |name: &str, kind: &str, body: &str| Request {
        path: format!("/rpc/{name}"),
        ..raw(kind, body)
    };
    let profiled = Request {
        headers: vec![("content-profile".to_owned(), text.replace(['\0', '\r', '\n'], "?"))],
        ..write("POST", String::new(), &json)
    };
    vec![
        profiled,
        call("hello", "application/json", &json),
        call("hello", "application/json", &keys),
        call("hello", "application/json", text),
        call("add", "application/json", &json!({ "a": text, "b": text }).to_string()),
        call("hello", "text/plain", text),
        call("hello", "text/csv", &format!("name\n{text}\n")),
        call("hello", "application/x-www-form-urlencoded", &format!("name={text}")),
        write("POST", format!("select={quoted}&columns=name"), &json),
        write("POST", format!("on_conflict=id&columns={quoted},name"), &json),
        write("PATCH", format!("id=eq.1&select=x:{quoted}"), &json),
        write("DELETE", format!("name=eq.{quoted}&select={quoted}"), ""),
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
