//! The mailbox of `souk dev`, and addresses that are confirmed by what comes into it.

use std::time::Duration;

use serde_json::{Value, json};
use souk::cli::services::Addresses;

use crate::support::{Platform, World};

async fn mails(platform: &Platform) -> Vec<Value> {
    let answer = platform.request("GET", "/mailbox.json").send().await.unwrap();
    let box_: Value = answer.json().await.unwrap();
    box_["mails"].as_array().unwrap().clone()
}

async fn auth(platform: &Platform, path: &str, body: Value) -> Value {
    let request = platform.request("POST", path).header("apikey", platform.publishable());
    request.json(&body).send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_confirmation_the_link_in_the_mail_signs_in() {
    let world = World::new().await;
    let platform = Platform::serve_with(&world, Addresses::Confirmed).await;
    let person = json!({ "email": "ada@example.com", "password": "a-good-password-1" });
    let answer = auth(&platform, "/auth/v1/signup", person.clone()).await;
    assert_eq!(answer["access_token"], Value::Null, "{answer}");
    let early = auth(&platform, "/auth/v1/token?grant_type=password", person.clone()).await;
    assert_eq!(early["error_code"], "email_not_confirmed");

    let mail = mails(&platform).await.remove(0);
    assert_eq!((&mail["to"], &mail["kind"]), (&json!("ada@example.com"), &json!("confirmation")));
    let (link, text) = (mail["link"].as_str().unwrap(), mail["text"].as_str().unwrap());
    assert!(text.contains(link) && text.contains(mail["code"].as_str().unwrap()), "{text}");
    let page = format!("/mailbox/{}", mail["id"].as_str().unwrap());
    let page = platform.request("GET", &page).send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("/auth/v1/verify?token&#x3D;") || page.contains("/auth/v1/verify?token="),
        "{page}"
    );

    let path = link.strip_prefix(&platform.app.http.url()).expect("the link leads to Souk");
    let verified = platform.request("GET", path).send().await.unwrap();
    assert_eq!(verified.status(), 303);
    let to = verified.headers()["location"].to_str().unwrap();
    let token = to.split("access_token=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
    let stores = platform.v1(token, "GET", "/v1/stores", json!({})).await;
    assert_eq!(stores.status(), 200);
    let late = auth(&platform, "/auth/v1/token?grant_type=password", person).await;
    assert!(late["access_token"].is_string(), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_confirmation_nobody_waits_for_a_mail() {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    let token = platform.newcomer("ada@example.com").await;
    assert!(!token.is_empty());
    assert_eq!(mails(&platform).await.len(), 0);

    auth(&platform, "/auth/v1/recover", json!({ "email": "ada@example.com" })).await;
    assert_eq!(mails(&platform).await[0]["kind"], "recovery");
    for host in ["evil.example", "acme.localhost"] {
        let request = platform.request("GET", "/mailbox.json").header("host", host);
        assert_eq!(request.send().await.unwrap().status(), 404, "{host}");
    }
    let owner = world.database.owner().await;
    for _ in 0..100 {
        let unsent = "select count(*) from shared.outbox where sent_at is null";
        if owner.query_one(unsent, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the outbox is not emptied");
}
