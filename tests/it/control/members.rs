//! Who works in a store.

use serde_json::{Value, json};

use super::Scene;

const MEMBERS: &str = "/v1/stores/acme/members";

#[tokio::test]
async fn whoever_has_an_account_is_a_member_at_once() {
    let scene = Scene::new().await;
    let staff = scene.member("staff").await;

    let listed = scene.owner("GET", MEMBERS, Value::Null).await.is("200");
    let roles: Vec<&str> =
        listed["members"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["owner", "staff"]);
    assert_eq!(listed["members"][1]["email"], "staff@example.com");
    let body = json!({ "email": staff.email, "role": "admin" });
    scene.owner("POST", MEMBERS, body).await.is("409 already_member");

    let one = format!("{MEMBERS}/{}", staff.id);
    scene.owner("PATCH", &one, json!({ "role": "manager" })).await.is("200");
    scene.owner("DELETE", &one, Value::Null).await.is("204");
    scene.owner("DELETE", &one, Value::Null).await.is("404 member_not_found");
    scene.by(&staff, "GET", "/v1/stores/acme", Value::Null).await.is("404 store_not_found");
}

#[tokio::test]
async fn an_invitation_is_accepted_by_the_link_in_its_mail() {
    let scene = Scene::new().await;
    let body = json!({ "email": "New@Example.com", "role": "manager" });
    let invited = scene.owner("POST", MEMBERS, body).await.is("202");
    assert_eq!(invited["email"], "new@example.com");
    let link = "select body ->> 'link' from shared.outbox where recipient = 'new@example.com'";
    let link = scene.one(link).await;
    let path = format!("/v1{}", link.strip_prefix(&scene.platform.app.http.url()).unwrap());
    let secret = path.rsplit('/').next().unwrap();
    let kept = scene.one("select token_hash from shared.invitations").await;
    assert_ne!(kept, secret, "the database holds no secret");

    let offer = scene.platform.ask("GET", &path, None, None).await.is("200");
    assert_eq!((&offer["slug"], &offer["role"]), (&json!("acme"), &json!("manager")));
    let somebody = scene.platform.sign_up("", "another-address@example.com").await;
    let accept = format!("{path}/accept");
    scene.platform.ask("POST", &accept, None, None).await.is("401 unauthorized");
    scene.by(&somebody, "POST", &accept, Value::Null).await.is("200");
    scene.by(&somebody, "GET", "/v1/stores/acme", Value::Null).await.is("200");
    scene.by(&somebody, "POST", &accept, Value::Null).await.is("404 invitation_not_found");
    scene.platform.ask("GET", &path, None, None).await.is("404 invitation_not_found");
}

#[tokio::test]
async fn an_invitation_can_be_taken_back() {
    let scene = Scene::new().await;
    let body = json!({ "email": "new@example.com", "role": "viewer" });
    scene.owner("POST", MEMBERS, body).await.is("202");
    let path = "/v1/stores/acme/invitations/new@example.com";
    scene.owner("DELETE", path, Value::Null).await.is("204");
    scene.owner("DELETE", path, Value::Null).await.is("404 invitation_not_found");
    let new = scene.platform.sign_up("", "new@example.com").await;
    scene.by(&new, "GET", "/v1/stores/acme", Value::Null).await.is("404 store_not_found");
}

#[tokio::test]
async fn the_last_owner_stays_and_only_owners_make_owners() {
    let scene = Scene::new().await;
    let admin = scene.member("admin").await;
    let me = format!("{MEMBERS}/{}", scene.owner.id);
    scene.owner("DELETE", &me, Value::Null).await.is("409 last_owner");
    scene.owner("PATCH", &me, json!({ "role": "admin" })).await.is("409 last_owner");
    let body = json!({ "email": "new@example.com", "role": "owner" });
    scene.by(&admin, "POST", MEMBERS, body).await.is("403 forbidden");
    let own = format!("{MEMBERS}/{}", admin.id);
    scene.by(&admin, "PATCH", &own, json!({ "role": "owner" })).await.is("403 forbidden");
    scene.by(&admin, "PATCH", &me, json!({ "role": "viewer" })).await.is("403 forbidden");
    scene.by(&admin, "DELETE", &me, Value::Null).await.is("403 forbidden");

    scene.owner("PATCH", &own, json!({ "role": "owner" })).await.is("200");
    scene.owner("DELETE", &me, Value::Null).await.is("204");
    scene.by(&admin, "DELETE", &own, Value::Null).await.is("409 last_owner");
}

#[tokio::test]
async fn two_owners_who_leave_at_once_leave_one() {
    let scene = Scene::new().await;
    let other = scene.platform.sign_up("", "second@example.com").await;
    let body = json!({ "email": other.email, "role": "owner" });
    scene.owner("POST", MEMBERS, body).await.is("201");
    let (one, two) = (format!("{MEMBERS}/{}", scene.owner.id), format!("{MEMBERS}/{}", other.id));
    let (first, second) = tokio::join!(
        scene.owner("DELETE", &one, Value::Null),
        scene.by(&other, "DELETE", &two, Value::Null)
    );
    let mut told = [first.told(), second.told()];
    told.sort();
    assert_eq!(told, ["204", "409 last_owner"]);
}

#[tokio::test]
async fn staff_leave_by_themselves_and_manage_nobody() {
    let scene = Scene::new().await;
    let (staff, manager) = (scene.member("staff").await, scene.member("manager").await);
    let body = json!({ "email": "new@example.com", "role": "viewer" });
    scene.by(&manager, "POST", MEMBERS, body).await.is("403 forbidden");
    scene.by(&staff, "GET", MEMBERS, Value::Null).await.is("403 forbidden");
    let one = format!("{MEMBERS}/{}", manager.id);
    scene.by(&staff, "DELETE", &one, Value::Null).await.is("403 forbidden");
    let own = format!("{MEMBERS}/{}", staff.id);
    scene.by(&staff, "DELETE", &own, Value::Null).await.is("204");
}

#[tokio::test]
async fn the_plan_limits_members_and_invitations_together() {
    let scene = Scene::new().await;
    for nth in 0..4 {
        let body = json!({ "email": format!("n{nth}@example.com"), "role": "viewer" });
        scene.owner("POST", MEMBERS, body).await.is("202");
    }
    let body = json!({ "email": "more@example.com", "role": "viewer" });
    scene.owner("POST", MEMBERS, body).await.is("403 plan_limit");
    // To write again is not one more.
    let body = json!({ "email": "n0@example.com", "role": "staff" });
    scene.owner("POST", MEMBERS, body).await.is("202");
}
