//! The keys tokens are signed and verified with.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::jwk::{self, KeyError};
use super::{Claims, Rules, TokenError};

/// One key: what it verifies, and signs if its private half is known.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) verify: DecodingKey,
    pub(super) sign: Option<EncodingKey>,
    /// The public half, for the key list; `None` for a shared secret.
    pub(super) public: Option<Value>,
}

/// The keys of one issuer. Tokens are signed with the one that may sign.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<Key>,
}

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// No key of the ring may sign.
    #[error("no key of the ring may sign")]
    NoSigningKey,
    /// The claims are no JSON.
    #[error("the claims are no JSON")]
    Claims(#[from] serde_json::Error),
    /// The key could not sign.
    #[error("the key could not sign")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = self.keys.iter().map(|key| (key.algorithm, key.kid.as_deref()));
        f.debug_list().entries(keys).finish()
    }
}

impl KeyRing {
    /// The legacy form: one HS256 secret that signs and verifies, its `kid` in the header if given.
    pub fn from_secret(secret: &SecretString, kid: Option<&str>) -> Self {
        let secret = secret.expose_secret().as_bytes();
        Self {
            keys: vec![Key {
                kid: kid.map(str::to_owned),
                algorithm: Algorithm::HS256,
                verify: DecodingKey::from_secret(secret),
                sign: Some(EncodingKey::from_secret(secret)),
                public: None,
            }],
        }
    }

    /// A list of JWKs, private or public: a bare array, or an object with `keys`. A key signs when
    /// its private half is there and its `key_ops` do not forbid it. ES256, RS256 (verification
    /// only) and HS256 are known; other keys are left out.
    ///
    /// # Errors
    /// When the text is no such list, or a key of a known kind can't be read.
    pub fn from_jwks(text: &str) -> Result<Self, KeyError> {
        let list: Value = serde_json::from_str(text).map_err(|_| KeyError::NoList)?;
        let list = list.get("keys").unwrap_or(&list).as_array().ok_or(KeyError::NoList)?;
        let keys = list.iter().filter_map(|key| jwk::read(key).transpose());
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }

    /// The public keys, as `/.well-known/jwks.json` lists them.
    pub fn jwks(&self) -> Value {
        let keys: Vec<&Value> = self.keys.iter().filter_map(|key| key.public.as_ref()).collect();
        json!({ "keys": keys })
    }

    /// A signed token with these claims, in the order they serialize in.
    ///
    /// # Errors
    /// When no key may sign, or the claims are no JSON.
    pub fn mint(&self, claims: &impl Serialize) -> Result<String, MintError> {
        let key = self.keys.iter().find(|key| key.sign.is_some()).ok_or(MintError::NoSigningKey)?;
        let sign = key.sign.as_ref().ok_or(MintError::NoSigningKey)?;
        let mut header = Map::new();
        header.insert("alg".to_owned(), serde_json::to_value(key.algorithm)?);
        if let Some(kid) = &key.kid {
            header.insert("kid".to_owned(), Value::from(kid.as_str()));
        }
        header.insert("typ".to_owned(), Value::from("JWT"));
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?);
        let message = format!("{header}.{claims}");
        let signature = crypto::sign(message.as_bytes(), sign, key.algorithm)?;
        Ok(format!("{message}.{signature}"))
    }

    /// The claims of a token, if a key of the ring signed it and it satisfies the rules at `now`,
    /// in seconds since 1970.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn verify(&self, token: &str, rules: &Rules, now: i64) -> Result<Claims, TokenError> {
        let parts: Vec<&str> = token.split('.').collect();
        let &[header, payload, signature] = parts.as_slice() else {
            return Err(TokenError::Segments);
        };
        let (header, _) = object(header, "header")?;
        let (map, text) = object(payload, "claim")?;
        let key = self.choose(&header)?;
        decode(signature, "signature")?;
        let message = &token[..token.len() - signature.len() - 1];
        let good = crypto::verify(signature, message.as_bytes(), &key.verify, key.algorithm);
        if !good.unwrap_or(false) {
            return Err(TokenError::Signature(key.mismatch()));
        }
        let claims = Claims::new(map, text);
        claims.check(rules, now)?;
        Ok(claims)
    }

    /// The key the header asks for, if the algorithm is that key's. A shared secret also serves
    /// tokens without a `kid` or with one that nobody knows, as it did before keys had ids.
    fn choose(&self, header: &Map<String, Value>) -> Result<&Key, TokenError> {
        let text = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
        let (wanted, kid) = (text("alg"), text("kid"));
        let algorithm = wanted.parse::<Algorithm>().ok();
        let Some(algorithm) = algorithm.filter(|a| self.keys.iter().any(|k| k.algorithm == *a))
        else {
            return Err(TokenError::Method { algorithm: wanted.to_owned() });
        };
        if let Some(key) = self.keys.iter().find(|key| !kid.is_empty() && key.has_id(kid)) {
            return if key.algorithm == algorithm { Ok(key) } else { Err(key_type(algorithm)) };
        }
        let secret = self.keys.iter().find(|key| key.algorithm == Algorithm::HS256);
        match (algorithm, secret) {
            (Algorithm::HS256, Some(key)) => Ok(key),
            _ => Err(TokenError::UnknownKey { kid: kid.to_owned(), algorithm: wanted.to_owned() }),
        }
    }
}

impl Key {
    fn has_id(&self, kid: &str) -> bool {
        self.kid.as_deref() == Some(kid)
    }

    fn mismatch(&self) -> &'static str {
        match self.algorithm {
            Algorithm::ES256 => "crypto/ecdsa: verification error",
            Algorithm::RS256 => "crypto/rsa: verification error",
            _ => "signature is invalid",
        }
    }
}

fn key_type(algorithm: Algorithm) -> TokenError {
    TokenError::KeyType {
        wanted: match algorithm {
            Algorithm::HS256 => "HMAC verify expects []byte",
            Algorithm::ES256 => "ECDSA verify expects *ecdsa.PublicKey",
            _ => "RSA verify expects *rsa.PublicKey",
        },
    }
}

/// A part of a token as a JSON object, and as the text it was.
fn object(part: &str, name: &'static str) -> Result<(Map<String, Value>, String), TokenError> {
    let bytes = decode(part, name)?;
    let text = String::from_utf8(bytes).map_err(|_| TokenError::Json { part: name })?;
    let map = serde_json::from_str(&text).map_err(|_| TokenError::Json { part: name })?;
    Ok((map, text))
}

/// Takes surplus bits of the last letter, as the real Auth does; whether the signature is right is
/// asked of the strict form.
fn decode(part: &str, name: &'static str) -> Result<Vec<u8>, TokenError> {
    const LENIENT: GeneralPurpose =
        GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));
    LENIENT.decode(part).map_err(|_| {
        let legal = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        let whole = part.len() / 4 * 4;
        TokenError::Base64 { part: name, at: part.bytes().position(|c| !legal(c)).unwrap_or(whole) }
    })
}
