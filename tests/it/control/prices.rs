//! A product's price is its lowest variant's, whoever writes the variants.

use serde_json::{Value, json};
use tokio_postgres::Client;

use super::Scene;
use crate::support::client::Person;

const REST: &str = "/s/acme/rest/v1";

struct Shop {
    scene: Scene,
    manager: Person,
}

impl Shop {
    /// A store with two products of 5.00 that have no variants.
    async fn new() -> Self {
        let scene = Scene::new().await;
        let manager = scene.member("manager").await;
        let shop = Self { scene, manager };
        let product = |slug: &str| json!({ "name": slug, "slug": slug, "price_minor": 500 });
        let both = json!([product("boot"), product("clog")]);
        shop.write("POST", "/products", both).await.is("201");
        shop
    }

    async fn write(&self, method: &str, path: &str, body: Value) -> crate::support::client::Answer {
        self.scene.by(&self.manager, method, &format!("{REST}{path}"), body).await
    }

    /// Prices of boot and clog.
    async fn prices(&self) -> String {
        let text = "select string_agg(price_minor::text, ' ' order by slug)
                      from tenant_acme.products";
        self.scene.one(text).await
    }

    async fn id(&self, slug: &str) -> String {
        let text = format!("select id::text from tenant_acme.products where slug = '{slug}'");
        self.scene.one(&text).await
    }

    /// Variants of a product, with the price and the name of each.
    async fn add(&self, slug: &str, prices: &[i64]) {
        let product = self.id(slug).await;
        let variant = |price: &i64| {
            json!({ "product_id": product, "sku": format!("{slug}-{price}"),
                    "option_values": [price.to_string()], "price_minor": price })
        };
        let variants = prices.iter().map(variant).collect();
        self.write("POST", "/variants", variants).await.is("201");
    }
}

#[tokio::test]
async fn a_member_s_change_of_variants_moves_the_product_s_price() {
    let shop = Shop::new().await;
    shop.add("boot", &[1000, 2000, 3000]).await;
    assert_eq!(shop.prices().await, "1000 500");
    shop.add("clog", &[400]).await;
    assert_eq!(shop.prices().await, "1000 400");
    for (method, path, body, prices) in [
        ("PATCH", "sku=eq.boot-1000", json!({ "price_minor": 99_900 }), "2000 400"),
        ("PATCH", "sku=eq.boot-2000", json!({ "barcode": "4006381333931" }), "2000 400"),
        ("PATCH", "sku=eq.boot-3000", json!({ "price_minor": 1 }), "1 400"),
        ("DELETE", "sku=eq.boot-3000", Value::Null, "2000 400"),
        ("PATCH", "sku=like.*", json!({ "price_minor": 700 }), "700 700"),
        // A variant that goes over to another product.
        ("PATCH", "sku=eq.boot-1000", json!({ "price_minor": 50 }), "50 700"),
        (
            "PATCH",
            "sku=eq.boot-1000",
            json!({ "product_id": shop.id("clog").await, "position": 2 }),
            "700 50",
        ),
        // A product that has none left keeps the price it had.
        ("DELETE", "sku=eq.boot-2000", Value::Null, "700 50"),
    ] {
        shop.write(method, &format!("/variants?{path}"), body.clone()).await.is("204");
        assert_eq!(shop.prices().await, prices, "{method} {path} {body}");
    }
    let upsert = json!([{ "product_id": shop.id("clog").await, "sku": "clog-400",
                          "option_values": ["400"], "price_minor": 20 }]);
    let path = format!("{REST}/variants?on_conflict=sku");
    let headers = [
        ("apikey", shop.scene.platform.publishable().to_owned()),
        ("authorization", format!("Bearer {}", shop.manager.token)),
        ("content-type", "application/json".to_owned()),
        ("prefer", "resolution=merge-duplicates".to_owned()),
    ];
    let upserted = shop.scene.platform.send("POST", &path, &headers, upsert.to_string()).await;
    upserted.is("200");
    assert_eq!(shop.prices().await, "700 20");

    // Without the trigger the price is left behind.
    let owner = shop.scene.world.database.owner().await;
    let off = "alter table tenant_acme.variants disable trigger keep_lowest_price_update";
    owner.batch_execute(off).await.unwrap();
    let change = json!({ "price_minor": 10 });
    shop.write("PATCH", "/variants?sku=eq.clog-400", change).await.is("204");
    assert_eq!(shop.prices().await, "700 20");
}

#[tokio::test]
async fn a_price_of_a_product_s_own_is_refused_once_it_has_variants() {
    let shop = Shop::new().await;
    let set = async |price: i64| {
        shop.write("PATCH", "/products?slug=eq.boot", json!({ "price_minor": price })).await
    };
    set(900).await.is("204");
    assert_eq!(shop.prices().await, "900 500");
    shop.add("boot", &[1000, 2000]).await;
    let refused = set(900).await;
    assert_eq!((refused.status, &refused.body["code"]), (400, &json!("23514")), "{}", refused.body);
    assert!(refused.body["hint"].as_str().unwrap().contains("variants"), "{}", refused.body);
    assert_eq!(shop.prices().await, "1000 500");
    // Whoever sends the whole row as they read it changes nothing, and may.
    let whole = json!({ "name": "Boots", "price_minor": 1000 });
    shop.write("PATCH", "/products?slug=eq.boot", whole).await.is("204");
    let file = "Handle,Title,Variant Price\nboot,Boots,3.00\n";
    shop.scene.import(file).await;
    assert_eq!(shop.prices().await, "300 500", "an import writes both");
}

#[tokio::test]
async fn two_who_change_two_variants_at_once_leave_the_lowest() {
    let shop = Shop::new().await;
    shop.add("boot", &[800, 1000]).await;
    let database = &shop.scene.world.database;
    let (one, other) = (database.owner().await, database.owner().await);
    assert_eq!(at_once(&shop, &one, &other).await, "1200");

    // Without the lock each counts on a price that the other is about to change.
    let text = "select replace(pg_get_functiondef(p.oid), 'for no key update', '')
                  from pg_proc p where p.oid = 'tenant_acme.keep_lowest_price()'::regprocedure";
    let unlocked: String = one.query_one(text, &[]).await.unwrap().get(0);
    one.batch_execute(&unlocked).await.unwrap();
    let again = "update tenant_acme.variants set price_minor =
                     case sku when 'boot-800' then 800 else 1000 end";
    one.batch_execute(again).await.unwrap();
    assert_eq!(at_once(&shop, &one, &other).await, "1000");
}

/// One makes the 8.00 variant 12.00 while another makes the 10.00 one 15.00; the product's price then.
async fn at_once(shop: &Shop, one: &Client, other: &Client) -> String {
    let set = |sku: &str, price: i64| {
        format!("update tenant_acme.variants set price_minor = {price} where sku = '{sku}'")
    };
    one.batch_execute(&format!("begin; {}", set("boot-800", 1200))).await.unwrap();
    let second = set("boot-1000", 1500);
    let second = other.batch_execute(&second);
    let commit = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        one.batch_execute("commit").await.unwrap();
    };
    let (done, ()) = tokio::join!(second, commit);
    done.unwrap();
    let text = "select price_minor::text from tenant_acme.products where slug = 'boot'";
    shop.scene.one(text).await
}
