//! The binary itself, against a hosted project.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::cluster::Hosted;

/// What both runtime logins are let in with.
pub(crate) const PASSWORD: &str = "a-password-of-the-runtime-logins";
pub(crate) const PUBLISHABLE: &str = "sb_publishable_of_the_test";
pub(crate) const SECRET: &str = "sb_secret_of_the_test";

/// What the proxy on this machine says of every caller: what they wrote, and whence they came.
const CALLER: &str = "198.51.100.9, 203.0.113.7";

/// The settings of one project, as an operator would write them down.
#[derive(Clone, Debug)]
pub(crate) struct Settings(Vec<(&'static str, String)>);

impl Settings {
    pub(crate) fn new(hosted: &Hosted, database: &str) -> Self {
        Self(vec![
            ("DATABASE_URL", hosted.url(database)),
            ("SOUK_DATABASE_CA", hosted.authority.display().to_string()),
            ("SOUK_DATABASE_PASSWORD", PASSWORD.to_owned()),
            ("SUPABASE_PUBLISHABLE_KEY", PUBLISHABLE.to_owned()),
            ("SUPABASE_SECRET_KEY", SECRET.to_owned()),
            ("SOUK_READY_SCHEMAS", "1".to_owned()),
            ("SOUK_CONNECTIONS", "2".to_owned()),
            ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
        ])
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.retain(|(n, _)| *n != name);
        self.0.push((name, value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(n, _)| *n != name);
        self
    }

    /// The program with these settings and none of whoever runs the test.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_souk"));
        command.env_clear().args(arguments).stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, value) in &self.0 {
            command.env(name, value);
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; what it told.
    pub(crate) fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let failed = String::from_utf8_lossy(&output.stderr);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{arguments:?}: {told}{failed}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Prepares and migrates the database.
    pub(crate) fn prepare(&self) {
        let told = self.must(&["setup"]);
        assert!(told.contains("next: souk migrate"), "{told}");
        self.must(&["migrate"]);
    }
}

/// A running `souk serve`.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Served {
    pub(crate) async fn start(settings: &Settings, log: &Path) -> Self {
        let port = super::free_port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = settings.command(&["serve", "--listen", &listen]);
        let log = std::fs::File::create(log).unwrap();
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let served = Self { child, url: format!("http://{listen}"), http };
        for _ in 0..300 {
            if served.http.get(format!("{}/healthz", served.url)).send().await.is_ok() {
                return served;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("souk serve does not answer");
    }

    /// Asks, with the publishable key and perhaps a token.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Told {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        request = request.header("apikey", PUBLISHABLE).header("x-forwarded-for", CALLER);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request = match body {
            // A text is a file.
            Some(Value::String(text)) => request.header("content-type", "text/csv").body(text),
            Some(json) => request.json(&json),
            None => request,
        };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Told { status, headers, body }
    }

    /// Somebody signs up; their token.
    pub(crate) async fn sign_up(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": "a-good-password-1" });
        self.ask("POST", "/auth/v1/signup", None, Some(body)).await.token()
    }

    /// Somebody signs in; their token.
    pub(crate) async fn sign_in(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": "a-good-password-1" });
        let path = "/auth/v1/token?grant_type=password";
        self.ask("POST", path, None, Some(body)).await.token()
    }

    /// The main job up to reading: a store is made, filled and published, and a shopper reads it.
    pub(crate) async fn live(&self, owner: &str, slug: &str) {
        let new = json!({ "name": slug, "slug": slug, "currency": "EUR" });
        self.ask("POST", "/v1/stores", Some(owner), Some(new)).await.is(201);
        let file = "Handle,Title,Published,Status,Variant Price\nhat,A hat,true,active,12.50\n";
        let path = format!("/v1/stores/{slug}/products/import");
        let imported = self.ask("POST", &path, Some(owner), Some(file.into())).await.is(200);
        assert_eq!(imported.body["created"], 1, "{}", imported.body);
        let path = format!("/v1/stores/{slug}/publish");
        self.ask("POST", &path, Some(owner), None).await.is(200);
        self.reads(slug).await;
    }

    /// A shopper reads the product.
    pub(crate) async fn reads(&self, slug: &str) {
        let path = format!("/s/{slug}/rest/v1/products?select=name,price_minor");
        let read = self.ask("GET", &path, None, None).await.is(200);
        assert_eq!(read.body, json!([{ "name": "A hat", "price_minor": 1250 }]));
    }
}

impl Told {
    /// Holds the status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn token(self) -> String {
        let told = self.is(200);
        told.body["access_token"].as_str().expect("a session").to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
