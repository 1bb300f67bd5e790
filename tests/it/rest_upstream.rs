//! Stores served by another PostgREST, for which a second `souk rest` stands: the gateway says who
//! asks and for which store, and guards what the other knows nothing of.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use souk::cli::services::Addresses;
use souk::outside::Limits;
use souk::supabase::remote_rest::RemoteRest;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::support::client::{Answer, Person};
use crate::support::program::{Program, Setup};
use crate::support::{Platform, World};

/// A platform before an upstream that is still to be started.
struct Ground {
    world: World,
    platform: Platform,
    upstream: SocketAddr,
    owner: Person,
}

impl Ground {
    async fn new() -> Self {
        let world = World::new().await;
        // Its port is free for the moment it takes to start it.
        let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let rest = RemoteRest::new(&format!("http://{upstream}")).unwrap();
        let platform = Platform::serve_before(&world, Addresses::Trusted, Some(rest)).await;
        let owner = platform.sign_up("", "owner@example.com").await;
        for slug in ["anton", "berta"] {
            platform.open_store(&owner, slug).await;
            let path = format!("/v1/stores/{slug}/publish");
            platform.ask("POST", &path, Some(&owner.token), Some(json!({}))).await.is("200");
        }
        Self { world, platform, upstream, owner }
    }

    /// What a real PostgREST is told to serve these schemas.
    fn start(&self, schemas: &str) -> Program {
        let config = &self.world.database.config;
        let login = &config.logins.rest;
        let password = login.password.expose_secret();
        let (host, port, name) = (&config.host, config.port, &config.database);
        let uri = format!("postgres://{}:{password}@{host}:{port}/{name}", login.user);
        Setup::default()
            .variable("PGRST_DB_URI", &uri)
            .variable("PGRST_DB_SCHEMAS", schemas)
            .variable("PGRST_DB_ANON_ROLE", "anon")
            .variable("PGRST_DB_EXTRA_SEARCH_PATH", "")
            .variable("PGRST_DB_MAX_ROWS", "1000")
            .variable("PGRST_JWT_SECRET", self.platform.jwt_secret())
            .variable("PGRST_SERVER_PORT", &self.upstream.port().to_string())
            .variable("PGRST_DB_POOL", "2")
            .start()
    }

    async fn at(&self, slug: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(slug, method, path, headers, Value::Null).await
    }

    async fn send(
        &self,
        slug: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let mut all = vec![("apikey", self.platform.publishable().to_owned())];
        all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        all.push(("content-type", "application/json".to_owned()));
        self.platform.send(method, &format!("/s/{slug}/rest/v1{path}"), &all, body).await
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.owner.token)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_served_by_another_postgrest() {
    let ground = Ground::new().await;
    let bearer = ground.bearer();
    let signed = [("authorization", bearer.as_str()), ("prefer", "return=representation")];
    let lamp = json!({ "name": "Lamp", "slug": "lamp", "price_minor": 900, "status": "active" });

    let down = ground.send("anton", "POST", "/products", &signed, lamp.clone()).await;
    assert_eq!(down.told(), "503 rest_unavailable");
    assert!(down.headers.contains_key("retry-after"));
    assert!(down.body["message"].is_string() && down.body.get("hint").is_some());

    let _program = ground.start("tenant_anton,tenant_berta");
    let made = ground.send("anton", "POST", "/products?select=name", &signed, lamp.clone()).await;
    assert_eq!((made.status, &made.body), (201, &json!([{ "name": "Lamp" }])));
    assert!(!made.headers.contains_key("content-profile"), "schemas are not told");
    assert_eq!(ground.at("berta", "GET", "/products", &[]).await.body, json!([]));
    let seen = ground.at("anton", "GET", "/products?select=slug", &[]).await;
    assert_eq!(seen.body, json!([{ "slug": "lamp" }]));
    let found = ground.at("anton", "GET", "/rpc/search_products?query=lamp&select=slug", &[]).await;
    assert_eq!(found.body, json!([{ "slug": "lamp" }]), "a function finds the store's own tables");

    // The client's word on the schema and on itself counts for nothing.
    let other = [("accept-profile", "tenant_berta"), ("content-profile", "tenant_berta")];
    assert_eq!(ground.at("anton", "GET", "/products?select=slug", &other).await.body, seen.body);
    let mine = ground.send("berta", "POST", "/products", &other, lamp.clone()).await;
    assert_eq!(mine.told(), "401 42501", "nobody in particular writes nothing");
    let forged = [("authorization", "Bearer forged"), ("x-forwarded-for", "10.0.0.1")];
    assert_eq!(ground.at("anton", "GET", "/products", &forged).await.status, 401);

    // Who asks is the person: a shopper is no member.
    let shopper = ground.platform.sign_up("/s/anton", "shopper@example.com").await;
    let theirs = format!("Bearer {}", shopper.token);
    let as_shopper = [("authorization", theirs.as_str())];
    let refused = ground.send("anton", "POST", "/products", &as_shopper, lamp).await;
    assert_eq!(refused.told(), "403 42501");
    let theirs = ground.at("anton", "GET", "/customers?select=email", &as_shopper).await;
    assert_eq!(theirs.body, json!([{ "email": "shopper@example.com" }]));

    for method in ["DELETE", "PATCH"] {
        let all = ground.send("anton", method, "/products", &signed, json!({})).await;
        assert_eq!(all.told(), "400 21000");
    }
    assert_eq!(ground.at("anton", "GET", "/%2e%2e/rpc", &[]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_guards_what_the_other_does_not_know() {
    let ground = Ground::new().await;
    let _program = ground.start("tenant_anton");
    let bearer = ground.bearer();
    let signed = [("authorization", bearer.as_str())];
    assert_eq!(ground.at("anton", "GET", "/products", &[]).await.status, 200);

    // A store that the other does not expose: it would name those that it does.
    let unknown = ground.at("berta", "GET", "/products", &[]).await;
    assert_eq!(unknown.told(), "503 rest_unavailable");
    assert!(!unknown.body.to_string().contains("anton"), "{}", unknown.body);

    // The session of another store, and one that nobody saw begin.
    let shopper = ground.platform.sign_up("/s/berta", "shopper@example.com").await;
    let theirs = format!("Bearer {}", shopper.token);
    let elsewhere = ground.at("anton", "GET", "/products", &[("authorization", &theirs)]).await;
    assert_eq!(elsewhere.told(), "401 session_elsewhere");

    // The row is read for each request, whatever another process has done to it meanwhile.
    let owner = ground.world.database.owner().await;
    let state = async |text: &str| {
        let text = format!("update shared.stores set {text} where slug = 'anton'");
        owner.batch_execute(&text).await.unwrap();
    };
    state("status = 'suspended'").await;
    assert_eq!(ground.at("anton", "GET", "/products", &[]).await.told(), "503 store_suspended");
    assert_eq!(ground.at("anton", "GET", "/products", &signed).await.status, 200);
    let write = ground.send("anton", "POST", "/products", &signed, json!({ "name": "x" })).await;
    assert_eq!(write.told(), "403 store_suspended");
    state("status = 'moving'").await;
    assert_eq!(ground.at("anton", "GET", "/products", &[]).await.status, 200);
    let write = ground.send("anton", "POST", "/products", &signed, json!({ "name": "x" })).await;
    assert_eq!(write.told(), "503 store_moving");
    state("status = 'active', published_at = null").await;
    assert_eq!(ground.at("anton", "GET", "/products", &[]).await.told(), "404 store_not_found");
    assert_eq!(ground.at("anton", "GET", "/products", &signed).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_answer_is_not_asked_again() {
    let world = World::new().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limits = Limits {
        connect: Duration::from_secs(1),
        total: Duration::from_millis(400),
        answer_bytes_max: 1024,
        calls_max: 8,
    };
    let url = format!("http://{}", silent.local_addr().unwrap());
    let rest = RemoteRest::with_limits(&url, limits).unwrap();
    let platform = Platform::serve_before(&world, Addresses::Trusted, Some(rest)).await;
    let owner = platform.sign_up("", "owner@example.com").await;
    platform.open_store(&owner, "acme").await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        // The first is kept waiting, the second is cut off.
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = silent.accept().await {
            let mut bytes = [0; 1024];
            let _ = stream.read(&mut bytes).await;
            if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                kept.push(stream);
            }
        }
    });
    let body = json!({ "name": "Lamp", "slug": "lamp", "price_minor": 900 });
    for (times, told) in [(1, "504 rest_timeout"), (2, "502 rest_broken")] {
        let token = Some(owner.token.as_str());
        let path = "/s/acme/rest/v1/products";
        let answer = platform.ask("POST", path, token, Some(body.clone())).await;
        assert_eq!(answer.told(), told);
        assert_eq!(asked.load(Ordering::SeqCst), times, "it is asked once");
    }
}
