//! A PostgREST over HTTP that serves stores in the place of our own plane.
//!
//! The gateway has let the caller in and says which schema is meant and whose token goes along; of
//! what the client sent, nothing that says either is passed on. A request is sent once: what did
//! not answer may still have happened.

use std::time::Duration;

use bytes::Bytes;

use super::hop;
use crate::outside::{self, Call, Outside, Reply};

/// A statement ends by its role's time limit long before this.
const LIMITS: outside::Limits = outside::Limits {
    connect: Duration::from_secs(2),
    total: Duration::from_secs(30),
    answer_bytes_max: 32 << 20,
    calls_max: 256,
};

/// Of a request: what the gateway says itself, or has answered itself.
const NOT_SENT: &[&str] =
    &["authorization", "apikey", "accept-profile", "content-profile", "origin"];
/// Of an answer: the schema.
const NOT_PASSED: &[&str] = &["content-profile"];

/// A PostgREST at an address.
#[derive(Clone, Debug)]
pub struct RemoteRest {
    url: String,
    outside: Outside,
}

/// A request to it.
#[derive(Clone, Copy, Debug)]
pub struct RestRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The path below its root, still encoded.
    pub path: &'a str,
    /// What stands behind `?`, still encoded.
    pub query: &'a str,
    /// The client's headers, names in small letters.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a Bytes,
    /// The store's schema.
    pub schema: &'a str,
    /// The caller's token, where they are signed in.
    pub token: Option<&'a str>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// The path leads out of it.
    #[error("the path names no table and no function")]
    Path,
    /// It is not there, or too many ask.
    #[error("it can't be reached")]
    Unavailable(#[source] outside::Error),
    /// It takes too long; what was asked for may have happened.
    #[error("it does not answer in time")]
    Timeout(#[source] outside::Error),
    /// It broke off, or said too much; what was asked for may have happened.
    #[error("its answer can't be used")]
    Broken(#[source] outside::Error),
    /// It does not know the store's schema.
    #[error("it does not serve the store's schema")]
    UnknownSchema,
}

impl RemoteRest {
    /// The PostgREST at `url`, such as `http://127.0.0.1:3000`.
    ///
    /// # Errors
    /// When this machine has no certificates of authorities to check it by.
    pub fn new(url: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::with_limits(url, LIMITS)
    }

    /// The same with limits of one's own.
    ///
    /// # Errors
    /// As [`RemoteRest::new`].
    pub fn with_limits(
        url: &str,
        limits: outside::Limits,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { url, outside: Outside::new(limits)? })
    }

    /// Sends one request on.
    ///
    /// # Errors
    /// Why there is no answer; an answer that refuses is an answer.
    pub async fn answer(&self, request: &RestRequest<'_>) -> Result<Reply, RestError> {
        if !is_of_a_schema(request.path) {
            return Err(RestError::Path);
        }
        let mut reply = self.outside.send(self.call(request)).await.map_err(RestError::from)?;
        // Its refusal would tell the client which other schemas there are.
        if reply.status == 406 && reply.body.windows(10).any(|part| part == b"\"PGRST106\"") {
            return Err(RestError::UnknownSchema);
        }
        let headers = reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        reply.headers = hop::passed(headers, NOT_PASSED);
        Ok(reply)
    }

    fn call(&self, request: &RestRequest<'_>) -> Call {
        let mut url = format!("{}{}", self.url, request.path);
        if !request.query.is_empty() {
            url.push('?');
            url.push_str(request.query);
        }
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut headers = hop::sent(headers, NOT_SENT);
        let profile = match request.method {
            "GET" | "HEAD" | "OPTIONS" => "accept-profile",
            _ => "content-profile",
        };
        headers.push((profile.to_owned(), request.schema.to_owned()));
        if let Some(token) = request.token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        Call { method: request.method.to_owned(), url, headers, body: request.body.clone() }
    }
}

impl From<outside::Error> for RestError {
    fn from(error: outside::Error) -> Self {
        use outside::Error as E;
        match error {
            E::Busy | E::Unreachable(_) => Self::Unavailable(error),
            E::Timeout(_) => Self::Timeout(error),
            E::Cut(_) | E::TooLarge { .. } | E::Malformed => Self::Broken(error),
        }
    }
}

/// Whether a path is `/`, `/table` or `/rpc/function`. A segment of dots would lead elsewhere on
/// that host, however it is written.
fn is_of_a_schema(path: &str) -> bool {
    let Some(path) = path.strip_prefix('/') else { return false };
    let leads_away = |part: &str| {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".." || part.contains('\\')
    };
    let parts: Vec<&str> = path.split('/').collect();
    let is_known = matches!(parts[..], [_] | ["rpc", _]);
    is_known && !parts.iter().any(|part| leads_away(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_schema() {
        for path in ["/", "/products", "/rpc/search", "/a%2Fb", "/..a"] {
            assert!(is_of_a_schema(path), "{path}");
        }
        for path in ["", "x", "/a/b", "/..", "/%2e%2E", "/rpc/..", "/rpc/.%2e", "/rpc/a/b", "/\\.."]
        {
            assert!(!is_of_a_schema(path), "{path}");
        }
    }

    #[test]
    fn a_client_says_neither_the_schema_nor_who_it_is() {
        let headers = [
            ("accept-profile", "tenant_other"),
            ("content-profile", "tenant_other"),
            ("authorization", "Bearer theirs"),
            ("apikey", "sb_publishable_x"),
            ("x-forwarded-for", "10.0.0.1"),
            ("cf-connecting-ip", "10.0.0.1"),
            ("x-real-ip", "10.0.0.1"),
            ("true-client-ip", "10.0.0.1"),
            ("connection", "close, x-hop"),
            ("x-hop", "1"),
            ("prefer", "return=representation"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let rest = RemoteRest::new("http://upstream/").expect("a client is made");
        let request = RestRequest {
            method: "POST",
            path: "/products",
            query: "select=id",
            headers: &headers,
            body: &Bytes::from_static(b"{}"),
            schema: "tenant_acme",
            token: Some("verified"),
        };
        let call = rest.call(&request);
        assert_eq!(call.url, "http://upstream/products?select=id");
        let told: Vec<String> = call.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        assert_eq!(
            told,
            [
                "prefer: return=representation",
                "content-profile: tenant_acme",
                "authorization: Bearer verified",
            ]
        );
    }
}
