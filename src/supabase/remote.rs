//! The real Supabase Auth, over HTTP: the same question and the same answer as the stand-in's.
//!
//! A request goes on as it came: method, path, query, body, and all headers but those of the
//! connection and of whoever stood in between. Of an answer, status and body come back unchanged, a
//! redirect too. A request is sent once: what did not answer may still have happened. While Auth is
//! down, clients are told in Auth's own shape, so that theirs try again.

mod forward;
mod keys;

use std::time::Duration;

pub use keys::{Keys, RemoteKeys};

use super::auth::{AuthRequest, AuthResponse, Refusal};
use crate::base::chain::Chain;
use crate::outside::{self, Outside};

/// Largest body that is sent on, as Auth has it.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Auth gives itself ten seconds, and its hooks five more.
const LIMITS: outside::Limits = outside::Limits {
    connect: Duration::from_secs(3),
    total: Duration::from_secs(20),
    answer_bytes_max: 8 * 1024 * 1024,
    calls_max: 256,
};

/// How long the key list may take.
const KEYS_TIMEOUT: Duration = Duration::from_secs(5);

/// A Supabase Auth at an address.
#[derive(Clone, Debug)]
pub struct RemoteAuth {
    url: String,
    outside: Outside,
    /// For the key list, which callers wait for.
    quick: Outside,
}

impl RemoteAuth {
    /// The Auth at `url`, such as `https://abcd.supabase.co/auth/v1`.
    ///
    /// # Errors
    /// When this machine has no certificates of authorities to check it by.
    pub fn new(url: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::with_limits(url, LIMITS)
    }

    /// The same with limits of one's own.
    ///
    /// # Errors
    /// As [`RemoteAuth::new`].
    pub fn with_limits(
        url: &str,
        limits: outside::Limits,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let url = url.trim_end_matches('/').to_owned();
        let total = limits.total.min(KEYS_TIMEOUT);
        let quick = Outside::new(outside::Limits { total, ..limits })?;
        Ok(Self { url, outside: Outside::new(limits)?, quick })
    }

    /// The keys that its tokens are signed with.
    pub fn keys(&self) -> RemoteKeys {
        RemoteKeys::new(&self.url, self.quick.clone())
    }

    /// Sends one request on.
    pub async fn answer(&self, request: &AuthRequest) -> AuthResponse {
        if request.body.len() > BODY_BYTES_MAX {
            return Refusal::TooLarge.answer(&request.headers);
        }
        let Some(call) = forward::call(&self.url, request) else {
            return Refusal::NoRoute.answer(&request.headers);
        };
        match self.outside.send(call).await {
            Ok(reply) => forward::answer(reply),
            Err(error) => {
                tracing::error!(
                    path = %request.path,
                    error = %Chain(&error),
                    "auth did not answer"
                );
                Refusal::from(&error).answer(&request.headers)
            }
        }
    }
}
