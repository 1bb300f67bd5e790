//! JSON web tokens, refused in PostgREST's words.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use crate::rest::error::Error;

/// Clocks may differ by this many seconds.
const SKEW_S: i64 = 30;

/// Keys that tokens may be signed with.
pub struct Keys {
    keys: Vec<Key>,
    is_text: bool,
}

struct Key {
    id: Option<String>,
    /// Whether it is a shared secret.
    is_secret: bool,
    key: DecodingKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keys").field(&self.keys.len()).finish()
    }
}

impl Keys {
    /// A shared secret, or a JSON web key (set) as text.
    ///
    /// # Errors
    /// When a key of the set can't be used.
    pub fn parse(text: &[u8]) -> Result<Self, jsonwebtoken::errors::Error> {
        let set = serde_json::from_slice::<JwkSet>(text)
            .or_else(|_| serde_json::from_slice(text).map(|key| JwkSet { keys: vec![key] }));
        let Ok(set) = set else {
            let key = DecodingKey::from_secret(text);
            return Ok(Self { keys: vec![Key { id: None, is_secret: true, key }], is_text: true });
        };
        let keys = set.keys.iter().map(|jwk| {
            let is_secret =
                matches!(jwk.algorithm, jsonwebtoken::jwk::AlgorithmParameters::OctetKey(_));
            Ok(Key { id: jwk.common.key_id.clone(), is_secret, key: DecodingKey::from_jwk(jwk)? })
        });
        let keys = keys.collect::<Result<_, jsonwebtoken::errors::Error>>()?;
        Ok(Self { keys, is_text: false })
    }

    /// Whether they are one secret that was written out, and no JSON web key.
    pub(super) fn is_text(&self) -> bool {
        self.is_text
    }
}

fn refused(code: &str, message: &str) -> Error {
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{message}\"");
    Error::new(401, code, message).header("WWW-Authenticate", challenge)
}

/// The claims of a token that is valid now.
pub(super) fn claims(
    token: &str,
    keys: Option<&Keys>,
    audience: Option<&str>,
    now: i64,
) -> Result<Map<String, Value>, Error> {
    let Some(keys) = keys else {
        return Err(Error::new(500, "PGRST300", "Server lacks JWT secret"));
    };
    if token.is_empty() {
        return Err(refused("PGRST301", "Empty JWT is sent in Authorization header"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        let message = format!("Expected 3 parts in JWT; got {}", parts.len());
        return Err(refused("PGRST301", &message));
    };
    let broken = || refused("PGRST301", "JWT cryptographic operation failed");
    let object = |part: &str| -> Option<Map<String, Value>> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let head = object(header).ok_or_else(broken)?;
    let name = head.get("alg").and_then(Value::as_str).ok_or_else(broken)?;
    if name == "none" {
        return Err(refused("PGRST301", "Wrong or unsupported encoding algorithm")
            .details("JWT is unsecured but expected 'alg' was not 'none'"));
    }
    let algorithm: Algorithm =
        name.parse().map_err(|_| refused("PGRST301", "Wrong or unsupported encoding algorithm"))?;
    URL_SAFE_NO_PAD.decode(signature).map_err(|_| broken())?;
    let message = &token[..header.len() + 1 + payload.len()];
    let id = head.get("kid").and_then(Value::as_str);
    if !keys.fit(message.as_bytes(), signature, algorithm, id) {
        return Err(refused("PGRST301", "No suitable key or wrong key type")
            .details("None of the keys was able to decode the JWT"));
    }
    let claims = object(payload).ok_or_else(|| refused("PGRST303", "Parsing claims failed"))?;
    check(&claims, audience, now)?;
    Ok(claims)
}

impl Keys {
    /// Whether one of the keys made the signature.
    fn fit(&self, message: &[u8], signature: &str, algorithm: Algorithm, id: Option<&str>) -> bool {
        let is_hmac = matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512);
        self.keys
            .iter()
            // A public key must never be taken for a secret.
            .filter(|key| key.is_secret == is_hmac)
            .filter(|key| key.id.is_none() || id.is_none() || key.id.as_deref() == id)
            .any(|key| {
                jsonwebtoken::crypto::verify(signature, message, &key.key, algorithm)
                    .unwrap_or(false)
            })
    }
}

/// Times and audience.
fn check(claims: &Map<String, Value>, audience: Option<&str>, now: i64) -> Result<(), Error> {
    let time = |name: &str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        #[expect(clippy::cast_possible_truncation, reason = "a time in seconds")]
        Some(Value::Number(number)) => Ok(number.as_f64().map(|seconds| seconds as i64)),
        Some(_) => {
            let message = format!("The JWT '{name}' claim must be a number");
            Err(refused("PGRST303", &message))
        }
    };
    if time("exp")?.is_some_and(|at| now - SKEW_S >= at) {
        return Err(refused("PGRST303", "JWT expired"));
    }
    if time("nbf")?.is_some_and(|at| now + SKEW_S < at) {
        return Err(refused("PGRST303", "JWT not yet valid"));
    }
    if time("iat")?.is_some_and(|at| now + SKEW_S < at) {
        return Err(refused("PGRST303", "JWT issued at future"));
    }
    let Some(audience) = audience else { return Ok(()) };
    let fits = match claims.get("aud") {
        None | Some(Value::Null) => true,
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => {
            several.is_empty() || several.iter().any(|one| one.as_str() == Some(audience))
        }
        Some(_) => {
            let message = "The JWT 'aud' claim must be a string or an array of strings";
            return Err(refused("PGRST303", message));
        }
    };
    if fits { Ok(()) } else { Err(refused("PGRST303", "JWT not in audience")) }
}
