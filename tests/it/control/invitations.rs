//! The page that an invitation's mail leads to, as a browser without scripts uses it.

use serde_json::json;
use souk::cli::services::Addresses;

use super::Scene;
use crate::support::client::{Answer, PASSWORD};
use crate::support::{Platform, World};

const MEMBERS: &str = "/v1/stores/acme/members";

/// Writes to an address; answers the path in the mail's link.
async fn invited(scene: &Scene, email: &str, role: &str) -> String {
    let body = json!({ "email": email, "role": role });
    scene.owner("POST", MEMBERS, body).await.is("202");
    let mail = format!(
        "select body ->> 'link' from shared.outbox where recipient = '{email}'
          order by id desc limit 1"
    );
    let link = scene.one(&mail).await;
    link.strip_prefix(&scene.platform.app.http.url()).unwrap().to_owned()
}

/// Whom the mails in the outbox have a link for, in their text or beside it.
async fn links(scene: &Scene) -> String {
    let text = "select string_agg(recipient, ' ' order by recipient) from shared.outbox
                 where body::text like '%/invitations/%'";
    scene.one(text).await
}

/// A link goes out of its mail when it leads nowhere any more.
#[tokio::test]
async fn a_link_that_is_spent_stands_nowhere() {
    let scene = Scene::new().await;
    let invite = async |email: &str| invited(&scene, email, "staff").await;
    let first = invite("asked@example.com").await;
    invite("gone@example.com").await;
    invite("came@example.com").await;
    assert_eq!(links(&scene).await, "asked@example.com came@example.com gone@example.com");
    let second = invite("asked@example.com").await;
    assert_ne!(first, second);
    assert_eq!(links(&scene).await, "asked@example.com came@example.com gone@example.com");
    let path = "/v1/stores/acme/invitations/gone@example.com";
    scene.owner("DELETE", path, serde_json::Value::Null).await.is("204");
    assert_eq!(links(&scene).await, "asked@example.com came@example.com");
    scene.platform.sign_up("", "came@example.com").await;
    assert_eq!(links(&scene).await, "asked@example.com");
}

async fn opens(scene: &Scene, path: &str) -> Answer {
    scene.platform.send("GET", path, &[("accept", "text/html".to_owned())], String::new()).await
}

async fn sends(platform: &Platform, path: &str, email: &str, password: &str, act: &str) -> Answer {
    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let body = format!("email={}&password={password}&act={act}", email.replace('@', "%40"));
    platform.send("POST", path, &form, body).await
}

/// The text of a page of this status.
#[track_caller]
fn text(answer: &Answer, status: u16) -> &str {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    answer.body.as_str().unwrap()
}

#[tokio::test]
async fn somebody_without_an_account_accepts_on_the_page() {
    let scene = Scene::new().await;
    scene.owner("PATCH", "/v1/stores/acme", json!({ "name": "Acme <b>&" })).await.is("200");
    let path = invited(&scene, "new@example.com", "manager").await;
    let page = opens(&scene, &path).await;
    let page = text(&page, 200);
    for part in ["Acme &lt;b&gt;&amp;", "manager", "new@example.com", "method=\"post\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<script"));

    let accepted = sends(&scene.platform, &path, "new@example.com", PASSWORD, "sign_up").await;
    assert!(text(&accepted, 200).contains("Welcome to Acme"));
    // The page keeps no session, and none that it had is good anywhere.
    assert_eq!(
        scene
            .one(
                "select count(*)::text from auth.sessions s join auth.users u
                           on u.id = s.user_id where u.email = 'new@example.com'"
            )
            .await,
        "0"
    );
    let person = scene.platform.sign_in("", "new@example.com").await;
    let store = scene.by(&person, "GET", "/v1/stores/acme", serde_json::Value::Null).await;
    store.is("200");
    assert!(text(&opens(&scene, &path).await, 404).contains("no longer there"));
    assert_eq!(links(&scene).await, "", "the mail still has its link");
    let again = sends(&scene.platform, &path, "new@example.com", PASSWORD, "sign_in").await;
    assert!(text(&again, 404).contains("no longer there"));
}

#[tokio::test]
async fn what_goes_wrong_is_said_and_the_invitation_stays() {
    let scene = Scene::new().await;
    let path = invited(&scene, "new@example.com", "owner").await;
    let known = scene.platform.sign_up("", "known@example.com").await;
    for (email, password, act, told) in [
        ("known@example.com", "wrong-password", "sign_in", "password is not right"),
        ("known@example.com", PASSWORD, "sign_up", "an account with this address already"),
        ("new@example.com", "x", "sign_up", "Password should be"),
        ("known@example.com", PASSWORD, "dance", "Fill in both fields"),
    ] {
        let answer = sends(&scene.platform, &path, email, password, act).await;
        assert!(text(&answer, 422).contains(told), "{told}: {}", answer.body);
    }
    for slug in ["one-1", "two-2", "three-3"] {
        scene.platform.open_store(&known, slug).await;
    }
    let full = sends(&scene.platform, &path, "known@example.com", PASSWORD, "sign_in").await;
    assert!(text(&full, 403).contains("plan allows 3 stores"), "{}", full.body);
    let secret = path.rsplit('/').next().unwrap();
    let accept = format!("/v1/invitations/{secret}/accept");
    scene.by(&known, "POST", &accept, json!(null)).await.is("403 plan_limit");
    text(&opens(&scene, &path).await, 200);
    for nothing in ["/invitations/abc", "/invitations/%00", "/invitations/%ff"] {
        let answer = opens(&scene, nothing).await;
        assert!([400, 404].contains(&answer.status), "{nothing}: {}", answer.status);
    }
}

#[tokio::test]
async fn an_expired_link_is_said_to_be_one_and_opens_nothing() {
    let scene = Scene::new().await;
    let path = invited(&scene, "new@example.com", "staff").await;
    let soon = "update shared.invitations set expires_at = now() - interval '1 second'
                returning (created_at + interval '14 days' > now())::text";
    scene.one(soon).await;
    assert!(text(&opens(&scene, &path).await, 410).contains("has expired"));
    let json = format!("/v1{path}");
    scene.platform.ask("GET", &json, None, None).await.is("410 invitation_expired");
    let late = sends(&scene.platform, &path, "new@example.com", PASSWORD, "sign_up").await;
    assert!(text(&late, 410).contains("has expired"));
    // Nor does signing in with the address.
    let person = scene.platform.sign_up("", "new@example.com").await;
    let store = scene.by(&person, "GET", "/v1/stores/acme", json!(null)).await;
    store.is("404 store_not_found");
    let accept = format!("{json}/accept");
    scene.by(&person, "POST", &accept, json!(null)).await.is("410 invitation_expired");
    // It takes no place, and to write again makes it good.
    scene.platform.sign_up("", "other@example.com").await;
    let path = {
        let body = json!({ "email": "third@example.com", "role": "staff" });
        scene.owner("POST", MEMBERS, body).await.is("202");
        invited(&scene, "third@example.com", "staff").await
    };
    text(&opens(&scene, &path).await, 200);
}

#[tokio::test]
async fn browsers_are_led_from_the_api_to_the_page_and_programs_are_not() {
    let scene = Scene::new().await;
    let path = invited(&scene, "new@example.com", "staff").await;
    let json = format!("/v1{path}");
    let led = opens(&scene, &json).await;
    assert_eq!((led.status, led.headers["location"].to_str().unwrap()), (303, path.as_str()));
    let offer = scene.platform.ask("GET", &json, None, None).await.is("200");
    assert_eq!(offer["role"], "staff");
    let mail = scene.one("select body ->> 'text' from shared.outbox limit 1").await;
    assert!(mail.contains(&path) && mail.contains("acme"), "{mail}");
}

#[tokio::test]
async fn where_addresses_are_confirmed_the_mail_of_auth_does_the_rest() {
    let world = World::new().await;
    let platform = Platform::serve_with(&world, Addresses::Confirmed).await;
    let store = world.store("acme").await;
    let invite = "insert into shared.invitations (store_id, email, role, token_hash, expires_at)
                  values ($1, 'new@example.com', 'staff', encode(sha256('open'), 'hex'),
                          now() + interval '1 day')";
    world.database.owner().await.execute(invite, &[&store.id.uuid()]).await.unwrap();
    let answer =
        sends(&platform, "/invitations/open", "new@example.com", PASSWORD, "sign_up").await;
    assert!(text(&answer, 202).contains("Look into your mail"));
    let database = world.database.owner().await;
    let link = "select body ->> 'link' from shared.outbox where recipient = 'new@example.com'";
    let link: String = database.query_one(link, &[]).await.unwrap().get(0);
    let path = link.strip_prefix(&platform.app.http.url()).unwrap();
    let confirmed = platform.send("GET", path, &[], String::new()).await;
    assert_eq!(confirmed.status, 303, "{}", confirmed.body);
    let role = "select role from shared.members where role <> 'owner'";
    assert_eq!(database.query_one(role, &[]).await.unwrap().get::<_, String>(0), "staff");
}
