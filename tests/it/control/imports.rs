//! Files of products over HTTP: what is refused as a whole, what is reported, and how many at once.

use std::convert::Infallible;
use std::time::Duration;

use serde_json::{Value, json};
use souk::commerce::import::Gate;
use souk::config::limits::Limits;
use souk::config::proxies::Proxies;
use tokio::sync::mpsc;

use super::Scene;
use crate::support::client::{Answer, Person};
use crate::support::{Platform, World};

const IMPORT: &str = "/v1/stores/acme/products/import";
const HEAD: &str = "Handle,Title,Variant Price\n";

async fn send(scene: &Scene, kind: &str, query: &str, file: Vec<u8>) -> Answer {
    let request = scene.platform.request("POST", &format!("{IMPORT}{query}"));
    let request = request.bearer_auth(&scene.owner.token).header("content-type", kind);
    Answer::of(request.body(file).send().await.unwrap()).await
}

#[tokio::test]
async fn a_bad_file_has_a_code_and_changes_nothing() {
    let scene = Scene::new().await;
    let state = "select (select count(*) from tenant_acme.products) || ' '
                        || (select count(*) from shared.audit_log)";
    let good = send(&scene, "text/csv", "", format!("{HEAD}a,A,1\n").into()).await.is("200");
    assert_eq!(good["created"], 1, "{good}");
    let before = scene.one(state).await;
    let rows = |row: &str, times: usize| format!("{HEAD}{}", row.repeat(times)).into_bytes();
    for (what, file, told) in [
        ("nothing", Vec::new(), "422 csv_empty"),
        ("a header alone", HEAD.into(), "422 csv_empty"),
        ("Latin-1", [HEAD.as_bytes(), b"a,caf\xe9,1\n"].concat(), "422 csv_encoding"),
        ("UTF-16", b"\xff\xfeH\0a\0n\0".to_vec(), "422 csv_encoding"),
        ("an open quote", rows("b,\"B,1\n", 1), "422 csv_quotes"),
        ("text behind a quote", rows("b,\"B\"x,1\n", 1), "422 csv_quotes"),
        ("no handle", b"Title,Variant Price\nB,1\n".to_vec(), "422 csv_header"),
        ("semicolons", b"Handle;Title;Variant Price\nb;B;1\n".to_vec(), "422 csv_header"),
        (
            "a column twice",
            b"Handle,Title,Variant Price,Title\nb,B,1,B\n".to_vec(),
            "422 csv_header",
        ),
        ("many columns", ",".repeat(600).into_bytes(), "422 csv_columns"),
        ("many rows", rows("b,B,1\n", 50_001), "413 csv_rows"),
        ("many bytes", rows(&"x".repeat(1024), 21 * 1024), "413 too_large"),
        ("JSON", b"{\"products\": []}".to_vec(), "422 csv_header"),
        ("zeros", vec![0; 1000], "422 csv_encoding"),
    ] {
        let answer = send(&scene, "text/csv", "", file).await;
        assert_eq!(answer.told(), told, "{what}: {}", answer.body);
    }
    for (kind, body, told) in [
        ("multipart/form-data", "x", "400 bad_body"),
        ("multipart/form-data; boundary=b", "--b\r\n\r\n", "400 bad_body"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=\"x\"\r\n\r\ny\r\n--b--\r\n",
            "400 bad_body",
        ),
    ] {
        let answer = send(&scene, kind, "", body.into()).await;
        assert_eq!(answer.told(), told, "{kind}: {}", answer.body);
    }
    let file = format!("{HEAD}c,C,1\nd,D,dear\n");
    let answer = send(&scene, "text/csv", "?all-or-nothing=true", file.into()).await;
    let known = "`all-or-nothing` is no parameter of this address; known: `all_or_nothing`";
    assert_eq!((answer.told(), &answer.body["message"]), ("400 bad_query".into(), &known.into()));
    let answer = send(&scene, "text/csv", "?all_or_nothing=perhaps", HEAD.into()).await;
    answer.is("400 bad_query");
    assert_eq!(scene.one(state).await, before);
}

#[tokio::test]
async fn a_bad_product_is_told_by_row_and_column_and_loses_no_other() {
    let scene = Scene::new().await;
    let file = "Handle,Title,Variant Price,Body (HTML),Colour of the box\n\
                cheap,Cheap,-1,,\n\
                dear,Dear,99999999999999999999,,\n\
                odd,Odd,=1+1,,\n\
                twice,One,1,,\n\
                twice,Another,1,,\n\
                =cmd|x,\"=HYPERLINK(\"\"http://x\"\")\",1,,\n\
                fine,Fine,12.50,\"<p onclick=x>Hi<script>alert(1)</script></p>\",red\n";
    let report = send(&scene, "text/csv", "", file.into()).await.is("200");
    let told: Vec<String> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            assert!(!error["message"].as_str().unwrap().is_empty());
            format!("{} {} {}", error["row"], error["column"], error["code"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "2 \"Variant Price\" price_negative",
            "3 \"Variant Price\" price_too_large",
            "4 \"Variant Price\" price_format",
            "6 \"Handle\" handle_repeated",
            "6 \"Option1 Value\" variant_repeated",
        ],
        "{report}"
    );
    assert_eq!(report["ignored"], json!(["Colour of the box"]));
    assert_eq!(report["created"], 2, "{report}");
    let text = "select string_agg(slug || '=' || name || ':' || price_minor || description, ' '
                                  order by name desc)
                  from tenant_acme.products";
    let kept = scene.one(text).await;
    assert_eq!(kept, "fine=Fine:1250<p>Hi</p> cmd-x==HYPERLINK(\"http://x\"):100");
    // A formula comes out as text again.
    let out = scene.owner("GET", "/v1/stores/acme/products/export.csv", Value::Null).await;
    let out = out.body.as_str().unwrap().to_owned();
    assert!(out.contains("'=HYPERLINK") && !out.contains(",\"=HYPERLINK"), "{out}");
    let strict = send(&scene, "text/csv", "?all_or_nothing=true", file.into()).await.is("200");
    assert_eq!((&strict["created"], &strict["updated"]), (&json!(0), &json!(0)));
}

/// An upload that has begun and does not end until the sender is dropped.
async fn slow(
    platform: &Platform,
    owner: &Person,
    slug: &str,
) -> (mpsc::Sender<Result<&'static str, Infallible>>, tokio::task::JoinHandle<Answer>) {
    let (sender, receiver) = mpsc::channel(1);
    sender.send(Ok(HEAD)).await.unwrap();
    let stream = futures_util::stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|chunk: Result<&'static str, Infallible>| (chunk, receiver))
    });
    let request = platform.request("POST", &format!("/v1/stores/{slug}/products/import"));
    let request = request.bearer_auth(&owner.token).header("content-type", "text/csv");
    let request = request.body(reqwest::Body::wrap_stream(stream));
    let task = tokio::spawn(async move { Answer::of(request.send().await.unwrap()).await });
    (sender, task)
}

#[tokio::test]
async fn so_many_files_are_held_at_a_time_and_one_of_each_store() {
    let world = World::new().await;
    let mut limits = Limits::default();
    let gate = Gate::new(1, 1);
    limits.imports = gate.clone();
    let platform = Platform::serve_limited(&world, limits, Proxies::default()).await;
    let owner = platform.sign_up("", "owner@example.com").await;
    for slug in ["one-1", "two-2", "three-3"] {
        platform.open_store(&owner, slug).await;
    }
    let under_way = async |count: usize| {
        while gate.under_way() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let told = async |slug: &str| {
        let request = platform.request("POST", &format!("/v1/stores/{slug}/products/import"));
        let request = request.bearer_auth(&owner.token).header("content-type", "text/csv");
        Answer::of(request.body(format!("{HEAD}a,A,1\n")).send().await.unwrap()).await
    };
    let (first, first_answer) = slow(&platform, &owner, "one-1").await;
    under_way(1).await;
    told("one-1").await.is("409 import_running");
    let (second, second_answer) = slow(&platform, &owner, "two-2").await;
    under_way(2).await;
    let third = told("three-3").await;
    assert_eq!(third.headers["retry-after"], "5");
    third.is("503 overloaded");
    for sender in [&first, &second] {
        sender.send(Ok("b,B,1\n")).await.unwrap();
    }
    drop(first);
    assert_eq!(first_answer.await.unwrap().is("200")["errors"], json!([]));
    drop(second);
    assert_eq!(second_answer.await.unwrap().is("200")["created"], 1);
    told("three-3").await.is("200");
}

#[tokio::test]
async fn a_keyword_comes_back_from_an_export_as_it_was() {
    let scene = Scene::new().await;
    let products = "/s/acme/rest/v1/products";
    let product = |keywords: Value| json!({ "name": "Hat", "slug": "hat", "keywords": keywords });
    for bad in [json!(["red, blue"]), json!([" red"]), json!(["red", "blue\t"])] {
        let refused = scene.owner("POST", products, product(bad.clone())).await;
        let told = refused.body["message"].as_str().unwrap_or_default().to_owned();
        assert!(told.contains("products_keywords_file_check"), "{bad}: {told}");
        refused.is("400 23514");
    }
    let keywords = json!(["red blue", "50% off", "\"quoted\"", "Grün"]);
    scene.owner("POST", products, product(keywords.clone())).await.is("201");
    let file = scene.owner("GET", "/v1/stores/acme/products/export.csv", Value::Null).await;
    let file = file.body.as_str().unwrap().to_owned();
    scene.one("delete from tenant_acme.products returning slug").await;
    assert_eq!(scene.import(&file).await["created"], 1);
    let text = "select to_jsonb(keywords)::text from tenant_acme.products";
    let back: Value = serde_json::from_str(&scene.one(text).await).unwrap();
    assert_eq!(back, keywords);
}
