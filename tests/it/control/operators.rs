//! People of the platform.

use serde_json::{Value, json};

use super::Scene;

#[tokio::test]
async fn operators_find_suspend_and_price_stores() {
    let scene = Scene::new().await;
    let admin = scene.operator("super_admin").await;
    let found = async |query: &str| {
        let path = format!("/v1/platform/stores{query}");
        let body = scene.by(&admin, "GET", &path, Value::Null).await.is("200");
        body["stores"].as_array().unwrap().len()
    };
    scene.platform.open_store(&scene.owner, "bold").await;
    assert_eq!(found("").await, 2);
    assert_eq!(found("?search=ACM").await, 1);
    assert_eq!(found("?search=100%25").await, 0);
    assert_eq!(found("?search=%00").await, 0);
    assert_eq!(found("?status=suspended").await, 0);
    assert_eq!(found("?version=1").await, 0);
    let page = scene.by(&admin, "GET", "/v1/platform/stores?limit=1", Value::Null).await.is("200");
    let next = format!("?limit=1&after={}", page["next"].as_str().unwrap());
    assert_eq!(found(&next).await, 1);

    let store = scene.by(&admin, "POST", "/v1/stores/acme/suspend", Value::Null).await.is("200");
    assert_eq!(store["status"], "suspended");
    scene.by(&admin, "POST", "/v1/stores/acme/suspend", Value::Null).await.is("200");
    assert_eq!(found("?status=suspended").await, 1);
    let plan = json!({ "plan": "enterprise" });
    let store = scene.by(&admin, "PATCH", "/v1/stores/acme/plan", plan).await.is("200");
    assert_eq!(store["plan"], "enterprise");
    let plan = json!({ "plan": "gratis" });
    scene.by(&admin, "PATCH", "/v1/stores/acme/plan", plan).await.is("422 invalid_plan");
    let plan = json!({ "plan": "a\0" });
    scene.by(&admin, "PATCH", "/v1/stores/acme/plan", plan).await.is("422 invalid_plan");
    let store = scene.by(&admin, "POST", "/v1/stores/acme/resume", Value::Null).await.is("200");
    assert_eq!(store["status"], "active");
}

#[tokio::test]
async fn platform_roles_are_given_by_super_admins_and_one_is_left() {
    let scene = Scene::new().await;
    let root = scene.operator("super_admin").await;
    let admin = scene.operator("admin").await;
    let body = json!({ "email": scene.owner.email, "role": "support" });
    let members = "/v1/platform/members";
    scene.by(&admin, "POST", members, body.clone()).await.is("403 forbidden");
    scene.by(&root, "POST", members, body).await.is("201");
    let listed = scene.by(&admin, "GET", members, Value::Null).await.is("200");
    assert_eq!(listed["members"].as_array().unwrap().len(), 3);
    let body = json!({ "email": "nobody@example.com", "role": "support" });
    scene.by(&root, "POST", members, body).await.is("404 user_not_found");
    let body = json!({ "email": root.email, "role": "viewer" });
    scene.by(&root, "POST", members, body).await.is("422 invalid_role");
    let body = json!({ "email": root.email, "role": "support" });
    scene.by(&root, "POST", members, body).await.is("409 last_super_admin");
    let own = format!("{members}/{}", root.id);
    scene.by(&root, "DELETE", &own, Value::Null).await.is("409 last_super_admin");
    let other = format!("{members}/{}", admin.id);
    scene.by(&root, "DELETE", &other, Value::Null).await.is("204");
    scene.by(&root, "DELETE", &other, Value::Null).await.is("404 user_not_found");
    scene.by(&admin, "GET", members, Value::Null).await.is("403 forbidden");
}

#[tokio::test]
async fn owners_read_what_happened_to_their_own_stores() {
    let scene = Scene::new().await;
    let other = scene.platform.sign_up("", "other@example.com").await;
    scene.platform.open_store(&other, "bold").await;
    scene.publish().await;
    let support = scene.operator("support").await;

    let actions = |body: &Value| -> Vec<String> {
        let entries = body["entries"].as_array().unwrap();
        entries.iter().map(|one| one["action"].as_str().unwrap().to_owned()).collect()
    };
    let mine = scene.owner("GET", "/v1/audit", Value::Null).await.is("200");
    assert_eq!(actions(&mine), ["store.published", "store.created"]);
    assert_eq!(mine["entries"][0]["user_id"], json!(scene.owner.id));
    let page = scene.owner("GET", "/v1/audit?limit=1", Value::Null).await.is("200");
    let path = format!("/v1/audit?store=acme&before={}", page["next"].as_str().unwrap());
    let rest = scene.owner("GET", &path, Value::Null).await.is("200");
    assert_eq!(actions(&rest), ["store.created"]);
    scene.owner("GET", "/v1/audit?store=bold", Value::Null).await.is("404 store_not_found");
    let admin = scene.member("admin").await;
    scene.by(&admin, "GET", "/v1/audit?store=acme", Value::Null).await.is("403 forbidden");
    let none = scene.by(&admin, "GET", "/v1/audit", Value::Null).await.is("200");
    assert_eq!(actions(&none), [""; 0]);
    let all = scene.by(&support, "GET", "/v1/audit", Value::Null).await.is("200");
    assert!(actions(&all).len() >= 5, "{all}");
    let one = scene.by(&support, "GET", "/v1/audit?store=bold", Value::Null).await.is("200");
    assert_eq!(actions(&one), ["store.created"]);
}
