//! A store that changes its language is searched in the new one.

use serde_json::{Value, json};

use super::Scene;

/// Slugs that a shopper's search finds, in the order of their names.
async fn found(scene: &Scene, words: &str) -> Vec<String> {
    let path = format!("/s/acme/rest/v1/rpc/search_products?query={words}&select=slug");
    let found = scene.platform.ask("GET", &path, None, None).await.is("200");
    let mut slugs: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["slug"].as_str().unwrap().to_owned())
        .collect();
    slugs.sort();
    slugs
}

#[tokio::test]
async fn a_store_that_changes_its_language_finds_its_products_in_it() {
    let scene = Scene::new().await;
    scene.publish().await;
    let product = json!({ "name": "Shoe", "slug": "shoe", "status": "active", "price_minor": 1,
                          "description": "good for running" });
    scene.owner("POST", "/s/acme/rest/v1/products", product).await.is("201");
    // More than one statement takes.
    let many = "with new as (
                    insert into tenant_acme.products (name, slug, status, description)
                    select 'Hat ' || n, 'hat-' || n, 'active', 'worn when walking'
                      from generate_series(1, 2100) n returning 1)
                select count(*)::text from new";
    scene.one(many).await;
    let languages = "select string_agg(distinct language, ' ') from tenant_acme.products";

    // Stemmed in English the word is `run`, in French it stays `running`.
    assert_eq!(found(&scene, "running").await, ["shoe"]);
    for (locale, language) in [("fr-CA", "fr"), ("fr", "fr"), ("en", "en")] {
        scene.owner("PATCH", "/v1/stores/acme", json!({ "locale": locale })).await.is("200");
        assert_eq!(scene.one(languages).await, language);
        assert_eq!(found(&scene, "running").await, ["shoe"], "{locale}");
        assert_eq!(found(&scene, "walking").await.len(), 20, "{locale}");
    }
    // Who finds nothing in one language finds it in the other: it is the stem that is compared.
    assert_eq!(found(&scene, "walked").await.len(), 20);
    scene.owner("PATCH", "/v1/stores/acme", json!({ "locale": "fr" })).await.is("200");
    assert_eq!(found(&scene, "walked").await, Vec::<String>::new());

    // A refused change leaves the words as they are.
    let refused = json!({ "locale": "en", "slug": "acme", "currency": "CHF" });
    scene.owner("PATCH", "/v1/stores/acme", refused).await.is("409 currency_in_use");
    assert_eq!(scene.one(languages).await, "fr");
}

#[tokio::test]
async fn a_change_of_language_is_long_work_and_one_of_the_region_is_none() {
    let scene = Scene::new().await;
    let change = async |change: Value| scene.owner("PATCH", "/v1/stores/acme", change).await;
    let store = scene.one("select id::text from shared.stores where slug = 'acme'").await;
    let gate = &scene.platform.app.limits.imports;
    let place = gate.enter(store.parse().unwrap()).await.unwrap();
    change(json!({ "locale": "de" })).await.is("409 import_running");
    change(json!({ "locale": "en-GB", "name": "Acme Ltd" })).await.is("200");
    drop(place);
    // Somebody is writing products: that is in the way of another language alone.
    let adding = scene.world.database.owner().await;
    let add = "begin; insert into tenant_acme.products (name, slug) values ('Boot', 'boot')";
    adding.batch_execute(add).await.unwrap();
    change(json!({ "locale": "en-IE" })).await.is("200");
    adding.batch_execute("rollback").await.unwrap();
    change(json!({ "locale": "de" })).await.is("200");
    assert_eq!(gate.under_way(), 0, "the place is given back");
}

#[tokio::test]
async fn a_product_that_is_added_meanwhile_takes_the_new_language() {
    let scene = Scene::new().await;
    let adding = scene.world.database.owner().await;
    let add = "begin; insert into tenant_acme.products (name, slug) values ('Boot', 'boot')";
    adding.batch_execute(add).await.unwrap();
    let change = async {
        scene.owner("PATCH", "/v1/stores/acme", json!({ "locale": "de" })).await.is("200")
    };
    let commit = async {
        let waits = "select count(*)::text from pg_locks where not granted
                        and relation = 'tenant_acme.products'::regclass";
        while scene.one(waits).await == "0" {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        adding.batch_execute("commit").await.unwrap();
    };
    let (changed, ()) = tokio::join!(change, commit);
    assert_eq!(changed["locale"], Value::from("de"));
    assert_eq!(scene.one("select language from tenant_acme.products").await, "de");
}
