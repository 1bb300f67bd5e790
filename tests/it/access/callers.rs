//! Everybody who asks: keys, people in every role, and tokens that are none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use souk::stores::Actor;
use uuid::Uuid;

use super::Market;
use crate::support::client::Person;
use crate::support::{Platform, World};

/// A kind of token, and what is sent of it.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) name: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
}

pub(super) async fn market() -> Market {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    let owner = platform.sign_up("", "owner@example.com").await;
    let stranger = platform.sign_up("", "stranger@example.com").await;
    for slug in ["acme", "doomed"] {
        platform.open_store(&owner, slug).await;
    }
    platform.open_store(&stranger, "bold").await;
    let plan = "update shared.stores set plan = 'professional', published_at = now()";
    world.database.owner().await.execute(plan, &[]).await.unwrap();
    let mut people = Vec::new();
    for role in ["admin", "manager", "staff", "viewer"] {
        let person = platform.sign_up("", &format!("{role}@example.com")).await;
        for slug in ["acme", "doomed"] {
            let body = json!({ "email": person.email, "role": role });
            let path = format!("/v1/stores/{slug}/members");
            platform.ask("POST", &path, Some(&owner.token), Some(body)).await.is("201");
        }
        people.push((role, person));
    }
    for (name, role) in [("root", "super_admin"), ("support", "support")] {
        people.push((name, operator(&platform, role).await));
    }
    let viewer = people[3].1.clone();
    people.push(("stranger", stranger));
    people.push(("shopper", platform.sign_up("/s/acme", "shopper@example.com").await));
    people.push(("other-shopper", platform.sign_up("/s/bold", "other@example.com").await));
    let mut callers = keys(&platform);
    let with_token = |name, token: &str| Caller {
        name,
        headers: vec![
            ("apikey", platform.publishable().to_owned()),
            ("authorization", format!("Bearer {token}")),
        ],
    };
    callers.extend(bad_tokens(&platform, &owner).await.iter().map(|(name, t)| with_token(name, t)));
    callers.extend(people.iter().map(|(name, person)| with_token(name, &person.token)));
    // Last: what only an owner may do is done once.
    callers.push(with_token("owner", &owner.token));
    Market { platform, callers, viewer, world }
}

async fn operator(platform: &Platform, role: &str) -> Person {
    let email = format!("{role}@souk.example");
    let person = platform.sign_up("", &email).await;
    platform
        .app
        .cluster
        .shared_tx(None, async |tx| {
            souk::stores::platform::grant(tx, &email, role, &Actor::cli()).await
        })
        .await
        .unwrap();
    person
}

fn keys(platform: &Platform) -> Vec<Caller> {
    let key = |name, key: &str| Caller { name, headers: vec![("apikey", key.to_owned())] };
    let secret = platform.secret();
    let bearer = ("authorization", format!("Bearer {secret}"));
    vec![
        Caller { name: "none", headers: Vec::new() },
        key("publishable", platform.publishable()),
        Caller { name: "secret", headers: vec![("apikey", secret.to_owned()), bearer] },
    ]
}

/// Tokens of the owner's that must open nothing.
async fn bad_tokens(platform: &Platform, owner: &Person) -> Vec<(&'static str, String)> {
    let claims = platform.app.verify(&owner.token).await.unwrap();
    let good: Value = serde_json::from_str(claims.text()).unwrap();
    let changed = |key: &str, value: Value| {
        let mut claims = good.clone();
        claims[key] = value;
        claims
    };
    let hs256 = json!({ "alg": "HS256", "typ": "JWT" });
    let sign = |header: &Value, claims: &Value| signed(header, claims, platform.jwt_secret());
    let mut forged = owner.token.clone();
    forged.truncate(forged.len() - 4);
    forged.push_str("AAAA");
    let unsigned = sign(&json!({ "alg": "none", "typ": "JWT" }), &good);
    let unsigned = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
    vec![
        ("expired", sign(&hs256, &changed("exp", json!(platform.app.clock.epoch() - 60)))),
        ("forged", forged),
        ("other-secret", signed(&hs256, &good, "another secret that is long enough for it")),
        ("alg-none", unsigned),
        ("alg-confused", sign(&json!({ "alg": "RS256", "typ": "JWT" }), &good)),
        ("other-audience", sign(&hs256, &changed("aud", json!("somebody else")))),
        ("unknown-session", sign(&hs256, &changed("session_id", json!(Uuid::new_v4())))),
        ("no-session", sign(&hs256, &changed("session_id", Value::Null))),
        ("others-session", sign(&hs256, &changed("sub", json!(Uuid::new_v4())))),
        ("service", sign(&hs256, &changed("role", json!("service_role")))),
    ]
}

fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
