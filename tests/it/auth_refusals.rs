//! What the gateway itself refuses under `/auth/v1`, read as clients of Supabase Auth read it.

use serde_json::json;

use crate::support::client::{Answer, Person};
use crate::support::{Platform, World};

/// Status, code and sentence of a refusal, by the rules of auth-js: the body's `code` counts where
/// the answer says that it has the newer shape, else `error_code`.
fn read(answer: &Answer) -> (u16, Option<&str>, &str) {
    let text = |name: &str| answer.body[name].as_str();
    let version = answer.headers.get("x-supabase-api-version");
    let is_newer = version.is_some_and(|version| version.to_str().unwrap() >= "2024-01-01");
    let code = text("code").filter(|_| is_newer).or(text("error_code"));
    (answer.status, code, text("msg").or(text("message")).unwrap_or_default())
}

/// Two stores, `acme` and `bold`, and the client that knocks.
struct Scene {
    world: World,
    platform: Platform,
    owner: Person,
}

/// A request, and what is told.
struct Knock<'a> {
    method: &'a str,
    path: &'a str,
    bearer: Option<&'a str>,
    body: String,
    told: (u16, &'a str),
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let platform = Platform::serve(&world).await;
        let owner = platform.sign_up("", "owner@example.com").await;
        platform.open_store(&owner, "acme").await;
        platform.open_store(&owner, "bold").await;
        Self { world, platform, owner }
    }

    async fn knock(&self, knock: &Knock<'_>, version: Option<&str>) -> Answer {
        let mut headers = vec![
            ("apikey", self.platform.publishable().to_owned()),
            ("content-type", "application/json".to_owned()),
            ("x-request-id", "knock-1".to_owned()),
        ];
        headers.extend(knock.bearer.map(|token| ("authorization", format!("Bearer {token}"))));
        headers.extend(version.map(|day| ("x-supabase-api-version", day.to_owned())));
        self.platform.send(knock.method, knock.path, &headers, knock.body.clone()).await
    }

    /// Knocks as clients of both forms do, and compares what they read.
    async fn is_told(&self, knock: &Knock<'_>) {
        let (status, code) = knock.told;
        for version in [None, Some("2023-12-31"), Some("2024-01-01"), Some("2026-08-01")] {
            let answer = self.knock(knock, version).await;
            let what = format!("{} {} {version:?}: {}", knock.method, knock.path, answer.body);
            let (read_status, read_code, message) = read(&answer);
            assert_eq!((read_status, read_code), (status, Some(code)), "{what}");
            assert!(message.len() > 5, "{what}");
            assert_eq!(answer.headers["x-sb-error-code"], code, "{what}");
            assert_eq!(answer.headers["x-request-id"], "knock-1", "{what}");
            assert_eq!(answer.body["request_id"], "knock-1", "{what}");
            let is_newer = version >= Some("2024");
            let expected = if is_newer { json!(code) } else { json!(status) };
            assert_eq!(answer.body["code"], expected, "{what}");
            assert_eq!(answer.body["error_code"].is_null(), is_newer, "{what}");
            assert_eq!(answer.headers.contains_key("x-supabase-api-version"), is_newer, "{what}");
            let has_error_id = status >= 500 && !is_newer;
            assert_eq!(answer.body["error_id"] == "knock-1", has_error_id, "{what}");
        }
    }
}

fn get<'a>(path: &'a str, told: (u16, &'a str)) -> Knock<'a> {
    Knock { method: "GET", path, bearer: None, body: String::new(), told }
}

#[tokio::test]
async fn what_the_gateway_refuses_under_auth_is_read_as_auth_s_own() {
    let scene = Scene::new().await;
    let shopper = scene.platform.sign_up("/s/acme", "shopper@example.com").await;
    let (secret, large) = (scene.platform.secret(), " ".repeat((1 << 20) + 1));
    for at in ["", "/s/acme"] {
        let path = |rest: &str| format!("{at}/auth/{rest}");
        scene.is_told(&get(&path("v2/user"), (404, "not_found"))).await;
        scene.is_told(&get(&path("v1"), (404, "not_found"))).await;
        scene.is_told(&get(&path("v1/%ff"), (400, "validation_failed"))).await;
        let user = path("v1/user");
        let options = get(&user, (405, "method_not_allowed"));
        scene.is_told(&Knock { method: "OPTIONS", ..options }).await;
        let signup = path("v1/signup");
        let signup = get(&signup, (413, "too_large"));
        scene.is_told(&Knock { method: "POST", body: large.clone(), ..signup }).await;
    }
    for path in ["/s/nobody/auth/v1/user", "/s/No-Slug/auth/v1/user"] {
        scene.is_told(&get(path, (404, "store_not_found"))).await;
    }
    let at_store = get("/s/acme/auth/v1/user", (403, "secret_key_not_allowed"));
    scene.is_told(&Knock { bearer: Some(secret), ..at_store }).await;
    let elsewhere = get("/s/bold/auth/v1/user", (401, "session_elsewhere"));
    scene.is_told(&Knock { bearer: Some(&shopper.token), ..elsewhere }).await;

    let renamed = Some(json!({ "slug": "brave" }));
    let token = Some(scene.owner.token.as_str());
    scene.platform.ask("PATCH", "/v1/stores/bold", token, renamed).await.is("200");
    let moved = get("/s/bold/auth/v1/user", (308, "store_moved"));
    scene.is_told(&moved).await;
    assert_eq!(scene.knock(&moved, None).await.body["details"], json!({ "slug": "brave" }));
}

#[tokio::test]
async fn what_fails_behind_auth_is_read_as_auth_s_own() {
    let scene = Scene::new().await;
    let owner = scene.world.database.owner().await;
    let person =
        json!({ "email": "owner@example.com", "password": crate::support::client::PASSWORD });
    let sign_in = |told| Knock {
        method: "POST",
        body: person.to_string(),
        ..get("/auth/v1/token?grant_type=password", told)
    };
    owner.batch_execute("begin; lock shared.sessions in access exclusive mode").await.unwrap();
    scene.is_told(&sign_in((503, "busy"))).await;
    let busy = scene.knock(&sign_in((503, "busy")), None).await;
    assert_eq!(busy.headers["retry-after"], "1");
    owner.batch_execute("rollback").await.unwrap();

    owner.batch_execute("alter table shared.sessions rename user_id to gone").await.unwrap();
    scene.is_told(&sign_in((500, "internal"))).await;
    owner.batch_execute("alter table shared.sessions rename gone to user_id").await.unwrap();
    assert_eq!(scene.knock(&sign_in((200, "")), None).await.status, 200, "the control");
}

#[tokio::test]
async fn elsewhere_refusals_keep_their_shape_whatever_version_is_asked_for() {
    let scene = Scene::new().await;
    for (path, told) in [
        ("/v1/stores", (401, "unauthorized")),
        ("/v1/nothing", (404, "not_found")),
        ("/s/nobody/rest/v1/products", (404, "store_not_found")),
    ] {
        for version in [None, Some("2024-01-01")] {
            let answer = scene.knock(&get(path, told), version).await;
            assert_eq!((answer.status, answer.body["code"].as_str()), (told.0, Some(told.1)));
            assert!(answer.body["message"].is_string() && answer.body["error_code"].is_null());
            assert!(!answer.headers.contains_key("x-supabase-api-version"), "{path}");
            assert_eq!(read(&answer).1, None, "the control: auth-js finds no code in this shape");
        }
    }
}
