//! JSON web tokens, refused in PostgREST's words.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
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
    /// The one algorithm that it is for, if it says so.
    algorithm: Option<String>,
    /// Whether it is a shared secret.
    is_secret: bool,
    key: DecodingKey,
}

impl Key {
    fn secret(bytes: &[u8]) -> Self {
        let algorithm = Some("HS256".to_owned());
        Self { id: None, algorithm, is_secret: true, key: DecodingKey::from_secret(bytes) }
    }

    /// A JSON web key; none where it is not for signatures.
    fn of(jwk: &Jwk) -> Result<Option<Self>, jsonwebtoken::errors::Error> {
        if jwk.common.public_key_use == Some(PublicKeyUse::Encryption) {
            return Ok(None);
        }
        let is_secret = matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_));
        let (id, key) = (jwk.common.key_id.clone(), DecodingKey::from_jwk(jwk)?);
        let algorithm = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
        Ok(Some(Self { id, algorithm, is_secret, key }))
    }

    /// Whether a token of this algorithm may be its. Of a token that names a key, no other is asked.
    fn fits(&self, algorithm: Algorithm, name: &str, id: Option<&str>) -> bool {
        let is_hmac = matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512);
        // A public key must never be taken for a secret.
        self.is_secret == is_hmac
            && self.algorithm.as_deref().is_none_or(|own| own == name)
            && (id.is_none() || self.id.as_deref() == id)
    }
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
            return Ok(Self { keys: vec![Key::secret(text)], is_text: true });
        };
        let keys = set.keys.iter().filter_map(|jwk| Key::of(jwk).transpose());
        Ok(Self { keys: keys.collect::<Result<_, _>>()?, is_text: false })
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
    let mut fitting = keys.keys.iter().filter(|key| key.fits(algorithm, name, id)).peekable();
    let unsuitable =
        |details: &str| refused("PGRST301", "No suitable key or wrong key type").details(details);
    if fitting.peek().is_none() {
        return Err(unsuitable("No suitable key was found to decode the JWT"));
    }
    let made = |key: &Key| {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key.key, algorithm)
    };
    if !fitting.any(|key| made(key).unwrap_or(false)) {
        return Err(unsuitable("None of the keys was able to decode the JWT"));
    }
    let claims = object(payload).ok_or_else(|| refused("PGRST303", "Parsing claims failed"))?;
    check(&claims, audience, now)?;
    Ok(claims)
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
    if time("exp")?.is_some_and(|at| now - SKEW_S > at) {
        return Err(refused("PGRST303", "JWT expired"));
    }
    if time("nbf")?.is_some_and(|at| now + SKEW_S < at) {
        return Err(refused("PGRST303", "JWT not yet valid"));
    }
    if time("iat")?.is_some_and(|at| now + SKEW_S < at) {
        return Err(refused("PGRST303", "JWT issued at future"));
    }
    let named: Option<Vec<&str>> = match claims.get("aud") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(several)) => several.iter().map(Value::as_str).collect(),
        Some(one) => one.as_str().map(|one| vec![one]),
    };
    let Some(named) = named else {
        let message = "The JWT 'aud' claim must be a string or an array of strings";
        return Err(refused("PGRST303", message));
    };
    let is_for_us = |audience| named.is_empty() || named.contains(&audience);
    match audience.is_none_or(is_for_us) {
        true => Ok(()),
        false => Err(refused("PGRST303", "JWT not in audience")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn refusal(claims: &Value, audience: Option<&str>) -> Option<String> {
        let refused = check(claims.as_object()?, audience, NOW).err()?.into_response();
        let body: Value = serde_json::from_slice(&refused.body).ok()?;
        Some(body["message"].as_str()?.to_owned())
    }

    #[test]
    fn clocks_may_differ_by_half_a_minute_and_no_more() {
        for (name, inside, outside, said) in [
            ("exp", NOW - 30, NOW - 31, "JWT expired"),
            ("nbf", NOW + 30, NOW + 31, "JWT not yet valid"),
            ("iat", NOW + 30, NOW + 31, "JWT issued at future"),
        ] {
            assert_eq!(refusal(&json!({ name: inside }), None), None, "{name}");
            assert_eq!(refusal(&json!({ name: outside }), None).as_deref(), Some(said));
            let message = format!("The JWT '{name}' claim must be a number");
            assert_eq!(refusal(&json!({ name: "soon" }), None), Some(message));
        }
    }

    #[test]
    fn an_audience_is_texts_whether_or_not_one_is_wanted() {
        let bad = Some("The JWT 'aud' claim must be a string or an array of strings");
        let elsewhere = Some("JWT not in audience");
        for (aud, of_any, of_us) in [
            (json!("us"), None, None),
            (json!(["them", "us"]), None, None),
            (json!([]), None, None),
            (json!(null), None, None),
            (json!("them"), None, elsewhere),
            (json!(["them"]), None, elsewhere),
            (json!(7), bad, bad),
            (json!(["us", 7]), bad, bad),
            (json!({ "us": true }), bad, bad),
        ] {
            let claims = json!({ "aud": aud });
            assert_eq!(refusal(&claims, None).as_deref(), of_any, "{aud}");
            assert_eq!(refusal(&claims, Some("us")).as_deref(), of_us, "{aud}");
        }
    }
}
