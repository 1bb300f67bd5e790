//! The tokens of the recordings.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

pub(super) const SECRET: &str = "souk-replay-secret-of-thirty-two-bytes-or-more";
const OTHER: &str = "another-secret-of-thirty-two-bytes-or-more!!";
const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";
const FAR: i64 = 4_102_444_800;

/// The token of this name.
pub(crate) fn sign(name: &str) -> String {
    let member = json!({ "role": "authenticated", "sub": ONE, "exp": FAR });
    let app = json!({ "role": "authenticated" });
    match name {
        "garbage" => "not-a-token".to_owned(),
        "empty" => String::new(),
        "user1" => token(&member, SECRET),
        "user2" => token(
            &json!({ "role": "authenticated", "sub": TWO, "exp": FAR, "email": "two@example.org" }),
            SECRET,
        ),
        "service" => token(&json!({ "role": "service_role", "exp": FAR }), SECRET),
        "reporter" => token(&json!({ "role": "reporter", "exp": FAR }), SECRET),
        "backoffice" => token(&json!({ "role": "backoffice", "exp": FAR }), SECRET),
        "norole" => token(&json!({ "sub": ONE, "exp": FAR }), SECRET),
        "unknownrole" => token(&json!({ "role": "nobody_at_all", "exp": FAR }), SECRET),
        "expired" => {
            token(&json!({ "role": "authenticated", "sub": ONE, "exp": 1_600_000_000 }), SECRET)
        }
        "future" => token(
            &json!({ "role": "authenticated", "sub": ONE, "exp": FAR, "nbf": FAR - 10 }),
            SECRET,
        ),
        "badsig" => token(&member, OTHER),
        "badalg" => format!("{}.", unsigned("none", &member)),
        "wrongaud" => token(
            &json!({ "role": "authenticated", "app": app, "aud": "elsewhere", "exp": FAR }),
            SECRET,
        ),
        "rightaud" => token(
            &json!({ "app": app, "aud": ["elsewhere", "souk"], "sub": TWO, "exp": FAR }),
            SECRET,
        ),
        "nested" => token(&json!({ "app": app, "sub": ONE, "exp": FAR }), SECRET),
        other => panic!("no token is called {other}"),
    }
}

fn unsigned(algorithm: &str, claims: &Value) -> String {
    let head = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", encode(&head), encode(&claims.to_string()))
}

fn token(claims: &Value, secret: &str) -> String {
    let text = unsigned("HS256", claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
