//! Supabase's tokens: minting, and what makes one good.
//!
//! A [`KeyRing`] holds the keys; each key has one algorithm, so a token can't choose how it is
//! checked. Time comes from the caller. [`TokenError::UnknownKey`] is what a cache of a remote key
//! list takes as the sign to fetch the list again.

mod jwk;
mod ring;

use serde_json::{Map, Value};

pub use jwk::KeyError;
pub use ring::{KeyRing, MintError};

/// What a token must satisfy besides its signature. `exp` and `nbf` are always looked at.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The issuer it must name.
    pub issuer: Option<String>,
    /// The audience it must be for.
    pub audience: Option<String>,
    /// Whether it must say when it expires.
    pub must_expire: bool,
}

/// The claims of a token whose signature and times are good.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    map: Map<String, Value>,
    text: String,
}

/// Why a token is not accepted. The texts are those Supabase Auth answers with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three parts.
    #[error("token is malformed: token contains an invalid number of segments")]
    Segments,
    /// A part is not base64url.
    #[error(
        "token is malformed: could not base64 decode {part}: illegal base64 data at input byte {at}"
    )]
    Base64 {
        /// `header`, `claim` or `signature`.
        part: &'static str,
        /// Where.
        at: usize,
    },
    /// A part is not a JSON object.
    #[error("token is malformed: could not JSON decode {part}")]
    Json {
        /// `header` or `claim`.
        part: &'static str,
    },
    /// The ring has no key of this algorithm.
    #[error("token signature is invalid: signing method {algorithm} is invalid")]
    Method {
        /// `alg` of the header.
        algorithm: String,
    },
    /// The key that the header names is of another algorithm.
    #[error("token signature is invalid: key is of invalid type: {wanted}")]
    KeyType {
        /// What the algorithm would need.
        wanted: &'static str,
    },
    /// No key has this id.
    #[error(
        "token is unverifiable: error while executing keyfunc: unrecognized JWT kid {kid} for algorithm {algorithm}"
    )]
    UnknownKey {
        /// `kid` of the header.
        kid: String,
        /// `alg` of the header.
        algorithm: String,
    },
    /// The signature is not this key's.
    #[error("token signature is invalid: {0}")]
    Signature(&'static str),
    /// `exp` has passed, or is missing where it must be there.
    #[error("token has invalid claims: token is expired")]
    Expired,
    /// `nbf` is yet to come.
    #[error("token has invalid claims: token is not valid yet")]
    NotYet,
    /// Another issuer.
    #[error("token has invalid claims: token has invalid issuer")]
    Issuer,
    /// Another audience.
    #[error("token has invalid claims: token has invalid audience")]
    Audience,
}

impl Claims {
    fn new(map: Map<String, Value>, text: String) -> Self {
        Self { map, text }
    }

    /// The claims as the token carries them, for `request.jwt.claims`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Any claim.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name)
    }

    /// A claim that is a text and not empty.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The database role.
    pub fn role(&self) -> Option<&str> {
        self.str("role")
    }

    /// The audiences; a single one counts as a list of one.
    pub fn audiences(&self) -> Vec<&str> {
        match self.get("aud") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Holds the claims against the rules at the time `now`, in seconds since 1970.
    fn check(&self, rules: &Rules, now: i64) -> Result<(), TokenError> {
        let second = |name: &str| self.get(name).and_then(Value::as_f64);
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are exact in a double")]
        let now = now as f64;
        match second("exp") {
            Some(exp) if now < exp => {}
            None if !rules.must_expire && self.get("exp").is_none() => {}
            _ => return Err(TokenError::Expired),
        }
        if second("nbf").is_some_and(|nbf| now < nbf) {
            return Err(TokenError::NotYet);
        }
        if rules.issuer.is_some() && self.str("iss") != rules.issuer.as_deref() {
            return Err(TokenError::Issuer);
        }
        match &rules.audience {
            Some(wanted) if !self.audiences().contains(&wanted.as_str()) => {
                Err(TokenError::Audience)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
