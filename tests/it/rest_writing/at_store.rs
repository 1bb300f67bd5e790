//! Writes at a store, and its functions.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::client::{Answer, Person};
use crate::support::{Platform, World};

struct Shop {
    world: World,
    platform: Platform,
    owner: Person,
}

impl Shop {
    async fn new() -> Self {
        let world = World::new().await;
        let platform = Platform::serve(&world).await;
        let owner = platform.sign_up("", "owner@example.com").await;
        platform.open_store(&owner, "acme").await;
        let path = "/v1/stores/acme/publish";
        platform.ask("POST", path, Some(&owner.token), Some(json!({}))).await.is("200");
        Self { world, platform, owner }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let path = format!("/s/acme/rest/v1{path}");
        self.platform.ask(method, &path, Some(&self.owner.token), body).await
    }

    async fn anyone(&self, method: &str, path: &str) -> Answer {
        self.platform.ask(method, &format!("/s/acme/rest/v1{path}"), None, None).await
    }

    async fn products(&self) -> i64 {
        let text = "select count(*) from tenant_acme.products";
        let owner = self.world.database.owner().await;
        owner.query_one(text, &[]).await.unwrap().get(0)
    }

    async fn sql(&self, text: &str) {
        self.world.database.owner().await.batch_execute(text).await.unwrap();
    }
}

fn product(slug: &str) -> Value {
    json!({ "name": slug, "slug": slug, "price_minor": 100 })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_go_on_while_the_schema_is_migrated() {
    let shop = Arc::new(Shop::new().await);
    let is_done = Arc::new(AtomicBool::new(false));
    let steps = Arc::new(AtomicUsize::new(0));
    let (migrating, ended, done) = (Arc::clone(&shop), Arc::clone(&is_done), Arc::clone(&steps));
    // As a migration does: the schema and the store's row change in one transaction.
    let migration = tokio::spawn(async move {
        let owner = migrating.world.database.owner().await;
        while !ended.load(Ordering::SeqCst) {
            let is_even = done.load(Ordering::SeqCst) % 2 == 0;
            let change = if is_even { "add column extra integer" } else { "drop column extra" };
            let mark = if is_even { "x" } else { "" };
            let text = format!(
                "begin; alter table tenant_acme.products {change};
                 update shared.stores set fingerprint = rtrim(fingerprint, 'x') || '{mark}'
                  where slug = 'acme'; commit"
            );
            owner.batch_execute(&text).await.unwrap();
            done.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
    });
    let mut writers = Vec::new();
    for writer in 0..3 {
        let (shop, steps) = (Arc::clone(&shop), Arc::clone(&steps));
        writers.push(tokio::spawn(async move {
            let (mut made, mut put_off) = (0, 0);
            // Until enough migrations were met, however fast writing is.
            let goes_on = |n: &i32| *n < 30 || (steps.load(Ordering::SeqCst) < 6 && *n < 3_000);
            for n in (0..).take_while(goes_on) {
                let rows =
                    json!([product(&format!("w{writer}-{n}")), product(&format!("v{writer}-{n}"))]);
                let answer = shop.ask("POST", "/products", Some(rows)).await;
                match answer.told().as_str() {
                    "201" => made += 2,
                    "503 busy" => put_off += 1,
                    other => panic!("{other}: {}", answer.body),
                }
            }
            (made, put_off)
        }));
    }
    let (mut made, mut put_off) = (0, 0);
    for writer in writers {
        let (more, less) = writer.await.unwrap();
        made += more;
        put_off += less;
    }
    is_done.store(true, Ordering::SeqCst);
    migration.await.unwrap();
    let steps = steps.load(Ordering::SeqCst);
    println!("{made} rows made, {put_off} requests put off, {steps} migrations");
    assert!(steps > 4 && made > 0, "{steps} migrations, {made} rows");
    assert_eq!(shop.products().await, made, "what was answered is there, and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_that_fails_at_its_end_leaves_nothing() {
    let shop = Shop::new().await;
    let mut rows: Vec<Value> = (0..500).map(|n| product(&format!("p-{n}"))).collect();
    rows.push(product("Not A Slug"));
    let refused = shop.ask("POST", "/products", Some(json!(rows))).await;
    assert_eq!(refused.told(), "400 23514");
    rows.pop();
    rows.push(product("p-7"));
    assert_eq!(shop.ask("POST", "/products", Some(json!(rows))).await.told(), "409 23505");
    // Two rows of one upsert that mean the same row.
    let upsert = [
        ("apikey", shop.platform.publishable().to_owned()),
        ("authorization", format!("Bearer {}", shop.owner.token)),
        ("content-type", "application/json".to_owned()),
        ("prefer", "resolution=merge-duplicates".to_owned()),
    ];
    let path = "/s/acme/rest/v1/products?on_conflict=slug";
    let twice = shop.platform.send("POST", path, &upsert, json!(rows).to_string()).await;
    assert_eq!(twice.told(), "500 21000");
    assert_eq!(shop.products().await, 0);

    let mut csv = "name,slug,price_minor\n".to_owned();
    for n in 0..200 {
        csv.push_str(&format!("Product {n},p-{n},100\n"));
    }
    let send = async |csv: String| {
        let mut headers = upsert[..3].to_vec();
        headers[2].1 = "text/csv".to_owned();
        shop.platform.send("POST", "/s/acme/rest/v1/products", &headers, csv).await
    };
    assert_eq!(send(format!("{csv}Bad,p-200,-1\n")).await.told(), "400 23514");
    assert_eq!(shop.products().await, 0);
    assert_eq!(send(csv).await.status, 201);
    assert_eq!(shop.products().await, 200);

    let form = [
        ("apikey", shop.platform.publishable().to_owned()),
        ("authorization", format!("Bearer {}", shop.owner.token)),
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
    ];
    let body = "name=F%C3%B6rm+1&slug=form-1&price_minor=7".to_owned();
    let made = shop.platform.send("POST", "/s/acme/rest/v1/products", &form, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = "018f2d6e-0000-7000-8000-000000000001";
    let whole = json!({ "id": id, "name": "Put", "slug": "put", "price_minor": 1 });
    let path = format!("/products?id=eq.{id}");
    assert_eq!(shop.ask("PUT", &path, Some(whole.clone())).await.status, 201);
    assert_eq!(shop.ask("PUT", &path, Some(whole)).await.status, 204);
    let other = json!({ "id": "018f2d6e-0000-7000-8000-000000000002", "name": "P", "slug": "q" });
    assert_eq!(shop.ask("PUT", &path, Some(other)).await.told(), "400 PGRST115");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_filter_nothing_is_changed_or_removed() {
    let shop = Shop::new().await;
    shop.ask("POST", "/products", Some(json!([product("a"), product("b")]))).await.is("201");
    for path in [
        "/products",
        "/products?select=id",
        "/products?limit=1&order=id",
        "/products?variants.sku=eq.x&select=*,variants(sku)",
    ] {
        for (method, body) in [("DELETE", None), ("PATCH", Some(json!({ "vendor": "x" })))] {
            assert_eq!(shop.ask(method, path, body).await.told(), "400 21000", "{method} {path}");
        }
    }
    assert_eq!(shop.products().await, 2);
    assert_eq!(shop.ask("DELETE", "/products?slug=eq.a", None).await.status, 204);
    assert_eq!(shop.products().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_offers_its_searches_and_no_other_function_to_the_public() {
    let shop = Shop::new().await;
    let offered = |answer: &Answer| -> BTreeSet<String> {
        let paths = answer.body["paths"].as_object().unwrap();
        paths.keys().filter_map(|path| path.strip_prefix("/rpc/")).map(str::to_owned).collect()
    };
    let told = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(offered(&shop.anyone("GET", "/").await), told(&["search_products"]));
    let helpers = ["fold_text", "product_words", "search_config", "store_language", "texts_fit"];
    let members = [&["search_customers", "search_products"][..], &helpers].concat();
    assert_eq!(offered(&shop.ask("GET", "/", None).await), told(&members));
    // Helpers that tables call as whoever writes: they read nothing that their caller may not.
    let language = shop.ask("POST", "/rpc/store_language", None).await;
    assert_eq!((language.status, &language.body), (200, &json!("en")));
    assert_eq!(shop.anyone("POST", "/rpc/store_language").await.told(), "401 42501");
    assert_eq!(shop.anyone("POST", "/rpc/search_words").await.told(), "404 PGRST202");
    assert_eq!(shop.anyone("GET", "/rpc/search_products?query=x").await.body, json!([]));
    let wrong = shop.anyone("GET", "/rpc/search_products?query=x&result_limit=many").await;
    assert_eq!(wrong.told(), "400 22P02");
    // Triggers and what stores share are no functions of a store.
    for name in ["set_updated_at", "guard", "enter", "store_role"] {
        let answer = shop.ask("POST", &format!("/rpc/{name}"), None).await;
        assert_eq!(answer.told(), "404 PGRST202", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stores_function_says_is_answered() {
    let shop = Shop::new().await;
    shop.sql(
        "set search_path = tenant_acme;
         create function pay() returns void language plpgsql as $$ begin
             raise sqlstate 'PT402' using message = 'Pay first', detail = 'all of it', hint = 'now';
         end $$;
         create function teapot() returns text language plpgsql as $$ begin
             perform set_config('response.status', '418', true);
             perform set_config('response.headers', '[{\"x-pot\": \"tea\"}]', true);
             return current_setting('request.method') || ' ' || current_setting('request.path');
         end $$;
         create function worded() returns void language plpgsql as $$ begin
             raise sqlstate 'PGRST' using
                 message = '{\"code\": \"123\", \"message\": \"Mine\"}',
                 detail = '{\"status\": 409, \"headers\": {\"x-why\": \"so\"}}';
         end $$;
         create function writes() returns void language sql stable as $$
             insert into products (name, slug, price_minor) values ('x', 'x', 1) $$;
         grant execute on all functions in schema tenant_acme to authenticated;
         -- Its row says that it looks like no other.
         update shared.stores set fingerprint = repeat('0', 64);",
    )
    .await;
    let pay = shop.ask("POST", "/rpc/pay", None).await;
    assert_eq!(pay.told(), "402 PT402");
    let said = [&pay.body["message"], &pay.body["details"], &pay.body["hint"]];
    assert_eq!(said, [&json!("Pay first"), &json!("all of it"), &json!("now")]);
    let pot = shop.ask("POST", "/rpc/teapot", None).await;
    assert_eq!((pot.status, pot.body), (418, json!("POST /rpc/teapot")));
    assert_eq!(pot.headers.get("x-pot").unwrap(), "tea");
    let worded = shop.ask("POST", "/rpc/worded", None).await;
    assert_eq!(worded.told(), "409 123");
    assert_eq!(worded.headers.get("x-why").unwrap(), "so");
    // A function that says it does not write can't.
    assert_eq!(shop.ask("POST", "/rpc/writes", None).await.status, 400);
    assert_eq!(shop.products().await, 0);
}
