//! `souk serve`: the services over a database that is there, and what `souk dev` shares with it.

mod front;
mod project;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use front::Front;
use project::{Checked, Project};

use super::dev::DRAIN;
use super::faults::Faults;
use crate::app::{App, AppState};
use crate::base::clock::Clock;
use crate::config::HttpConfig;
use crate::config::keys::Keys;
use crate::config::limits::{Counted, Limits};
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
use crate::supabase::remote::RemoteAuth;
use crate::supabase::remote_rest::RemoteRest;
use crate::supabase::token::{KeyRing, Rules};
use crate::supabase::verifier::Verifier;
use crate::telemetry;
use crate::template::{Filler, shared};

/// Schemas one process builds at a time.
const BUILDERS: usize = 2;

/// Wrong passwords of one account, from whichever addresses.
const WRONG_PASSWORDS_PER_HOUR: f64 = 60.0;

/// Serve against a database that is there.
#[derive(Debug, Args)]
#[command(after_help = "\
Every option is a variable too. `souk setup` prepares the project, docs/hosted.md leads through it.
The owner's connection and the verbs' need a session of their own: connect directly or through a \
pooler in session mode. Only SOUK_REST_DATABASE_URL may be a pooler in transaction mode.")]
pub struct Serve {
    #[command(flatten)]
    front: Front,
    /// How long the data of a deleted store is kept.
    #[arg(long, env = "SOUK_KEEP_DELETED_DAYS", default_value = "30", value_name = "DAYS")]
    keep_deleted_days: String,
    #[command(flatten)]
    project: Project,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut faults = Faults::default();
        let proxies = self.front.proxies(&mut faults);
        let keep_days =
            faults.number("SOUK_KEEP_DELETED_DAYS", &self.keep_deleted_days, 1..=36_500);
        let checked = self.project.check(faults)?;
        let config = format!("{} {}", self.front.shown(), self.project.shown(&checked));
        tracing::info!(config, "configured");
        if checked.cluster.is_unchecked() {
            tracing::warn!(
                "nobody checks who is at the other end of the way to the database (sslmode); name \
                 its certificate's authority in SOUK_DATABASE_CA, and ask for sslmode=verify-full"
            );
        }
        let listen = &self.front.listen;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("{listen} can't be listened on"))?;
        let stop = CancellationToken::new();
        stop_on_signal(stop.clone());
        let http = self.front.http(listener.local_addr()?.port());
        let identity = remote(&checked).await?;
        let upstream = checked.rest_url.as_deref().map(RemoteRest::new).transpose();
        let upstream =
            upstream.map_err(|error| anyhow::anyhow!("SOUK_REST_URL can't be used: {error}"))?;
        let (cluster, ready_schemas) = (Cluster::new(checked.cluster), checked.ready_schemas);
        let mut services = Services::assemble(cluster, identity, http, ready_schemas, stop).await?;
        services.set_limits(Limits::new(u32::try_from(keep_days)?, Counted::Everybody));
        services.set_proxies(proxies);
        if let Some(upstream) = upstream {
            services.set_rest_upstream(upstream);
        }
        tracing::info!(listen, "serving");
        services.run(listener).await
    }
}

/// A project's Auth over HTTP, its keys, and its tokens.
async fn remote(project: &Checked) -> anyhow::Result<Identity> {
    let auth = RemoteAuth::new(&project.auth_url)
        .map_err(|error| anyhow::anyhow!("SOUK_AUTH_URL can't be used: {error}"))?;
    let secret = project.jwt_secret.as_ref().map(|secret| KeyRing::from_secret(secret, None));
    let rules = Rules {
        issuer: project.issuer.clone(),
        audience: Some("authenticated".to_owned()),
        must_expire: true,
    };
    let keys = auth.keys();
    if keys.fresh(Clock::system().epoch()).await.is_none() {
        tracing::warn!("the project's auth does not answer yet");
    }
    Ok(Identity {
        auth: Auth::Remote(auth),
        keys: project.keys.clone(),
        signer: secret.clone(),
        verifier: Verifier::remote(keys, secret, rules),
    })
}

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
    /// With the stand-in Auth, on the cluster's own schema `auth`. As `supabase start` does, it
    /// takes every address for confirmed.
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
        Self::embedded(config, keys, http, ready_schemas, stop, Addresses::Trusted).await
    }

    /// As [`Services::build`], saying whether addresses are to be confirmed.
    ///
    /// # Errors
    /// As [`Services::assemble`].
    pub async fn embedded(
        config: ClusterConfig,
        keys: &Keys,
        http: HttpConfig,
        ready_schemas: usize,
        stop: CancellationToken,
        addresses: Addresses,
    ) -> anyhow::Result<Self> {
        let cluster = Cluster::new(config);
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
        let identity = Identity {
            auth: Auth::Embedded(auth),
            keys: keys.api_keys(),
            signer: Some(ring.clone()),
            verifier: Verifier::own(ring, rules),
        };
        Self::assemble(cluster, identity, http, ready_schemas, stop).await
    }

    /// Migrates the shared schema and builds everything; nothing runs yet.
    ///
    /// # Errors
    /// When the database can't be reached or prepared.
    pub async fn assemble(
        cluster: Cluster,
        identity: Identity,
        http: HttpConfig,
        ready_schemas: usize,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        shared::migrate(&cluster).await.context("the shared schema could not be migrated")?;
        let Identity { auth, keys, signer, verifier } = identity;
        let rest = Plane::new(cluster.clone(), store_settings());
        let slots = cluster.config().slots;
        let app = App {
            filler: Filler::new(cluster.clone(), ready_schemas, BUILDERS),
            directory: Directory::default(),
            sessions: Sessions::default(),
            rest_upstream: None,
            sending: Sending::new(rest.answers_bytes_max()),
            receiving: Receiving::new(BODY_MAX * slots),
            rest,
            auth,
            keys,
            signer,
            verifier,
            http,
            clock: Clock::system(),
            limits: Limits::default(),
            proxies: Proxies::default(),
            metrics: telemetry::metrics(),
            stop,
            cluster,
        };
        Ok(Self { app: AppState(Arc::new(app)), tasks: TaskTracker::new() })
    }

    /// Sets other limits than the usual; before anything runs.
    pub fn set_limits(&mut self, limits: Limits) {
        if let Some(app) = Arc::get_mut(&mut self.app.0) {
            app.limits = limits;
        }
    }

    /// Has stores served by a PostgREST; before anything runs.
    pub fn set_rest_upstream(&mut self, upstream: RemoteRest) {
        if let Some(app) = Arc::get_mut(&mut self.app.0) {
            app.rest_upstream = Some(upstream);
        }
    }

    /// Believes these proxies about whom they speak for; before anything runs.
    pub fn set_proxies(&mut self, proxies: Proxies) {
        if let Some(app) = Arc::get_mut(&mut self.app.0) {
            app.proxies = proxies;
        }
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
fn store_settings() -> Settings {
    Settings { rows_max: Some(1_000), filter_required: true, ..Settings::default() }
}

async fn drain_ended(stop: &CancellationToken) {
    stop.cancelled().await;
    Clock::system().sleep(DRAIN).await;
}

/// Cancels `stop` at Ctrl-C or a polite kill; a second one ends the process at once.
pub(super) fn stop_on_signal(stop: CancellationToken) {
    tokio::spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if stop.is_cancelled() {
                std::process::exit(130);
            }
            stop.cancel();
        }
    });
}
