//! API keys: what a client sends in `apikey`, and often again as bearer.
//!
//! A publishable key means `anon` and a secret key `service_role`, whether it is of the newer kind
//! (`sb_publishable_…`, `sb_secret_…`) or a legacy token. supabase-js sends its key as bearer while
//! nobody is signed in, so a bearer that equals a key is that key and not a token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::token::{KeyRing, MintError};
use crate::base::random;

/// Characters after the prefix of a new key: 31 of 62 kinds, some 184 bits.
const KEY_LENGTH: usize = 31;
/// How long a legacy key lives, in seconds: ten years, as Supabase mints them.
const LEGACY_LIFE_S: i64 = 10 * 365 * 86_400;

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKey {
    /// Good for what `anon` may do.
    Publishable,
    /// Good for what `service_role` may do.
    Secret,
}

impl ApiKey {
    /// The database role the key stands for.
    pub fn role(self) -> &'static str {
        match self {
            Self::Publishable => "anon",
            Self::Secret => "service_role",
        }
    }

    /// What a key says it stands for: by its prefix, or as a legacy token by its role.
    pub fn of(key: &SecretString) -> Option<Self> {
        let key = key.expose_secret();
        if key.starts_with("sb_publishable_") {
            return Some(Self::Publishable);
        }
        if key.starts_with("sb_secret_") {
            return Some(Self::Secret);
        }
        let claims = URL_SAFE_NO_PAD.decode(key.split('.').nth(1)?).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        match claims.get("role")?.as_str()? {
            "anon" => Some(Self::Publishable),
            "service_role" => Some(Self::Secret),
            _ => None,
        }
    }

    /// A new key of the newer kind.
    pub fn generate(self) -> SecretString {
        let prefix = match self {
            Self::Publishable => "sb_publishable_",
            Self::Secret => "sb_secret_",
        };
        SecretString::from(format!("{prefix}{}", random::letters(KEY_LENGTH)))
    }

    /// The legacy key: a token of ten years with this role.
    ///
    /// # Errors
    /// When the ring holds no key to sign with.
    pub fn legacy(self, ring: &KeyRing, now: i64) -> Result<SecretString, MintError> {
        let claims = json!({
            "iss": "supabase", "role": self.role(), "iat": now, "exp": now + LEGACY_LIFE_S,
        });
        ring.mint(&claims).map(SecretString::from)
    }
}

/// What a request presents, before any token was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented<'a> {
    /// Neither a known key nor a bearer.
    Nothing,
    /// A key and no token.
    Key(ApiKey),
    /// A bearer that is no key: a token, still to be verified.
    Token {
        /// The bearer.
        token: &'a str,
        /// The key in `apikey`, if it is a known one.
        key: Option<ApiKey>,
    },
}

/// The keys a project accepts.
#[derive(Clone, Debug, Default)]
pub struct ApiKeys(Vec<(ApiKey, SecretString)>);

impl ApiKeys {
    /// Accepts one key more.
    #[must_use]
    pub fn with(mut self, kind: ApiKey, key: SecretString) -> Self {
        self.0.push((kind, key));
        self
    }

    /// What the text is the key of. Every key is compared, in constant time.
    pub fn find(&self, text: &str) -> Option<ApiKey> {
        let mut found = None;
        for (kind, key) in &self.0 {
            if bool::from(key.expose_secret().as_bytes().ct_eq(text.as_bytes())) {
                found = Some(*kind);
            }
        }
        found
    }

    /// The key that browsers send, of the newer kind where there is one. It is no secret.
    pub fn publishable(&self) -> Option<&str> {
        let found = self.0.iter().find(|(kind, _)| *kind == ApiKey::Publishable);
        found.map(|(_, key)| key.expose_secret())
    }

    /// Who asks, by the headers `apikey` and `Authorization`.
    pub fn presented<'a>(
        &self,
        apikey: Option<&str>,
        authorization: Option<&'a str>,
    ) -> Presented<'a> {
        let key = apikey.and_then(|text| self.find(text));
        match authorization.and_then(bearer) {
            None => key.map_or(Presented::Nothing, Presented::Key),
            Some(token) => match self.find(token) {
                Some(as_bearer) => Presented::Key(as_bearer),
                None => Presented::Token { token, key },
            },
        }
    }
}

/// The token of an `Authorization` header, if its scheme is Bearer and there is one.
pub fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_that_equals_a_key_is_that_key() {
        let key = ApiKey::Publishable.generate();
        let secret = ApiKey::Secret.generate();
        let keys = ApiKeys::default()
            .with(ApiKey::Publishable, key.clone())
            .with(ApiKey::Secret, secret.clone());
        let (key, secret) = (key.expose_secret(), secret.expose_secret());

        assert!(key.starts_with("sb_publishable_"));
        assert_eq!(keys.presented(None, None), Presented::Nothing);
        assert_eq!(keys.presented(Some(key), None), Presented::Key(ApiKey::Publishable));
        let both = format!("Bearer {key}");
        assert_eq!(keys.presented(Some(key), Some(&both)), Presented::Key(ApiKey::Publishable));
        let secret = format!("bearer {secret}");
        assert_eq!(keys.presented(Some(key), Some(&secret)), Presented::Key(ApiKey::Secret));
        let token = Presented::Token { token: "a.b.c", key: Some(ApiKey::Publishable) };
        assert_eq!(keys.presented(Some(key), Some("Bearer a.b.c")), token);
        assert_eq!(keys.presented(Some("sb_secret_x"), Some("Basic eA==")), Presented::Nothing);
    }
}
