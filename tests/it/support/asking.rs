//! Asking a platform over HTTP, as programs and browsers do; redirects are answers here.

use reqwest::{Method, RequestBuilder, Response, redirect};
use serde_json::{Value, json};

use super::Platform;

impl Platform {
    /// A request to the platform's address, with nothing in it yet.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        let method: Method = method.parse().unwrap();
        http.request(method, format!("{}{path}", self.url))
    }

    /// A request to a store's own host.
    pub(crate) fn at_store(&self, method: &str, slug: &str, path: &str) -> RequestBuilder {
        let port = self.url.rsplit_once(':').unwrap().1;
        self.request(method, path).header("host", format!("{slug}.localhost:{port}"))
    }

    /// Signs somebody up; answers their token.
    pub(crate) async fn newcomer(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": "a-good-password-1" });
        let request = self.request("POST", "/auth/v1/signup").header("apikey", self.publishable());
        let answer: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A request to the control API, as the owner of a token.
    pub(crate) async fn v1(&self, token: &str, method: &str, path: &str, body: Value) -> Response {
        self.request(method, path).bearer_auth(token).json(&body).send().await.unwrap()
    }

    /// A published store in euros, made and filled over HTTP.
    pub(crate) async fn store(&self, token: &str, slug: &str, products: &'static [u8]) {
        let new = json!({ "name": slug, "slug": slug, "currency": "EUR" });
        let made = self.v1(token, "POST", "/v1/stores", new).await;
        assert_eq!(made.status(), 201);
        let import = format!("/v1/stores/{slug}/products/import");
        let request = self.request("POST", &import).bearer_auth(token);
        let filled =
            request.header("content-type", "text/csv").body(products).send().await.unwrap();
        assert_eq!(filled.status(), 200);
        let publish = format!("/v1/stores/{slug}/publish");
        assert_eq!(self.v1(token, "POST", &publish, json!({})).await.status(), 200);
    }
}
