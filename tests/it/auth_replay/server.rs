//! The stand-in in the configurations of the recording, and the requests that are sent to it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use secrecy::SecretString;
use serde_json::{Value, json};
use souk::base::clock::Clock;
use souk::supabase::auth::{Auth, AuthRequest, AuthResponse, Headers};
use souk::supabase::embedded::auth::mail::Mailbox;
use souk::supabase::embedded::auth::{AuthConfig, EmbeddedAuth};
use souk::supabase::token::KeyRing;

use super::pattern::Bindings;
use super::recording::Exchange;
use crate::support::AuthDatabase;

const SECRET: &str = "a secret of the recorder, long enough for HS256";

/// One stand-in with a clock that stands still and a box for its mails.
pub(crate) struct Server {
    auth: Auth,
    pub(crate) clock: Clock,
    pub(crate) mailbox: Arc<Mailbox>,
    config: String,
}

impl Server {
    /// A stand-in in one configuration. Its clock is somewhat behind the database's, whose own time
    /// shows in rows that a recorded statement makes.
    pub(crate) fn new(database: &AuthDatabase, name: &str) -> Self {
        let behind = jiff::SignedDuration::from_mins(2);
        let clock = Clock::fixed(Clock::system().now() - behind);
        let mailbox = Arc::new(Mailbox::default());
        let config = config(name);
        let auth = Auth::Embedded(EmbeddedAuth::new(
            database.cluster.clone(),
            config,
            clock.clone(),
            mailbox.clone(),
        ));
        Self { auth, clock, mailbox, config: name.to_owned() }
    }

    /// Answers on a task of its own, as a server does.
    pub(crate) async fn answer(&self, request: &AuthRequest) -> AuthResponse {
        let (auth, request) = (self.auth.clone(), request.clone());
        tokio::spawn(async move { auth.answer(request).await }).await.expect("an answer, no panic")
    }

    pub(crate) fn is_limited(&self) -> bool {
        self.config == "limits"
    }

    /// The recorded request with this run's own tokens, ids and codes.
    pub(crate) fn request(&self, bindings: &Bindings, exchange: &Exchange) -> AuthRequest {
        let now = self.clock.epoch();
        let path = bindings.fill(&exchange.path);
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let mut headers = Headers::default();
        let mut content_type = Some("application/json".to_owned());
        headers.push("User-Agent", "souk-recorder");
        for (name, value) in &exchange.request_headers {
            let value = fill_header(bindings, exchange, value.as_str().unwrap_or_default(), now);
            if name.eq_ignore_ascii_case("content-type") {
                content_type = Some(value).filter(|value| !value.is_empty());
            } else {
                headers.push(name.as_str(), value);
            }
        }
        let body = body(bindings, exchange);
        if let Some(content_type) = content_type.filter(|_| !body.is_empty()) {
            headers.push("Content-Type", content_type);
        }
        AuthRequest {
            method: exchange.method.clone(),
            path: path
                .strip_prefix("/auth/v1/verify")
                .map_or(path.to_owned(), |rest| format!("/verify{rest}")),
            query: query.to_owned(),
            headers,
            body: body.into_bytes(),
            client_ip: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            asked_at: None,
        }
    }
}

fn body(bindings: &Bindings, exchange: &Exchange) -> String {
    match (&exchange.request_body, exchange.request_body_raw.as_deref()) {
        (_, Some("<a JSON object of 1.1 MB>")) => json!({"x": "x".repeat(1_100_000)}).to_string(),
        (_, Some(raw)) => bindings.fill(raw),
        (Some(body), None) => changed(bindings.fill_value(body).to_string(), bindings),
        (None, None) => String::new(),
    }
}

/// `<… with a changed …>`: the value, with another letter near its end.
fn changed(text: String, bindings: &Bindings) -> String {
    let Some(start) = text.find(" with a changed ") else { return text };
    let (Some(open), Some(close)) = (text[..start].rfind('<'), text[start..].find('>')) else {
        return text;
    };
    let mut value = bindings.fill(&format!("<{}>", &text[open + 1..start]));
    let at = value.len() - 6;
    let other = if &value[at..=at] == "A" { "B" } else { "A" };
    value.replace_range(at..=at, other);
    format!("{}{value}{}", &text[..open], &text[start + close + 1..])
}

fn fill_header(bindings: &Bindings, exchange: &Exchange, value: &str, now: i64) -> String {
    let filled = changed(bindings.fill(value), bindings);
    if filled.contains("<service_role_jwt>") {
        let claims = json!({"iss": "supabase", "role": "service_role", "iat": 1_700_000_000, "exp": 4_100_000_000_i64});
        let token = signed(&json!({"alg": "HS256", "typ": "JWT"}), &claims, SECRET);
        return filled.replace("<service_role_jwt>", &token);
    }
    match (&exchange.request_jwt, filled.find('<'), filled.find('>')) {
        (Some(jwt), Some(open), Some(close)) => {
            let token = made_by_the_recorder(bindings, jwt, now);
            format!("{}{token}{}", &filled[..open], &filled[close + 1..])
        }
        _ => filled,
    }
}

fn made_by_the_recorder(bindings: &Bindings, jwt: &Value, now: i64) -> String {
    let mut claims = bindings.fill_value(&jwt["claims"]);
    for (_, value) in claims.as_object_mut().into_iter().flatten() {
        match value.as_str() {
            Some("<past>") => *value = json!(now - 600),
            Some("<future>") => *value = json!(now + 3600),
            _ => {}
        }
    }
    match jwt["signed_with"].as_str() {
        Some("the secret") => signed(&jwt["header"], &claims, SECRET),
        Some("nothing") => unsigned(&jwt["header"], &claims),
        _ => signed(&jwt["header"], &claims, "another secret, just as long as the first"),
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encode(header), encode(claims))
}

fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let message = unsigned(header, claims);
    let message = message.trim_end_matches('.');
    let algorithm = match header["alg"].as_str() {
        Some("HS512") => Algorithm::HS512,
        _ => Algorithm::HS256,
    };
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signature = crypto::sign(message.as_bytes(), &key, algorithm).expect("HMAC signs");
    format!("{message}.{signature}")
}

/// Header and claims of the access token in a body or in a redirect's fragment.
pub(crate) fn token_of(body: &str, location: &str) -> Option<(Value, Value)> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let token = match body["access_token"].as_str() {
        Some(token) => token,
        None => location.split("access_token=").nth(1)?.split('&').next()?,
    };
    let mut parts = token.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice(&bytes).ok()
    });
    Some((parts.next()??, parts.next()??))
}

/// The settings of one configuration of the recording.
fn config(name: &str) -> AuthConfig {
    let secret = SecretString::from(SECRET);
    let external = "http://127.0.0.1:9999/auth/v1";
    let keys = match name {
        "es256" => KeyRing::from_jwks(&json!([es256(), hs256()]).to_string()).expect("keys"),
        "es256-only" => KeyRing::from_jwks(&json!([es256()]).to_string()).expect("keys"),
        "hs256-kid" => KeyRing::from_secret(&secret, Some("souk-hs256")),
        _ => KeyRing::from_secret(&secret, None),
    };
    let mut config = AuthConfig::new(keys, external, "http://127.0.0.1:3000");
    config.uri_allow_list = vec![
        "https://shop.example.com/**".to_owned(),
        "https://*.preview.example.com/welcome".to_owned(),
    ];
    config.mail.frequency = Duration::from_micros(1);
    config.limits.mails_per_hour = 1_000_000.0;
    config.mail.autoconfirm = true;
    match name {
        "autoconfirm" => config.anonymous_users = true,
        "confirm" => {
            config.mail.autoconfirm = false;
            config.mail.url_path = "/auth/v1/verify".to_owned();
            config.anonymous_users = true;
            config.manual_linking = true;
        }
        "limits" => {
            config.mail.autoconfirm = false;
            config.anonymous_users = true;
            config.mail.frequency = Duration::ZERO;
            config.limits.mails_per_hour = 2.0;
            config.limits.header = Some("X-Forwarded-For".to_owned());
            config.limits.anonymous_per_hour = 1.0;
            config.limits.token_per_5_minutes = 1.0;
            config.limits.verify_per_5_minutes = 1.0;
        }
        "strict" => strict(&mut config),
        "no-email" => config.email_provider = false,
        "bare" => {
            config.mail.autoconfirm = false;
            config.mail.enabled = false;
            config.issuer = None;
            config.audience = String::new();
            config.default_role = String::new();
        }
        _ => {}
    }
    config
}

fn strict(config: &mut AuthConfig) {
    config.mail.autoconfirm = false;
    config.mail.secure_change = false;
    config.mail.notify_password = true;
    config.disable_signup = true;
    config.password.length_min = 8;
    config.password.required =
        ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"]
            .map(str::to_owned)
            .to_vec();
    config.password.reauthenticate = true;
    config.password.require_current = true;
}

fn es256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": "souk-es256", "alg": "ES256", "use": "sig",
        "key_ops": ["sign", "verify"],
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    })
}

fn hs256() -> Value {
    json!({
        "kty": "oct", "kid": "legacy-hs256", "alg": "HS256", "key_ops": ["verify"],
        "k": URL_SAFE_NO_PAD.encode(SECRET),
    })
}
