//! `souk serve`: the services over a database that is there.

mod front;
mod project;

use anyhow::{Context, bail};
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use front::Front;
use project::{Checked, Project};

use super::faults::Faults;
use super::pooler;
use super::services::{Identity, Services, Setup};
use super::signals::stop_on_signal;
use crate::base::chain::Chain;
use crate::base::clock::Clock;
use crate::config::limits::{Counted, Limits};
use crate::db::Cluster;
use crate::supabase::auth::Auth;
use crate::supabase::remote::RemoteAuth;
use crate::supabase::remote_rest::RemoteRest;
use crate::supabase::token::{KeyRing, Rules};
use crate::supabase::verifier::Verifier;

/// Serve against a database that is there.
#[derive(Debug, Args)]
#[command(after_help = "\
Every option is a variable too. `souk setup` prepares the project, docs/hosted.md leads through it.
The owner's connection and the verbs' need a session of their own: connect directly or through a \
pooler in session mode. Only SOUK_REST_DATABASE_URL may be a pooler in transaction mode, and \
SOUK_REST_LOGINS has each store meet the same backend there.")]
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
        let identity = remote(&checked).await?;
        let upstream = checked.rest_url.as_deref().map(RemoteRest::new).transpose();
        let setup = Setup {
            http: self.front.http(listener.local_addr()?.port()),
            ready_schemas: checked.ready_schemas,
            limits: Limits::new(u32::try_from(keep_days)?, Counted::Everybody),
            proxies,
            rest_upstream: upstream
                .map_err(|error| anyhow::anyhow!("SOUK_REST_URL can't be used: {error}"))?,
        };
        let cluster = Cluster::new(checked.cluster);
        numbered_logins(&cluster).await?;
        let services = Services::assemble(cluster, identity, setup, stop).await?;
        tracing::info!(listen, "serving");
        services.run(listener).await
    }
}

/// Holds the logins that each have one connection against those that are there, and tells which of
/// them do not get in: a pooler may have a list of its own.
///
/// # Errors
/// Which are missing, and what makes them.
async fn numbered_logins(cluster: &Cluster) -> anyhow::Result<()> {
    let count = cluster.config().rest_numbered;
    if count == 0 {
        return Ok(());
    }
    let missing = pooler::missing(cluster).await?;
    if !missing.is_empty() {
        let missing = pooler::told(&missing);
        bail!("{missing}: there is no such login; run `souk setup` with SOUK_REST_LOGINS={count}");
    }
    for (login, result) in cluster.ping_rest().await {
        if let Err(error) = result {
            tracing::warn!(
                error = %Chain(&error),
                "{login} does not get in: its stores are not served; a pooler on the way has to \
                 know it, with the password in SOUK_DATABASE_PASSWORD"
            );
        }
    }
    Ok(())
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
