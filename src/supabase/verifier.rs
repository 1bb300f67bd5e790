//! Who a token says its bearer is: held against the secret, the key list of a remote Auth, or both.
//!
//! Verified tokens are remembered until they expire, a bounded number of them, by a hash; all are
//! forgotten when the keys change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::remote::{Keys, RemoteKeys};
use super::token::{Claims, KeyRing, Rules, TokenError};

/// Tokens that are remembered.
const TOKENS_MAX: usize = 5_000;
/// Longest token that is remembered; users choose how much they have their tokens carry.
const REMEMBERED_BYTES_MAX: usize = 4 * 1024;
/// Longest token that is looked at; longer ones are none of Auth's.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// Verifies tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    own: Option<KeyRing>,
    remote: Option<RemoteKeys>,
    rules: Rules,
    seen: Mutex<Seen>,
}

/// Tokens that were good, under the keys of one generation.
#[derive(Debug, Default)]
struct Seen {
    generation: Option<u64>,
    /// The list's keys and our own.
    ring: Option<Arc<KeyRing>>,
    tokens: HashMap<[u8; 32], Claims>,
}

/// Why nobody is known by this token.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is not good.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The keys that would show it are not to be had.
    #[error("the keys that tokens are signed with can't be had")]
    NoKeys,
}

impl Verifier {
    /// By keys of our own: a secret, or a list that never changes.
    pub fn own(ring: KeyRing, rules: Rules) -> Self {
        Self::new(Some(ring), None, rules)
    }

    /// By the key list of a remote Auth, and by the project's secret where it has one.
    pub fn remote(keys: RemoteKeys, secret: Option<KeyRing>, rules: Rules) -> Self {
        Self::new(secret, Some(keys), rules)
    }

    fn new(own: Option<KeyRing>, remote: Option<RemoteKeys>, rules: Rules) -> Self {
        Self(Arc::new(Inner { own, remote, rules, seen: Mutex::default() }))
    }

    /// The claims of a token that is good at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// What is wrong with it, or that it can't be told.
    pub async fn verify(&self, token: &str, now: i64) -> Result<Claims, VerifyError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Segments.into());
        }
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let keys = match &self.0.remote {
            None => None,
            Some(remote) => remote.fresh(now).await,
        };
        if let Some(claims) = self.remembered(&digest, keys.as_ref(), now) {
            return Ok(claims);
        }
        let mut verified = self.check(token, keys.as_ref(), now);
        let is_strange = matches!(
            verified,
            Err(VerifyError::NoKeys
                | VerifyError::Token(TokenError::UnknownKey { .. } | TokenError::Method { .. }))
        );
        let mut keys = keys;
        if let (true, Some(remote)) = (is_strange, &self.0.remote) {
            keys = remote.again(now).await;
            verified = self.check(token, keys.as_ref(), now);
        }
        let claims = verified?;
        if token.len() <= REMEMBERED_BYTES_MAX {
            self.remember(digest, keys.as_ref(), &claims, now);
        }
        Ok(claims)
    }

    fn check(&self, token: &str, keys: Option<&Keys>, now: i64) -> Result<Claims, VerifyError> {
        let ring = self.seen(keys).ring.clone().ok_or(VerifyError::NoKeys)?;
        Ok(ring.verify(token, &self.0.rules, now)?)
    }

    /// What is known under these keys: nothing yet, if they have changed.
    fn seen(&self, keys: Option<&Keys>) -> MutexGuard<'_, Seen> {
        let generation = keys.map_or(0, |keys| keys.generation);
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.generation != Some(generation) {
            let ring = match (keys.map(|keys| Arc::clone(&keys.ring)), self.0.own.clone()) {
                (Some(remote), Some(own)) => Some(KeyRing::clone(&remote).and(own).into()),
                (remote, own) => remote.or(own.map(Arc::new)),
            };
            *seen = Seen { generation: Some(generation), ring, tokens: HashMap::new() };
        }
        seen
    }

    fn remembered(&self, digest: &[u8; 32], keys: Option<&Keys>, now: i64) -> Option<Claims> {
        let mut seen = self.seen(keys);
        let claims = seen.tokens.get(digest)?;
        if is_over(claims, now) {
            seen.tokens.remove(digest);
            return None;
        }
        Some(claims.clone())
    }

    fn remember(&self, digest: [u8; 32], keys: Option<&Keys>, claims: &Claims, now: i64) {
        let mut seen = self.seen(keys);
        if seen.tokens.len() >= TOKENS_MAX {
            seen.tokens.retain(|_, claims| !is_over(claims, now));
        }
        if seen.tokens.len() >= TOKENS_MAX {
            seen.tokens.clear();
        }
        seen.tokens.insert(digest, claims.clone());
    }
}

/// Whether the token has expired; one that never does is looked at each time.
fn is_over(claims: &Claims, now: i64) -> bool {
    claims.get("exp").and_then(serde_json::Value::as_i64).is_none_or(|exp| exp <= now)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_token_is_remembered_until_it_expires() {
        let ring = KeyRing::from_secret(&SecretString::from("secret"), None);
        let token = ring.mint(&json!({ "sub": "x", "exp": 100 })).expect("the ring signs");
        let verifier = Verifier::own(ring, Rules::default());
        for now in [10, 99] {
            assert!(verifier.verify(&token, now).await.is_ok());
            assert_eq!(verifier.0.seen.lock().expect("no panic").tokens.len(), 1);
        }
        let late = verifier.verify(&token, 100).await;
        assert!(matches!(late, Err(VerifyError::Token(TokenError::Expired))));
        assert!(verifier.0.seen.lock().expect("no panic").tokens.is_empty());
    }
}
