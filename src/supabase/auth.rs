//! Supabase Auth as the gateway sees it: one question, one answer, whoever answers.

mod refusal;
mod shape;

use uuid::Uuid;

pub use refusal::Refusal;
pub use shape::{Shape, VERSION_HEADER};

use super::embedded::auth::EmbeddedAuth;
use super::remote::RemoteAuth;
use crate::base::id::UserId;

/// A request to Auth, its path without the gateway's `/auth/v1`.
#[derive(Clone, Debug, Default)]
pub struct AuthRequest {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path, beginning with `/`.
    pub path: String,
    /// What stands behind `?`, still encoded; empty when there is none.
    pub query: String,
    /// The headers that matter.
    pub headers: Headers,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The caller's address, as the gateway trusts it.
    pub client_ip: Option<std::net::IpAddr>,
    /// Where it was asked, if that is not the configured address of Auth: a store's own.
    pub asked_at: Option<AskedAt>,
}

/// An address under which Auth answers besides its configured one. Mails asked for there lead back
/// there, so that a session begins where it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAt {
    /// Where Auth is reached: the base of mailed links.
    pub external_url: String,
    /// Where links lead that ask for nothing else.
    pub site_url: String,
}

/// An answer of Auth.
#[derive(Clone, Debug)]
pub struct AuthResponse {
    /// HTTP status.
    pub status: u16,
    /// All headers but length and date.
    pub headers: Headers,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
    /// The session that this answer hands out tokens of, if it does.
    pub issued: Option<IssuedSession>,
}

/// The session a token answer belongs to; the headers `sb-auth-session-id` and `sb-auth-user-id`
/// carry the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedSession {
    /// Row of `auth.sessions`.
    pub session_id: Uuid,
    /// Its user.
    pub user_id: UserId,
}

/// Headers in the order they were set; names are compared without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The first value under the name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Adds a header behind those already there.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Whoever serves `/auth/v1`.
#[derive(Clone, Debug)]
pub enum Auth {
    /// The stand-in, in this process and on the cluster's own schema `auth`.
    Embedded(EmbeddedAuth),
    /// The real one, over HTTP.
    Remote(RemoteAuth),
}

impl Auth {
    /// Whether the stand-in answers: what it mails stays on this machine.
    pub fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded(_))
    }

    /// Answers one request; what goes wrong inside is an answer too.
    pub async fn answer(&self, request: AuthRequest) -> AuthResponse {
        match self {
            Self::Embedded(auth) => auth.answer(&request).await,
            Self::Remote(auth) => auth.answer(&request).await,
        }
    }
}
