//! What owners and operators do over HTTP, and what each rule refuses.

mod at_once;
mod bad_input;
mod bodies;
mod forget;
mod imports;
mod invitations;
mod language;
mod members;
mod operators;
mod ownership;
mod prices;
mod repeats;
mod service;

use serde_json::{Value, json};

use crate::support::client::{Answer, Person};
use crate::support::{Platform, World};

/// A served platform with an owner and their store `acme`.
struct Scene {
    world: World,
    platform: Platform,
    owner: Person,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let platform = Platform::serve(&world).await;
        let owner = platform.sign_up("", "owner@example.com").await;
        platform.open_store(&owner, "acme").await;
        Self { world, platform, owner }
    }

    async fn by(&self, person: &Person, method: &str, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(body);
        self.platform.ask(method, path, Some(&person.token), body).await
    }

    async fn owner(&self, method: &str, path: &str, body: Value) -> Answer {
        self.by(&self.owner, method, path, body).await
    }

    async fn publish(&self) {
        self.owner("POST", "/v1/stores/acme/publish", Value::Null).await.is("200");
    }

    /// Imports a file of products; answers the report.
    async fn import(&self, file: &str) -> Value {
        let request = self.platform.request("POST", "/v1/stores/acme/products/import");
        let request = request.bearer_auth(&self.owner.token).header("content-type", "text/csv");
        Answer::of(request.body(file.to_owned()).send().await.unwrap()).await.is("200")
    }

    /// Somebody new, a member of `acme` in this role.
    async fn member(&self, role: &str) -> Person {
        let person = self.platform.sign_up("", &format!("{role}@example.com")).await;
        let body = json!({ "email": person.email, "role": role });
        self.owner("POST", "/v1/stores/acme/members", body).await.is("201");
        person
    }

    /// Somebody new with a role on the platform.
    async fn operator(&self, role: &str) -> Person {
        let email = format!("{role}@souk.example");
        let person = self.platform.sign_up("", &email).await;
        self.platform
            .app
            .cluster
            .shared_tx(None, async |tx| {
                souk::stores::platform::grant(tx, &email, role, &souk::stores::Actor::cli()).await
            })
            .await
            .unwrap();
        person
    }

    /// One value of the database, as text.
    async fn one(&self, text: &str) -> String {
        let row = self.world.database.owner().await.query_one(text, &[]).await.unwrap();
        row.get::<_, Option<String>>(0).unwrap_or_default()
    }
}

#[tokio::test]
async fn an_owner_changes_a_store() {
    let scene = Scene::new().await;
    let change = json!({
        "name": "Acme Shoes", "locale": "de-AT", "currency": "CHF", "theme": "dark",
        "settings": {"tagline": "Good soles", "contact": {"email": "a@b.example"}},
    });
    let store = scene.owner("PATCH", "/v1/stores/acme", change).await.is("200");
    assert_eq!(store["name"], "Acme Shoes");
    assert_eq!((&store["currency"], &store["locale"]), (&json!("CHF"), &json!("de-AT")));
    assert_eq!(store["theme"], json!({"name": "dark"}));
    let text = "select string_agg(key || '=' || value, ' ' order by key)
                  from tenant_acme.settings where is_system";
    assert_eq!(scene.one(text).await, "currency=\"CHF\" language=\"de\"");

    let change = json!({ "settings": {"tagline": null, "order_prefix": "A-"} });
    let store = scene.owner("PATCH", "/v1/stores/acme", change).await.is("200");
    let expected = json!({"contact": {"email": "a@b.example"}, "order_prefix": "A-"});
    assert_eq!(store["settings"], expected);
    // A null further inside is the owner's own, whatever else changes.
    let tax = json!({"rates": [{"region": null, "percent": 20}], "reduced": null});
    let change = json!({ "settings": {"tax": tax, "order_prefix": null} });
    scene.owner("PATCH", "/v1/stores/acme", change).await.is("200");
    let store = scene.owner("PATCH", "/v1/stores/acme", json!({ "name": "Acme Shoes" })).await;
    let expected = json!({"contact": {"email": "a@b.example"}, "tax": tax});
    assert_eq!(store.is("200")["settings"], expected);

    let product = "insert into tenant_acme.products (name, slug) values ('Boot', 'boot')
                   returning slug";
    scene.one(product).await;
    let change = json!({ "currency": "EUR", "name": "Other" });
    scene.owner("PATCH", "/v1/stores/acme", change).await.is("409 currency_in_use");
    let store = scene.owner("GET", "/v1/stores/acme", Value::Null).await.is("200");
    assert_eq!((&store["currency"], &store["name"]), (&json!("CHF"), &json!("Acme Shoes")));
}

#[tokio::test]
async fn an_old_slug_leads_to_the_store_and_is_given_to_nobody() {
    let scene = Scene::new().await;
    let change = json!({ "slug": "bold" });
    let store = scene.owner("PATCH", "/v1/stores/acme", change).await.is("200");
    assert_eq!((&store["slug"], &store["schema"]), (&json!("bold"), &json!("tenant_acme")));
    let path = "/s/acme/rest/v1/products?select=id&limit=1";
    scene.platform.ask("GET", path, None, None).await.is("404 store_not_found");

    scene.owner("POST", "/v1/stores/bold/publish", Value::Null).await.is("200");
    let moved = scene.platform.ask("GET", path, None, None).await;
    assert_eq!(moved.headers["location"], "/s/bold/rest/v1/products?select=id&limit=1");
    assert_eq!(moved.headers["cache-control"], "no-store");
    moved.is("308");
    let headers = [
        ("host", format!("acme.localhost:{}", scene.platform.port())),
        ("apikey", scene.platform.publishable().to_owned()),
    ];
    let moved = scene.platform.send("GET", "/rest/v1/products?a=b", &headers, String::new()).await;
    let location = format!("http://bold.localhost:{}/rest/v1/products?a=b", scene.platform.port());
    assert_eq!(moved.headers["location"], location.as_str());

    let other = scene.platform.sign_up("", "other@example.com").await;
    let body = json!({ "name": "x", "slug": "acme" });
    scene.by(&other, "POST", "/v1/stores", body).await.is("409 slug_taken");
    scene.platform.open_store(&other, "cosy").await;
    let change = json!({ "slug": "acme" });
    scene.by(&other, "PATCH", "/v1/stores/cosy", change).await.is("409 slug_taken");
    let change = json!({ "slug": "bold" });
    scene.by(&other, "PATCH", "/v1/stores/cosy", change).await.is("409 slug_taken");
    // Its own store may take it back.
    scene.owner("PATCH", "/v1/stores/bold", json!({ "slug": "acme" })).await.is("200");
    scene.platform.ask("GET", path, None, None).await.is("200");
    // Now the other leads back, and a client that kept neither answer does not go round.
    let back = scene.platform.ask("GET", &path.replace("acme", "bold"), None, None).await;
    assert_eq!(back.headers["location"], "/s/acme/rest/v1/products?select=id&limit=1");
    assert_eq!(back.headers["cache-control"], "no-store");
    back.is("308");
}

#[tokio::test]
async fn a_page_under_an_old_slug_leads_to_the_store_s_own_host() {
    let scene = Scene::new().await;
    scene.owner("PATCH", "/v1/stores/acme", json!({ "slug": "bold" })).await.is("200");
    let port = scene.platform.port();
    let page = async |slug: &str, path: &str| {
        let host = [("host", format!("{slug}.localhost:{port}"))];
        scene.platform.send("GET", path, &host, String::new()).await
    };
    assert_eq!(page("acme", "/").await.status, 404, "it is not published");
    scene.owner("POST", "/v1/stores/bold/publish", Value::Null).await.is("200");
    for path in ["/", "/?x=1", "/products/hat?colour=red"] {
        let led = page("acme", path).await;
        let location = format!("http://bold.localhost:{port}{path}");
        assert_eq!((led.status, led.headers["location"].to_str().unwrap()), (308, &*location));
        assert_eq!(led.headers["cache-control"], "no-store");
    }
    assert_eq!(page("bold", "/").await.status, 200);
    assert_eq!(page("bold", "/products/hat").await.status, 404);
    assert_eq!(page("never", "/").await.status, 404);

    let operator = scene.operator("admin").await;
    let body = Value::Null;
    scene.by(&operator, "POST", "/v1/stores/bold/suspend", body).await.is("200");
    let closed = page("bold", "/").await;
    assert_eq!((closed.status, closed.headers.contains_key("retry-after")), (503, true));
    assert!(closed.body.as_str().is_some_and(|text| text.contains("closed for now")));
}

#[tokio::test]
async fn a_slug_is_changed_ten_times_at_most() {
    let scene = Scene::new().await;
    let mut slug = "acme".to_owned();
    for turn in 0..10 {
        let next = format!("acme-{turn}");
        let path = format!("/v1/stores/{slug}");
        scene.owner("PATCH", &path, json!({ "slug": next })).await.is("200");
        slug = next;
    }
    let path = format!("/v1/stores/{slug}");
    scene.owner("PATCH", &path, json!({ "slug": "one-more" })).await.is("403 slug_changes");
}

#[tokio::test]
async fn a_preset_fills_a_new_store() {
    let scene = Scene::new().await;
    for preset in souk::stores::preset::names().filter(|name| *name != "plain") {
        let owner = scene.platform.sign_up("", &format!("{preset}@example.com")).await;
        let slug = format!("{preset}-shop");
        let body = json!({ "name": preset, "slug": slug, "preset": preset });
        let store = scene.by(&owner, "POST", "/v1/stores", body).await.is("201");
        assert_ne!(store["theme"], json!({"name": "plain"}), "{preset}");
        let schema = store["schema"].as_str().unwrap();
        let counts = scene
            .one(&format!(
                "select (select count(*) > 3 from {schema}.categories) || ' '
                        || (select count(*) from {schema}.pages where status = 'published') || ' '
                        || (select count(*) from {schema}.policies where status = 'draft')"
            ))
            .await;
        assert_eq!(counts, "true 3 4", "{preset}");
    }
    let body = json!({ "name": "x", "slug": "no-such", "preset": "no-such" });
    scene.owner("POST", "/v1/stores", body).await.is("422 invalid_preset");
}
