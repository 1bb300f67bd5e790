//! What the recordings of the real Auth do not show: races, and what the gateway relies on.
#![expect(clippy::disallowed_methods, reason = "tests look at rows past the stand-in")]

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Value, json};
use souk::base::clock::Clock;
use souk::supabase::auth::{AskedAt, AuthRequest, AuthResponse};
use souk::supabase::embedded::auth::mail::Mailbox;
use souk::supabase::embedded::auth::{AuthConfig, EmbeddedAuth};
use souk::supabase::token::KeyRing;

use crate::support::{self, AuthDatabase};

/// A stand-in and the mails it sent.
struct Server {
    auth: EmbeddedAuth,
    mailbox: Arc<Mailbox>,
}

impl Server {
    fn new(database: &AuthDatabase, set: impl FnOnce(&mut AuthConfig)) -> Self {
        let secret = SecretString::from("a secret that is long enough for HS256");
        let keys = KeyRing::from_secret(&secret, None);
        let mut config = AuthConfig::new(keys, "http://127.0.0.1:9/auth/v1", "http://127.0.0.1:3");
        set(&mut config);
        let mailbox = Arc::new(Mailbox::default());
        let cluster = database.cluster.clone();
        let auth = EmbeddedAuth::new(cluster, config, Clock::system(), mailbox.clone());
        Self { auth, mailbox }
    }

    async fn post(&self, path: &str, body: Value) -> AuthResponse {
        self.send("POST", path, &body.to_string()).await
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> AuthResponse {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = AuthRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            body: body.as_bytes().to_vec(),
            ..AuthRequest::default()
        };
        self.auth.answer(&request).await
    }
}

fn json_of(answer: &AuthResponse) -> Value {
    serde_json::from_slice(&answer.body).expect("the body is JSON")
}

#[tokio::test]
async fn every_statement_of_the_stand_in_prepares() {
    let database = support::auth_database().await;
    let mut seen = std::collections::HashSet::new();
    for sql in EmbeddedAuth::statements() {
        assert!(seen.insert(sql.name()), "{} is there twice", sql.name());
        let prepared = database.admin.prepare(sql.text()).await;
        assert!(prepared.is_ok(), "{}: {:?}", sql.name(), prepared.err());
    }
}

#[tokio::test]
async fn an_answer_with_tokens_says_whose_they_are() {
    let database = support::auth_database().await;
    let server = Server::new(&database, |config| config.mail.autoconfirm = true);
    let user = json!({"email": "ada@example.com", "password": "Passw0rd-one"});

    let answer = server.post("/signup", user.clone()).await;
    let issued = answer.issued.expect("a session began");
    assert_eq!(json_of(&answer)["user"]["id"], json!(issued.user_id));
    let in_header = answer.headers.get("sb-auth-session-id");
    assert_eq!(in_header, Some(issued.session_id.to_string().as_str()));

    let refused = server.post("/signup", user).await;
    assert_eq!((refused.status, refused.issued), (422, None));
}

#[tokio::test]
async fn two_refreshes_at_once_go_on_with_one_token() {
    let database = support::auth_database().await;
    let server = Server::new(&database, |config| config.mail.autoconfirm = true);
    let user = json!({"email": "ada@example.com", "password": "Passw0rd-one"});
    let session = json_of(&server.post("/signup", user).await);
    let body = json!({"refresh_token": session["refresh_token"]});

    let refresh = || server.post("/token?grant_type=refresh_token", body.clone());
    let (a, b, c) = tokio::join!(refresh(), refresh(), refresh());

    let tokens: Vec<Value> =
        [a, b, c].iter().map(|answer| json_of(answer)["refresh_token"].clone()).collect();
    assert!(tokens.iter().all(|token| token.is_string() && *token == tokens[0]), "{tokens:?}");
    let active = database.count("select count(*) from auth.refresh_tokens where not revoked").await;
    assert_eq!(active, 1);
}

#[tokio::test]
async fn a_link_that_is_followed_twice_at_once_signs_in_once() {
    let database = support::auth_database().await;
    let server = Server::new(&database, |_| {});
    let user = json!({"email": "ada@example.com", "password": "Passw0rd-one"});
    server.post("/signup", user).await;
    let mail = server.mailbox.take().pop().expect("a mail was sent");
    let link = mail.link.expect("with a link").replace("http://127.0.0.1:9", "");

    let follow = || server.send("GET", &link, "");
    let (a, b, c) = tokio::join!(follow(), follow(), follow());

    let began = [a, b, c].iter().filter(|answer| answer.issued.is_some()).count();
    assert_eq!(began, 1);
    assert_eq!(database.count("select count(*) from auth.sessions").await, 1);
}

#[tokio::test]
async fn two_sign_ups_at_once_make_one_user() {
    let database = support::auth_database().await;
    let server = Server::new(&database, |config| config.mail.autoconfirm = true);
    let user = json!({"email": "ada@example.com", "password": "Passw0rd-one"});

    let sign_up = || server.post("/signup", user.clone());
    let (a, b) = tokio::join!(sign_up(), sign_up());

    assert_eq!([a, b].iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(database.count("select count(*) from auth.users").await, 1);
}

#[tokio::test]
async fn a_refused_request_mails_nothing() {
    let database = support::auth_database().await;
    let server = Server::new(&database, |config| config.limits.mails_per_hour = 1.0);
    let user =
        |name: &str| json!({"email": format!("{name}@example.com"), "password": "Passw0rd-one"});

    assert_eq!(server.post("/signup", user("ada")).await.status, 200);
    assert_eq!(server.post("/signup", user("bob")).await.status, 429);

    let to: Vec<String> = server.mailbox.take().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["ada@example.com"]);
    assert_eq!(database.count("select count(*) from auth.users").await, 1);
}

#[tokio::test]
async fn an_account_is_guessed_at_a_bounded_rate() {
    let database = support::auth_database().await;
    let server = Server::new(&database, |config| {
        config.mail.autoconfirm = true;
        config.limits.wrong_passwords_per_hour = Some(2.0);
    });
    let asks = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        server.post("/token?grant_type=password", body).await.status
    };
    let body = json!({"email": "ada@example.com", "password": "Passw0rd-one"});
    assert_eq!(server.post("/signup", body).await.status, 200);
    for _ in 0..5 {
        assert_eq!(asks("ada@example.com", "Passw0rd-one").await, 200, "who knows it may go on");
    }
    for email in ["ada@example.com", "nobody@example.com"] {
        assert_eq!([asks(email, "a").await, asks(email, "b").await], [400, 400]);
        assert_eq!(asks(&email.to_uppercase(), "Passw0rd-one").await, 429, "{email}");
    }
    // Those that come in the same moment are one after the other as well.
    let bob = "bob@example.com";
    let (a, b, c, d) = tokio::join!(asks(bob, "a"), asks(bob, "b"), asks(bob, "c"), asks(bob, "d"));
    assert_eq!([a, b, c, d].iter().filter(|status| **status == 400).count(), 2);
}

#[tokio::test]
async fn what_postgres_can_t_keep_is_refused_as_a_bad_request() {
    let database = support::auth_database().await;
    let server = Server::new(&database, |_| {});
    let (good, nul) = ("a-good-password", "a\0b");
    for (path, body) in [
        ("/signup", json!({ "email": "a\0@example.com", "password": good })),
        ("/signup", json!({ "email": "a@example.com", "password": nul })),
        ("/signup", json!({ "email": "a@example.com", "password": good, "data": {"x": [nul]} })),
        ("/signup", json!({ "email": "a@example.com", "password": good, "data": {nul: 1} })),
        ("/signup", json!({ "data": {"x": nul} })),
        ("/token?grant_type=password", json!({ "email": nul, "password": good })),
        ("/token?grant_type=refresh_token", json!({ "refresh_token": nul })),
        ("/token?grant_type=pkce", json!({ "auth_code": nul, "code_verifier": nul })),
        ("/verify", json!({ "type": "signup", "token_hash": nul })),
        ("/verify", json!({ "type": "signup", "email": "a@example.com", "token": nul })),
        ("/otp", json!({ "email": nul })),
        ("/recover", json!({ "email": nul })),
        ("/magiclink", json!({ "email": nul })),
        ("/resend", json!({ "email": nul, "type": "signup" })),
    ] {
        let answer = server.post(path, body.clone()).await;
        assert_eq!(answer.status, 400, "{path} {body}");
        assert_eq!(json_of(&answer)["error_code"], "bad_json", "{path} {body}");
    }
    for path in
        ["/verify?type=signup&token=%00", "/admin/users?filter=%00", "/verify?a=b%00", "/user/\0"]
    {
        let answer = server.send("GET", path, "").await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(json_of(&answer)["error_code"], "validation_failed", "{path}");
    }
    // A backslash that is itself escaped is no NUL.
    let body = r#"{"email": "a@example.com", "password": "a-good-\\u0000-password"}"#;
    assert_eq!(server.send("POST", "/signup", body).await.status, 200);
    assert_eq!(database.count("select count(*) from auth.users").await, 1);
}

#[tokio::test]
async fn a_mail_asked_for_at_another_address_leads_back_there() {
    let database = support::auth_database().await;
    let server =
        Server::new(&database, |config| config.mail.url_path = "/auth/v1/verify".to_owned());
    let body = json!({"email": "ada@example.com", "password": "Passw0rd-one"}).to_string();
    let request = AuthRequest {
        method: "POST".to_owned(),
        path: "/signup".to_owned(),
        query: "redirect_to=http://acme.localhost/welcome".to_owned(),
        body: body.into_bytes(),
        asked_at: Some(AskedAt {
            external_url: "http://acme.localhost/auth/v1".to_owned(),
            site_url: "http://acme.localhost".to_owned(),
        }),
        ..AuthRequest::default()
    };
    assert_eq!(server.auth.answer(&request).await.status, 200);

    let link = server.mailbox.take().pop().and_then(|mail| mail.link).expect("a link was mailed");
    assert!(link.starts_with("http://acme.localhost/auth/v1/verify?token="), "{link}");
    assert!(link.ends_with("&redirect_to=http://acme.localhost/welcome"), "{link}");
}
