//! Cross-origin requests, as the real Auth answers them by itself. The header `apikey` is not
//! among what it allows: that is the gateway's to add.

use super::ask::Ask;
use super::reply;
use crate::supabase::auth::{AuthResponse, Headers};

/// Headers that pages of other origins may send.
const ALLOWED: [&str; 8] = [
    "accept",
    "authorization",
    "content-type",
    "x-client-ip",
    "x-client-info",
    "x-jwt-aud",
    "x-use-cookie",
    "x-supabase-api-version",
];
/// Headers that pages of other origins may read.
const EXPOSED: &str = "X-Total-Count, Link, X-Supabase-Api-Version";

/// The answer to a preflight, if the request is one.
pub(crate) fn preflight(ask: &Ask<'_>) -> Option<AuthResponse> {
    if ask.request.method != "OPTIONS" {
        return None;
    }
    ask.header("origin")?;
    let method = ask.header("access-control-request-method")?;
    let mut answer = reply::empty(204);
    let asked = ask.header("access-control-request-headers").unwrap_or_default();
    let names = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
    if !names.clone().all(|name| ALLOWED.contains(&name.to_lowercase().as_str())) {
        return Some(answer);
    }
    open(&mut answer.headers);
    answer.headers.push("access-control-allow-methods", method);
    if !asked.is_empty() {
        answer.headers.push("access-control-allow-headers", asked);
    }
    Some(answer)
}

/// Lets a page of another origin read the answer.
pub(crate) fn mark(ask: &Ask<'_>, answer: &mut AuthResponse) {
    if ask.header("origin").is_some() {
        open(&mut answer.headers);
        answer.headers.push("access-control-expose-headers", EXPOSED);
    }
}

fn open(headers: &mut Headers) {
    headers.push("access-control-allow-origin", "*");
    headers.push("access-control-allow-credentials", "true");
}
