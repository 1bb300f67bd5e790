//! From which address a request came: the connection's, or whom a trusted proxy speaks for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use crate::app::{App, AppState};
use crate::http::problem::Problem;

/// The caller's address.
#[derive(Clone, Copy, Debug)]
pub struct CallerAddress(pub IpAddr);

impl FromRequestParts<AppState> for CallerAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        std::future::ready(Ok(Self(caller_address(parts, app)))).await
    }
}

/// The caller's address. Whoever came without a connection came from this process.
pub(crate) fn caller_address(parts: &Parts, app: &App) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::LOCALHOST.into(), |peer| peer.0.ip());
    let said = parts.headers.get_all(app.proxies.header());
    // A line that is no text names nobody, and hides what stands further left.
    let said: Vec<&str> = said.iter().map(|line| line.to_str().unwrap_or("?")).collect();
    app.proxies.caller(peer, said.into_iter())
}
