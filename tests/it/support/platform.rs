//! The whole program over a world's database, on a port of its own.

use secrecy::ExposeSecret;
use souk::app::AppState;
use souk::cli::services::{Addresses, Services, Setup};
use souk::config::HttpConfig;
use souk::config::keys::Keys;
use souk::config::limits::{Counted, Limits};
use souk::config::proxies::Proxies;
use souk::supabase::remote_rest::RemoteRest;
use souk::supabase::token::KeyRing;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::World;

/// A served platform; stops when dropped.
#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) app: AppState,
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    keys: Keys,
}

impl Platform {
    pub(crate) async fn serve(world: &World) -> Self {
        Self::serve_with(world, Addresses::Trusted).await
    }

    pub(crate) async fn serve_with(world: &World, addresses: Addresses) -> Self {
        Self::serve_as(world, addresses, |_| {}).await
    }

    /// With a PostgREST that serves the stores.
    pub(crate) async fn serve_before(
        world: &World,
        addresses: Addresses,
        upstream: Option<RemoteRest>,
    ) -> Self {
        Self::serve_as(world, addresses, |setup| setup.rest_upstream = upstream).await
    }

    /// Behind proxies, and counting everybody, as `souk serve` does.
    pub(crate) async fn serve_behind(world: &World, proxies: Proxies) -> Self {
        Self::serve_limited(world, Limits::new(30, Counted::Everybody), proxies).await
    }

    pub(crate) async fn serve_limited(world: &World, limits: Limits, proxies: Proxies) -> Self {
        Self::serve_as(world, Addresses::Trusted, |setup| {
            setup.limits = limits;
            setup.proxies = proxies;
        })
        .await
    }

    async fn serve_as(
        world: &World,
        addresses: Addresses,
        change: impl FnOnce(&mut Setup),
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (keys, stop) = (Keys::generate(), CancellationToken::new());
        let (config, http) = (world.database.config.clone(), HttpConfig::local(port));
        let mut setup = Setup::new(http, 2);
        change(&mut setup);
        let services = Services::embedded(config, &keys, setup, addresses, stop).await.unwrap();
        let app = services.app.clone();
        tokio::spawn(services.run(listener));
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { app, url: format!("http://127.0.0.1:{port}"), http, keys }
    }

    pub(crate) fn port(&self) -> u16 {
        self.app.http.port.unwrap()
    }

    pub(crate) fn jwt_secret(&self) -> &str {
        self.keys.jwt_secret.expose_secret()
    }

    pub(crate) fn publishable(&self) -> &str {
        self.keys.publishable.expose_secret()
    }

    /// The keys that this platform's tokens are signed with.
    pub(crate) fn ring(&self) -> KeyRing {
        KeyRing::from_secret(&self.keys.jwt_secret, None)
    }

    pub(crate) fn secret(&self) -> &str {
        self.keys.secret.expose_secret()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.app.stop.cancel();
    }
}
