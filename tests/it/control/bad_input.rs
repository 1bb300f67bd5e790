//! Whatever is sent gets a stable code, and nothing changes.

use serde_json::{Value, json};

use super::Scene;

/// What is sent, and what is answered.
fn table() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let (store, long) = ("/v1/stores/acme", "x".repeat(200));
    vec![
        ("PATCH", store, json!({"name": ""}), "422 invalid_name"),
        ("PATCH", store, json!({"name": long}), "422 invalid_name"),
        ("PATCH", store, json!({"name": "a\u{0}b"}), "422 invalid_name"),
        ("PATCH", store, json!({"slug": "A"}), "422 invalid_slug"),
        ("PATCH", store, json!({"slug": "admin"}), "422 invalid_slug"),
        ("PATCH", store, json!({"slug": "0".repeat(32)}), "422 invalid_slug"),
        ("PATCH", store, json!({"currency": "euro"}), "422 invalid_currency"),
        ("PATCH", store, json!({"locale": "german"}), "422 invalid_locale"),
        ("PATCH", store, json!({"theme": {"primary": "red"}}), "422 invalid_theme"),
        ("PATCH", store, json!({"settings": {"secret": 1}}), "422 invalid_settings"),
        ("PATCH", store, json!({"settings": {"tagline": "\u{0}"}}), "422 invalid_settings"),
        ("PATCH", store, json!({"settings": {"menus": {}}}), "422 invalid_settings"),
        ("PATCH", store, json!({"settings": []}), "400 bad_body"),
        ("PATCH", store, json!({"plan": "enterprise"}), "400 bad_body"),
        ("PATCH", store, json!([]), "400 bad_body"),
        ("PATCH", "/v1/stores/no-such", json!({}), "404 store_not_found"),
        ("GET", "/v1/stores/..%2f", Value::Null, "404 store_not_found"),
        ("GET", "/v1/stores/%ff", Value::Null, "400 bad_path"),
        ("GET", "/v1/stores?limit=many", Value::Null, "400 bad_query"),
        ("GET", "/v1/stores?after=x", Value::Null, "400 bad_query"),
        ("GET", "/v1/audit?before=x", Value::Null, "400 bad_query"),
        ("GET", "/v1/stores?limt=1", Value::Null, "400 bad_query"),
        ("GET", "/v1/stores?limit=1&limit=2", Value::Null, "400 bad_query"),
        ("GET", "/v1/platform/stores?name=x", Value::Null, "400 bad_query"),
        ("DELETE", "/v1/stores/acme?dry_run=true", Value::Null, "400 bad_query"),
        ("POST", "/v1/stores/acme/publish?at=tomorrow", Value::Null, "400 bad_query"),
        ("GET", "/v1/audit?store=A", Value::Null, "404 store_not_found"),
        ("PUT", "/v1/stores", json!({}), "405 method_not_allowed"),
        ("GET", "/v1/nothing", Value::Null, "404 not_found"),
        (
            "POST",
            "/v1/stores/acme/members",
            json!({"email": "a", "role": "staff"}),
            "422 invalid_email",
        ),
        (
            "POST",
            "/v1/stores/acme/members",
            json!({"email": "a\u{0}@b", "role": "staff"}),
            "422 invalid_email",
        ),
        (
            "POST",
            "/v1/stores/acme/members",
            json!({"email": "a@b", "role": "king"}),
            "422 invalid_role",
        ),
        ("POST", "/v1/stores/acme/members", json!({"email": "a@b"}), "400 bad_body"),
        ("PATCH", "/v1/stores/acme/members/x", json!({"role": "staff"}), "404 member_not_found"),
        ("DELETE", "/v1/stores/acme/members/x", Value::Null, "404 member_not_found"),
        ("DELETE", "/v1/stores/acme/invitations/x", Value::Null, "404 invitation_not_found"),
        ("GET", "/v1/invitations/%00", Value::Null, "404 invitation_not_found"),
        ("POST", "/v1/invitations/x/accept", Value::Null, "404 invitation_not_found"),
    ]
}

#[tokio::test]
async fn bad_input_has_a_code_and_changes_nothing() {
    let scene = Scene::new().await;
    let state = "select md5(string_agg(s::text, '')) from shared.stores s";
    let before = scene.one(state).await;
    for (method, path, body, told) in table() {
        let answer = scene.owner(method, path, body.clone()).await;
        assert_eq!(answer.told(), told, "{method} {path} {body}: {}", answer.body);
        assert!(answer.body["request_id"].is_string(), "{method} {path}");
    }
    let token = format!("Bearer {}", scene.owner.token);
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(1_100_000));
    let headers = [("authorization", token)];
    scene.platform.send("PATCH", "/v1/stores/acme", &headers, large).await.is("413 too_large");
    assert_eq!(scene.one(state).await, before);
}

/// Every operation of the document, each segment that it names in turn no text.
fn paths_that_are_no_text(document: &Value) -> Vec<(String, String)> {
    let mut asked = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let names: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        for wrong in &names {
            let filled = names.iter().fold(path.clone(), |path, name| {
                let good = if ["store", "slug"].contains(name) { "acme" } else { "x.svg" };
                path.replace(&format!("{{{name}}}"), if name == wrong { "%ff" } else { good })
            });
            let methods = item.as_object().unwrap().keys();
            asked.extend(methods.map(|method| (method.to_uppercase(), filled.clone())));
        }
    }
    asked
}

#[tokio::test]
async fn a_path_that_is_no_text_is_refused_as_each_door_refuses() {
    let scene = Scene::new().await;
    let document = scene.owner("GET", "/openapi.json", Value::Null).await.is("200");
    let asked = paths_that_are_no_text(&document);
    assert!(asked.len() > 50, "{}", asked.len());
    for (method, path) in asked {
        let answer = scene.owner(&method, &path, json!({})).await;
        let told = match path.as_str() {
            path if path.contains("/realtime/") => "501 realtime_not_offered",
            path if path.contains("/auth/") => "400 validation_failed",
            path if path.contains("/rest/") => "404 PGRST125",
            _ => "400 bad_path",
        };
        assert_eq!(answer.headers["content-type"], "application/json", "{method} {path}");
        match method.as_str() {
            "HEAD" => assert_eq!(answer.status.to_string(), told[..3], "{path}"),
            _ => assert_eq!(answer.told(), told, "{method} {path}: {}", answer.body),
        }
    }
    // What reads the newer shape gets that.
    let headers = [("x-supabase-api-version", "2024-01-01".to_owned())];
    let answer = scene.platform.send("GET", "/s/acme/auth/v1/%ff", &headers, String::new()).await;
    assert_eq!(answer.body["code"], "validation_failed");
    for page in
        ["/assets/%ff", "/mailbox/%ff", "/invitations/%ff", "/s/acme/policies/%ff", "/s/%ff"]
    {
        let answer = scene.platform.ask("GET", page, None, None).await;
        assert_eq!(answer.status, 404, "{page}");
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8", "{page}");
    }
}

#[tokio::test]
async fn stores_are_made_at_a_bounded_rate() {
    let scene = Scene::new().await;
    let body = json!({ "name": "x", "slug": "acme" });
    let mut told = Vec::new();
    for _ in 0..21 {
        told.push(scene.owner("POST", "/v1/stores", body.clone()).await);
    }
    let last = told.pop().unwrap();
    assert!(last.headers.contains_key("retry-after"));
    last.is("429 too_many_requests");
    assert!(told.iter().filter(|answer| answer.told() == "409 slug_taken").count() >= 18);
}
