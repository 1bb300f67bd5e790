//! All that runs in one process, put together: what `souk serve` and `souk dev` share.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::signals::drain_ended;
use super::witness::ReadySchemas;
use crate::app::{App, AppState};
use crate::base::clock::Clock;
use crate::config::HttpConfig;
use crate::config::keys::Keys;
use crate::config::limits::Limits;
use crate::config::proxies::Proxies;
use crate::db::{Cluster, ClusterConfig};
use crate::fleet::housekeeping;
use crate::http::gateway::auth::CLIENT_ADDRESS;
use crate::http::gateway::rest::BODY_MAX;
use crate::http::receiving::Receiving;
use crate::http::sending::Sending;
use crate::http::server;
use crate::notify::{Outbox, mailbox};
use crate::rest::{Plane, Settings};
use crate::stores::directory::Directory;
use crate::stores::sessions::Sessions;
use crate::supabase::auth::Auth;
use crate::supabase::embedded::auth::{AuthConfig, EmbeddedAuth};
use crate::supabase::keys::ApiKeys;
use crate::supabase::remote_rest::RemoteRest;
use crate::supabase::token::{KeyRing, Rules};
use crate::supabase::verifier::Verifier;
use crate::telemetry;
use crate::template::{Filler, fingerprint, shared};

/// Schemas one process builds at a time.
const BUILDERS: usize = 2;

/// Wrong passwords of one account, from whichever addresses.
const WRONG_PASSWORDS_PER_HOUR: f64 = 60.0;

/// Who callers are: by which Auth, which keys, which tokens.
pub struct Identity {
    /// Serves `/auth/v1`.
    pub auth: Auth,
    /// API keys.
    pub keys: ApiKeys,
    /// What this process can sign tokens with, where it has the secret.
    pub signer: Option<KeyRing>,
    /// Whom a token is of.
    pub verifier: Verifier,
}

impl Identity {
    /// The stand-in Auth on a cluster, and tokens by the keys' secret.
    fn embedded(cluster: &Cluster, keys: &Keys, http: &HttpConfig, addresses: Addresses) -> Self {
        let ring = KeyRing::from_secret(&keys.jwt_secret, None);
        let url = http.url();
        let mut auth = AuthConfig::new(ring.clone(), &format!("{url}/auth/v1"), &url);
        auth.mail.autoconfirm = addresses == Addresses::Trusted;
        auth.mail.url_path = "/auth/v1/verify".to_owned();
        auth.limits.header = Some(CLIENT_ADDRESS.to_owned());
        auth.limits.wrong_passwords_per_hour = Some(WRONG_PASSWORDS_PER_HOUR);
        let mails = Arc::new(Outbox::new(cluster.clone()));
        let auth = EmbeddedAuth::new(cluster.clone(), auth, Clock::system(), mails);
        let rules =
            Rules { issuer: None, audience: Some("authenticated".to_owned()), must_expire: true };
        Self {
            auth: Auth::Embedded(auth),
            keys: keys.api_keys(),
            signer: Some(ring.clone()),
            verifier: Verifier::own(ring, rules),
        }
    }
}

/// How a process is set up, besides who callers are.
#[derive(Debug)]
pub struct Setup {
    /// Where it is reached.
    pub http: HttpConfig,
    /// Schemas that are kept ready for the next stores.
    pub ready_schemas: usize,
    /// How much anybody may ask for.
    pub limits: Limits,
    /// Who is believed about whom they speak for.
    pub proxies: Proxies,
    /// The PostgREST that serves stores in the plane's place, where there is one.
    pub rest_upstream: Option<RemoteRest>,
}

impl Setup {
    /// The usual limits, no proxies, and our own plane.
    pub fn new(http: HttpConfig, ready_schemas: usize) -> Self {
        let (limits, proxies) = (Limits::default(), Proxies::default());
        Self { http, ready_schemas, limits, proxies, rest_upstream: None }
    }
}

/// What the stand-in Auth thinks of an address that somebody signs up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// It counts as confirmed.
    Trusted,
    /// It is confirmed by a link in a mail.
    Confirmed,
}

/// All that runs in one process.
pub struct Services {
    /// What handlers reach.
    pub app: AppState,
    tasks: TaskTracker,
}

impl Services {
    /// With the stand-in Auth, on the cluster's own schema `auth`, and everything as usual. As
    /// `supabase start` does, it takes every address for confirmed.
    ///
    /// # Errors
    /// As [`Services::assemble`].
    pub async fn build(
        config: ClusterConfig,
        keys: &Keys,
        http: HttpConfig,
        ready_schemas: usize,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let setup = Setup::new(http, ready_schemas);
        Self::embedded(config, keys, setup, Addresses::Trusted, stop).await
    }

    /// As [`Services::build`], set up otherwise.
    ///
    /// # Errors
    /// As [`Services::assemble`].
    pub async fn embedded(
        config: ClusterConfig,
        keys: &Keys,
        setup: Setup,
        addresses: Addresses,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let cluster = Cluster::new(config);
        let identity = Identity::embedded(&cluster, keys, &setup.http, addresses);
        Self::assemble(cluster, identity, setup, stop).await
    }

    /// Migrates the shared schema and builds everything; nothing runs yet.
    ///
    /// # Errors
    /// When the database can't be reached or prepared.
    pub async fn assemble(
        cluster: Cluster,
        identity: Identity,
        setup: Setup,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        shared::migrate(&cluster).await.context("the shared schema could not be migrated")?;
        let Identity { auth, keys, signer, verifier } = identity;
        let Setup { http, ready_schemas, limits, proxies, rest_upstream } = setup;
        let rest = Plane::new(cluster.clone(), store_settings(&cluster));
        let app = App {
            filler: Filler::new(cluster.clone(), ready_schemas, BUILDERS),
            directory: Directory::default(),
            sessions: Sessions::default(),
            sending: Sending::new(rest.answers_bytes_max()),
            receiving: Receiving::new(BODY_MAX.saturating_mul(cluster.config().rest_slots())),
            rest,
            rest_upstream,
            auth,
            keys,
            signer,
            verifier,
            http,
            clock: Clock::system(),
            limits,
            proxies,
            metrics: telemetry::metrics(),
            stop,
            cluster,
        };
        Ok(Self { app: AppState(Arc::new(app)), tasks: TaskTracker::new() })
    }

    /// Fills the pool and answers requests until the app's `stop`, then drains.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, listener: TcpListener) -> anyhow::Result<()> {
        let stop = self.app.stop.clone();
        self.tasks.spawn(self.app.filler.clone().run(stop.clone()));
        if self.app.auth.is_embedded() {
            self.tasks.spawn(mailbox::run(self.app.cluster.clone(), stop.clone()));
        }
        let keep = self.app.limits.keep_deleted;
        self.tasks.spawn(housekeeping::run(self.app.cluster.clone(), keep, stop.clone()));
        self.tasks.close();
        let serving = server::serve(listener, self.app);
        tokio::select! {
            served = serving => served?,
            () = drain_ended(&stop) => tracing::warn!("some requests did not end in time"),
        }
        if tokio::time::timeout(Duration::from_secs(5), self.tasks.wait()).await.is_err() {
            tracing::warn!("some work did not end in time");
        }
        Ok(())
    }
}

/// How the REST plane serves stores: one page has at most as many rows as Supabase's default.
fn store_settings(cluster: &Cluster) -> Settings {
    Settings {
        witness: Some(Arc::new(ReadySchemas(cluster.clone()))),
        fingerprint: Some(fingerprint::statement()),
        rows_max: Some(1_000),
        filter_required: true,
        ..Settings::default()
    }
}
