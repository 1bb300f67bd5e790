//! Asking a served platform over HTTP, as a person with curl does.

use serde_json::{Value, json};
use souk::base::id::UserId;
use uuid::Uuid;

use super::Platform;

/// The password of everybody in the stories.
pub(crate) const PASSWORD: &str = "a-good-password-1";

/// An answer: status, headers, and the body as JSON, where it is some.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) token: String,
    pub(crate) refresh: String,
}

impl Answer {
    /// What came back, read to its end.
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    /// `200 code`, or the status alone where there is no code.
    pub(crate) fn told(&self) -> String {
        match self.body["code"].as_str().or(self.body["error_code"].as_str()) {
            Some(code) if self.status >= 400 => format!("{} {code}", self.status),
            _ => self.status.to_string(),
        }
    }

    /// The body of an answer of this kind.
    #[track_caller]
    pub(crate) fn is(self, told: &str) -> Value {
        assert_eq!(self.told(), told, "{}", self.body);
        self.body
    }
}

impl Platform {
    /// Sends a request; `token` is a bearer, and the publishable key goes with every one.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let body = body.map(|body| body.to_string());
        let mut headers = vec![("apikey", self.publishable().to_owned())];
        headers.extend(token.map(|token| ("authorization", format!("Bearer {token}"))));
        headers.extend(body.as_ref().map(|_| ("content-type", "application/json".to_owned())));
        self.send(method, path, &headers, body.unwrap_or_default()).await
    }

    /// Sends a request as it is.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: String,
    ) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Answer::of(request.body(body).send().await.unwrap()).await
    }

    /// Signs somebody up; `at` is empty for the platform, `/s/acme` for a store.
    pub(crate) async fn sign_up(&self, at: &str, email: &str) -> Person {
        self.sign(at, "signup", email).await
    }

    /// Signs somebody in.
    pub(crate) async fn sign_in(&self, at: &str, email: &str) -> Person {
        self.sign(at, "token?grant_type=password", email).await
    }

    async fn sign(&self, at: &str, how: &str, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD });
        let path = format!("{at}/auth/v1/{how}");
        Person::of(&self.ask("POST", &path, None, Some(body)).await.is("200"))
    }

    /// Fresh tokens of a person's session.
    pub(crate) async fn refresh(&self, at: &str, person: &Person) -> Person {
        let path = format!("{at}/auth/v1/token?grant_type=refresh_token");
        let body = json!({ "refresh_token": person.refresh });
        Person::of(&self.ask("POST", &path, None, Some(body)).await.is("200"))
    }

    /// A token that our key signed, whatever it says.
    pub(crate) fn mint(&self, user: UserId, session: Option<Uuid>, lives_s: i64) -> String {
        let now = self.app.clock.epoch();
        let mut claims = json!({
            "sub": user, "aud": "authenticated", "role": "authenticated",
            "iat": now - 7_200, "exp": now + lives_s,
        });
        if let Some(session) = session {
            claims["session_id"] = json!(session);
        }
        self.ring().mint(&claims).unwrap()
    }

    /// A store, made over HTTP by its owner.
    pub(crate) async fn open_store(&self, owner: &Person, slug: &str) -> Value {
        let body = json!({ "name": slug, "slug": slug, "currency": "EUR" });
        self.ask("POST", "/v1/stores", Some(&owner.token), Some(body)).await.is("201")
    }
}

impl Person {
    fn of(body: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            id: body["user"]["id"].as_str().unwrap().parse().unwrap(),
            email: text(&body["user"]["email"]),
            token: text(&body["access_token"]),
            refresh: text(&body["refresh_token"]),
        }
    }
}
