//! What bodies are written as, and by whom.

use souk::rest::Response;
use souk::rest::standalone::Standalone;

use super::{ask, plane, text};

const TABLES: &str = r#"
    create table memos (id int primary key, word text);
    insert into memos values (1, 'one'), (2, 'two');
    create domain "text/plain" as text;
    create domain "text/csv" as text;
    create domain "application/json" as json;
    create domain "application/x-bytes" as bytea;
    create domain "*/*" as bytea;
    create function joined(state "text/plain", next anyelement) returns "text/plain" language sql
      immutable as $$ select (state || next::text || ';')::shop."text/plain" $$;
    create aggregate plain (anyelement) (sfunc = joined, stype = "text/plain", initcond = '');
    create function lined(state "text/csv", next memos) returns "text/csv" language sql
      immutable as $$ select (state || next.word || '|')::shop."text/csv" $$;
    create aggregate lines (memos) (sfunc = lined, stype = "text/csv", initcond = '|');
    create function told(state "application/json", next memos) returns "application/json"
      language sql immutable as $$ select '{"told":true}'::json $$;
    create aggregate object (memos) (sfunc = told, stype = "application/json");
    create function packed(state "application/x-bytes", next memos) returns "application/x-bytes"
      language sql immutable as
      $$ select (state || ('\x00ff'::bytea))::shop."application/x-bytes" $$;
    create aggregate bytes (memos) (sfunc = packed, stype = "application/x-bytes", initcond = '\xfe');
    create table blobs (id int primary key);
    insert into blobs values (1);
    create function anything(state "*/*", next blobs) returns "*/*" language sql
      immutable as $$ select 'any'::bytea::shop."*/*" $$;
    create aggregate whatever (blobs) (sfunc = anything, stype = "*/*");
    create function words() returns text language sql stable as $$ select 'hi' $$;
    create function all_words() returns setof text language sql stable as $$ select 'hi' $$;
    create function page() returns "text/plain" language sql stable as
      $$ select 'a page'::shop."text/plain" $$;
    create function sheet() returns "text/csv" language sql stable as
      $$ select 'a,b'::shop."text/csv" $$;
    create function all_memos() returns setof memos language sql stable as
      $$ select * from shop.memos $$;
    create function gave() returns "*/*" language sql stable as
      $$ select 'gave'::bytea::shop."*/*" $$;"#;

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let found = response.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

/// Status, type and body of a GET.
async fn get(plane: &Standalone, path: &str, accept: &str) -> (u16, String, String) {
    let response = ask(plane, "GET", path, &[("accept", accept)]).await;
    (response.status, header(&response, "content-type").to_owned(), text(&response))
}

#[tokio::test]
async fn the_most_special_of_types_that_are_wanted_alike_is_written() {
    let (_database, plane) = plane(TABLES, &[]).await;
    let (json, csv) = ("application/json; charset=utf-8", "text/csv; charset=utf-8");
    let stripped = "application/vnd.pgrst.array+json;nulls=stripped";
    for (accept, expected) in [
        ("*/*, text/csv", csv),
        ("*/*;q=1, text/csv;q=0.9", json),
        ("text/csv, application/json", csv),
        ("image/webp, */*", json),
        ("text/csv ; q=0.1, application/json;q=0.2", json),
        (&format!("application/json, {stripped}"), &format!("{stripped}; charset=utf-8")),
    ] {
        let (status, kind, body) = get(&plane, "/tags?select=id&limit=1", accept).await;
        assert_eq!((status, kind.as_str()), (200, expected), "{accept}: {body}");
    }
    let (status, _, body) = get(&plane, "/tags", "Text/Odd; x=1, image/*;q=0.5").await;
    let told = "None of these media types are available: Text/Odd;x=1, image/*";
    assert!(status == 406 && body.contains(told), "{body}");
}

#[tokio::test]
async fn an_aggregate_writes_what_the_plane_would_else_write() {
    let (_database, plane) = plane(TABLES, &[]).await;
    let written = async |path: &str, accept: &str| get(&plane, path, accept).await;
    let is = |kind: &str, body: &str| (200, kind.to_owned(), body.to_owned());
    let (json, csv) = ("application/json; charset=utf-8", "text/csv; charset=utf-8");
    let plain = "text/plain; charset=utf-8";
    assert_eq!(written("/memos", "text/csv").await, is(csv, "|one|two|"));
    assert_eq!(written("/rpc/all_memos", "text/csv").await, is(csv, "|one|two|"));
    assert_eq!(written("/memos", "application/json").await, is(json, r#"{"told":true}"#));
    // Not what takes all rows of a relation where only some columns are asked for.
    assert_eq!(written("/memos?select=id", "text/csv").await, is(csv, "id\n1\n2"));
    assert_eq!(written("/memos?id=eq.1", "text/plain").await, is(plain, "(1,one);"));
    assert_eq!(written("/memos?id=eq.1&select=word", "text/plain").await, is(plain, "(one);"));
    // Nor is it PostgREST's own types that are written anew.
    let single = "application/vnd.pgrst.object+json";
    let object = is(&format!("{single}; charset=utf-8"), r#"{"id":1,"word":"one"}"#);
    assert_eq!(written("/memos?id=eq.1", single).await, object);

    let packed = ask(&plane, "GET", "/memos", &[("accept", "application/x-bytes")]).await;
    assert_eq!((packed.status, &packed.body[..]), (200, &b"\xfe\x00\xff\x00\xff"[..]));
    for accept in ["*/*", "image/png", "application/json"] {
        let octets = is("application/octet-stream", "any");
        assert_eq!(written("/blobs", accept).await, octets, "{accept}");
    }
    assert_eq!(written("/blobs", single).await.2, r#"{"id":1}"#);
}

#[tokio::test]
async fn a_function_s_own_type_is_its_value() {
    let (_database, plane) = plane(TABLES, &[]).await;
    let written = async |path: &str, accept: &str| get(&plane, path, accept).await;
    let is = |kind: &str, body: &str| (200, kind.to_owned(), body.to_owned());
    let plain = "text/plain; charset=utf-8";
    assert_eq!(written("/rpc/page", "text/plain").await, is(plain, "a page"));
    assert_eq!(written("/rpc/sheet", "text/csv").await, is("text/csv; charset=utf-8", "a,b"));
    assert_eq!(written("/rpc/words", "text/plain").await, is(plain, "hi;"));
    assert_eq!(written("/rpc/all_words", "text/plain").await, is(plain, "(hi);"));
    assert_eq!(written("/rpc/gave", "image/png").await, is("application/octet-stream", "gave"));
    let json = written("/rpc/gave", "application/vnd.pgrst.object+json").await;
    assert_eq!((json.0, json.2.as_str()), (200, r#""\\x67617665""#));
}
