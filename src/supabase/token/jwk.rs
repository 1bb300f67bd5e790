//! Reading one key of a key list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde_json::{Value, json};

use super::ring::Key;

/// PKCS #8 of a P-256 key: what stands before the private number …
const EC_PREFIX: &[u8] = &[
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02,
    0x01, 0x01, 0x04, 0x20,
];
/// … and what stands before the public point.
const EC_MIDDLE: &[u8] = &[0xa1, 0x44, 0x03, 0x42, 0x00, 0x04];

/// A key list can't be read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Neither an array nor an object with `keys`.
    #[error("the text is no list of keys")]
    NoList,
    /// A member is missing or is not base64url.
    #[error("member {member} of a key can't be read")]
    Member {
        /// Name of the member.
        member: &'static str,
    },
    /// The numbers make no key.
    #[error("the key's numbers make no key")]
    Numbers(#[from] jsonwebtoken::errors::Error),
}

/// The key, or `None` if it is of a kind this program does not know.
pub(super) fn read(jwk: &Value) -> Result<Option<Key>, KeyError> {
    match jwk.get("kty").and_then(Value::as_str) {
        Some("EC") if jwk.get("crv").and_then(Value::as_str) == Some("P-256") => {
            elliptic(jwk).map(Some)
        }
        Some("RSA") => rsa(jwk).map(Some),
        Some("oct") => shared(jwk).map(Some),
        _ => Ok(None),
    }
}

fn elliptic(jwk: &Value) -> Result<Key, KeyError> {
    let (x, y) = (text(jwk, "x")?, text(jwk, "y")?);
    let sign = if jwk.get("d").is_some() && may_sign(jwk) {
        let parts = [EC_PREFIX, &bytes(jwk, "d")?, EC_MIDDLE, &bytes(jwk, "x")?, &bytes(jwk, "y")?];
        Some(EncodingKey::from_ec_der(&parts.concat()))
    } else {
        None
    };
    let public = json!({
        "alg": "ES256", "crv": "P-256", "key_ops": ["verify"], "kid": jwk.get("kid"),
        "kty": "EC", "use": "sig", "x": x, "y": y,
    });
    let verify = DecodingKey::from_ec_components(x, y)?;
    Ok(Key { kid: kid(jwk), algorithm: Algorithm::ES256, verify, sign, public: Some(public) })
}

fn rsa(jwk: &Value) -> Result<Key, KeyError> {
    let (n, e) = (text(jwk, "n")?, text(jwk, "e")?);
    let public = json!({
        "alg": "RS256", "e": e, "key_ops": ["verify"], "kid": jwk.get("kid"),
        "kty": "RSA", "n": n, "use": "sig",
    });
    let verify = DecodingKey::from_rsa_components(n, e)?;
    Ok(Key { kid: kid(jwk), algorithm: Algorithm::RS256, verify, sign: None, public: Some(public) })
}

fn shared(jwk: &Value) -> Result<Key, KeyError> {
    let secret = bytes(jwk, "k")?;
    let sign = may_sign(jwk).then(|| EncodingKey::from_secret(&secret));
    let verify = DecodingKey::from_secret(&secret);
    Ok(Key { kid: kid(jwk), algorithm: Algorithm::HS256, verify, sign, public: None })
}

fn kid(jwk: &Value) -> Option<String> {
    jwk.get("kid").and_then(Value::as_str).map(str::to_owned)
}

fn may_sign(jwk: &Value) -> bool {
    let operations = jwk.get("key_ops").and_then(Value::as_array);
    operations.is_none_or(|list| list.iter().any(|operation| operation == "sign"))
}

fn text<'a>(jwk: &'a Value, member: &'static str) -> Result<&'a str, KeyError> {
    jwk.get(member).and_then(Value::as_str).ok_or(KeyError::Member { member })
}

fn bytes(jwk: &Value, member: &'static str) -> Result<Vec<u8>, KeyError> {
    URL_SAFE_NO_PAD.decode(text(jwk, member)?).map_err(|_| KeyError::Member { member })
}
