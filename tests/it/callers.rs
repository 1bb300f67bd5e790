//! By which address a caller is counted: the connection's, or whom a trusted proxy speaks for.

use serde_json::json;
use souk::config::proxies::{ForwardedHeader, Proxies};

use crate::support::client::{Answer, Person};
use crate::support::{Platform, World};

/// A platform behind a proxy on this machine; `is_trusted` says whether it knows.
async fn behind_a_proxy(is_trusted: bool) -> (World, Platform) {
    let world = World::new().await;
    let trusted = if is_trusted { "127.0.0.0/8, ::1" } else { "" };
    let proxies = Proxies::parse(trusted, ForwardedHeader::default()).unwrap();
    let platform = Platform::serve_behind(&world, proxies).await;
    (world, platform)
}

/// A sign-up that is refused for its password, once it has been counted.
async fn tries_to_sign_up(platform: &Platform, said: &str) -> String {
    let headers = [
        ("apikey", platform.publishable().to_owned()),
        ("content-type", "application/json".to_owned()),
        ("x-forwarded-for", said.to_owned()),
        // Nobody tells the stand-in by which address to count.
        ("x-souk-client-address", said.to_owned()),
    ];
    let body = json!({ "email": "somebody@example.com", "password": "x" }).to_string();
    platform.send("POST", "/auth/v1/signup", &headers, body).await.told()
}

async fn makes_a_store(platform: &Platform, owner: &Person, said: &str) -> Answer {
    let headers = [
        ("authorization", format!("Bearer {}", owner.token)),
        ("content-type", "application/json".to_owned()),
        ("x-forwarded-for", said.to_owned()),
    ];
    let body = json!({ "name": "x", "slug": "acme" }).to_string();
    platform.send("POST", "/v1/stores", &headers, body).await
}

#[tokio::test]
async fn callers_of_a_trusted_proxy_are_counted_one_by_one_whatever_they_write() {
    let (_world, platform) = behind_a_proxy(true).await;
    for turn in 0..30 {
        // A caller who makes an address up for each try.
        let said = format!("198.51.100.{turn}, 203.0.113.7");
        assert_eq!(tries_to_sign_up(&platform, &said).await, "422 weak_password", "{turn}");
    }
    let told = tries_to_sign_up(&platform, "198.51.100.77, 203.0.113.7").await;
    assert_eq!(told, "429 over_request_rate_limit");
    assert_eq!(tries_to_sign_up(&platform, "203.0.113.8").await, "422 weak_password");
    assert_eq!(tries_to_sign_up(&platform, "203.0.113.7, 127.0.0.9").await, told);
}

#[tokio::test]
async fn one_network_of_ipv6_is_one_caller() {
    let (_world, platform) = behind_a_proxy(true).await;
    for turn in 0..30 {
        let said = format!("2001:db8:0:1::{turn}");
        assert_eq!(tries_to_sign_up(&platform, &said).await, "422 weak_password", "{turn}");
    }
    let told = tries_to_sign_up(&platform, "2001:db8:0:1:ffff::1").await;
    assert_eq!(told, "429 over_request_rate_limit");
    assert_eq!(tries_to_sign_up(&platform, "2001:db8:0:2::1").await, "422 weak_password");
}

#[tokio::test]
async fn whoever_nobody_trusts_is_counted_by_the_connection() {
    let (_world, platform) = behind_a_proxy(false).await;
    for turn in 0..30 {
        let said = format!("198.51.100.{turn}");
        assert_eq!(tries_to_sign_up(&platform, &said).await, "422 weak_password", "{turn}");
    }
    let told = tries_to_sign_up(&platform, "198.51.100.99").await;
    assert_eq!(told, "429 over_request_rate_limit");
}

#[tokio::test]
async fn stores_are_made_at_a_bounded_rate_from_one_address_too() {
    let (_world, platform) = behind_a_proxy(true).await;
    let mut owners = Vec::new();
    for name in ["ada", "bob", "cleo", "dan"] {
        owners.push(platform.sign_up("", &format!("{name}@example.com")).await);
    }
    makes_a_store(&platform, &owners[0], "203.0.113.7").await.is("201");
    for turn in 1..60 {
        // Each of them stays within what one person may ask for.
        let owner = &owners[turn % 4];
        let told = makes_a_store(&platform, owner, "203.0.113.7").await;
        told.is("409 slug_taken");
    }
    let refused = makes_a_store(&platform, &owners[3], "203.0.113.7").await;
    assert!(refused.headers.contains_key("retry-after"));
    refused.is("429 too_many_requests");
    makes_a_store(&platform, &owners[3], "203.0.113.8").await.is("409 slug_taken");
}
