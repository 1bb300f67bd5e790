//! Where a session was begun decides where its tokens are good.

use serde_json::json;
use souk::base::id::UserId;
use uuid::Uuid;

use crate::support::{Platform, World};

const PRODUCTS: &str = "/rest/v1/products?select=id";

async fn platform() -> (World, Platform) {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    (world, platform)
}

/// The customers of a store: who, and the address if there is one.
async fn customers(world: &World, slug: &str) -> Vec<(Option<Uuid>, Option<String>)> {
    let text = format!("select user_id, email from tenant_{slug}.customers order by created_at");
    let rows = world.database.owner().await.query(&text, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn a_session_is_good_where_it_was_begun() {
    let (_world, platform) = platform().await;
    let owner = platform.sign_up("", "owner@example.com").await;
    for slug in ["acme", "bold"] {
        platform.open_store(&owner, slug).await;
        let path = format!("/v1/stores/{slug}/publish");
        platform.ask("POST", &path, Some(&owner.token), None).await.is("200");
    }
    let shopper = platform.sign_up("/s/acme", "shopper@example.com").await;
    let acme = format!("/s/acme{PRODUCTS}");
    let bold = format!("/s/bold{PRODUCTS}");
    let get = async |path: &str, token: &str| platform.ask("GET", path, Some(token), None).await;

    get(&acme, &shopper.token).await.is("200");
    get(&bold, &shopper.token).await.is("401 session_elsewhere");
    get("/v1/stores", &shopper.token).await.is("401 session_elsewhere");
    get(&acme, &owner.token).await.is("200");
    get(&bold, &owner.token).await.is("200");

    // Tokens of the same session, had elsewhere, are worth no more.
    let again = platform.refresh("", &shopper).await;
    get("/v1/stores", &again.token).await.is("401 session_elsewhere");
    let again = platform.refresh("/s/bold", &again).await;
    get(&bold, &again.token).await.is("401 session_elsewhere");
    get(&acme, &again.token).await.is("200");
    // A session of one's own on the platform is good everywhere.
    let at_home = platform.sign_in("", "shopper@example.com").await;
    get("/v1/stores", &at_home.token).await.is("200");
    get(&bold, &at_home.token).await.is("200");
}

#[tokio::test]
async fn a_session_that_nobody_recorded_is_good_nowhere() {
    let (_world, platform) = platform().await;
    let owner = platform.sign_up("", "owner@example.com").await;
    platform.open_store(&owner, "acme").await;
    platform.ask("POST", "/v1/stores/acme/publish", Some(&owner.token), None).await.is("200");
    let other = platform.sign_up("", "other@example.com").await;
    let claims = platform.app.verify(&other.token).await.unwrap();
    let session: Uuid = claims.str("session_id").unwrap().parse().unwrap();
    for token in [
        platform.mint(owner.id, Some(Uuid::new_v4()), 60),
        platform.mint(owner.id, None, 60),
        // Somebody else's session.
        platform.mint(owner.id, Some(session), 60),
    ] {
        for path in ["/v1/stores", "/v1/stores/acme", "/s/acme/rest/v1/products"] {
            platform.ask("GET", path, Some(&token), None).await.is("401 session_unknown");
        }
    }
}

#[tokio::test]
async fn a_store_that_is_not_published_is_not_betrayed_by_the_session() {
    let (_world, platform) = platform().await;
    let owner = platform.sign_up("", "owner@example.com").await;
    platform.open_store(&owner, "acme").await;
    platform.open_store(&owner, "bold").await;
    let shopper = platform.sign_up("/s/acme", "shopper@example.com").await;
    for path in ["/s/bold/rest/v1/products", "/s/no-such-store/rest/v1/products"] {
        let body = platform.ask("GET", path, Some(&shopper.token), None).await;
        assert_eq!(body.is("404 store_not_found")["message"], "there is no such store");
    }
}

#[tokio::test]
async fn the_first_sign_in_at_a_store_makes_a_customer() {
    let (world, platform) = platform().await;
    let owner = platform.sign_up("", "owner@example.com").await;
    platform.open_store(&owner, "acme").await;
    platform.open_store(&owner, "bold").await;
    let shopper = platform.sign_up("/s/acme", "Shopper@Example.com").await;
    let row = (Some(shopper.id.uuid()), Some("shopper@example.com".to_owned()));
    assert_eq!(customers(&world, "acme").await, std::slice::from_ref(&row));
    assert_eq!(customers(&world, "bold").await, []);

    // A session of another store makes nobody a customer here; one's own does, once.
    platform.refresh("/s/bold", &shopper).await;
    assert_eq!(customers(&world, "bold").await, []);
    let body = json!({ "email": "shopper@example.com", "password": "another-password-1" });
    let again = platform.ask("POST", "/s/bold/auth/v1/signup", None, Some(body)).await;
    again.is("422 user_already_exists");
    for _ in 0..2 {
        platform.sign_in("/s/bold", "shopper@example.com").await;
    }
    assert_eq!(customers(&world, "bold").await, [row]);
}

#[tokio::test]
async fn a_guest_becomes_the_account_of_the_confirmed_address_and_of_no_other() {
    let (world, platform) = platform().await;
    let owner = platform.sign_up("", "owner@example.com").await;
    platform.open_store(&owner, "acme").await;
    let database = world.database.owner().await;
    let guests = "insert into tenant_acme.customers (email)
                  values ('guest@example.com'), ('early@example.com')";
    database.execute(guests, &[]).await.unwrap();

    let guest = platform.sign_up("/s/acme", "guest@example.com").await;
    // Somebody who has not shown that the address is theirs.
    let early = UserId::new();
    let store = world.cluster.clone();
    let acme = souk::stores::Address::parse("acme").unwrap();
    let acme = store
        .shared_tx(None, async |tx| souk::stores::access::find(tx, &acme).await)
        .await
        .unwrap();
    store
        .store_tx(acme.reference(), "{}", async |tx| {
            souk::commerce::customers::welcome(tx, early, None).await?;
            souk::commerce::customers::welcome(tx, early, Some("guest@example.com")).await
        })
        .await
        .unwrap();

    let mut found = customers(&world, "acme").await;
    found.sort();
    let mut expected = [
        (Some(guest.id.uuid()), Some("guest@example.com".to_owned())),
        (None, Some("early@example.com".to_owned())),
        (Some(early.uuid()), None),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn whoever_was_invited_becomes_a_member_by_signing_in() {
    let (world, platform) = platform().await;
    let owner = platform.sign_up("", "owner@example.com").await;
    let store = platform.open_store(&owner, "acme").await;
    let id: Uuid = store["id"].as_str().unwrap().parse().unwrap();
    let database = world.database.owner().await;
    let invite = "insert into shared.invitations (store_id, email, role)
                  values ($1, 'staff@example.com', 'staff')";
    database.execute(invite, &[&id]).await.unwrap();

    // At a store's own address nobody becomes a member.
    platform.sign_up("/s/acme", "staff@example.com").await;
    let staff = platform.sign_in("/s/acme", "staff@example.com").await;
    platform.ask("GET", PRODUCTS, Some(&staff.token), None).await;
    platform
        .ask("GET", &format!("/s/acme{PRODUCTS}"), Some(&staff.token), None)
        .await
        .is("404 store_not_found");
    let staff = platform.sign_in("", "staff@example.com").await;
    platform.ask("GET", "/v1/stores/acme", Some(&staff.token), None).await.is("200");
}
