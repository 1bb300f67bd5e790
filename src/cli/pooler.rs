//! The REST plane's own way to the database, through a pooler, and the logins that come by it.

use std::path::Path;

use anyhow::Context;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::connections::CONNECTIONS_MAX;
use super::faults::Faults;
use crate::db::{Cluster, ClusterConfig, setup};

/// Logins that are named one by one.
const TOLD_MAX: usize = 8;

/// How many logins the REST plane has.
#[derive(Debug, Args)]
pub(super) struct RestLogins {
    /// Logins for the REST plane behind a pooler in transaction mode: `souk_rest_1`, `souk_rest_2`
    /// … in the place of `souk_rest`, one for each of its connections. A pooler keeps server
    /// connections for each login: with one for each, a store always meets the same backend.
    #[arg(long, env = "SOUK_REST_LOGINS", value_name = "N")]
    rest_logins: Option<String>,
}

impl RestLogins {
    /// The number, where one is given; 0 is none.
    pub(super) fn check(&self, faults: &mut Faults) -> Option<usize> {
        let given = self.rest_logins.as_deref().filter(|text| !text.is_empty())?;
        Some(faults.number("SOUK_REST_LOGINS", given, 0..=CONNECTIONS_MAX))
    }
}

/// The way.
#[derive(Debug, Args)]
pub(super) struct RestWay {
    /// The same database for the REST plane alone, through a pooler in transaction mode if you
    /// like. It comes as `souk_rest`, with the same password unless the URL names another.
    #[arg(long, env = "SOUK_REST_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    rest_database_url: Option<SecretString>,
    #[command(flatten)]
    logins: RestLogins,
}

impl RestWay {
    /// The cluster with this way, or none and a fault.
    pub(super) fn check(
        &self,
        cluster: ClusterConfig,
        authority: Option<&Path>,
        faults: &mut Faults,
    ) -> Option<ClusterConfig> {
        let logins = self.logins.check(faults).unwrap_or(0);
        let url = self.rest_database_url.as_ref().filter(|url| !url.expose_secret().is_empty());
        let cluster = url.map_or(Ok(cluster.clone()), |url| cluster.with_rest_at(url, authority));
        match cluster {
            Ok(cluster) => Some(cluster.with_rest_numbered(logins)),
            Err(error) => {
                let reason = format!("can't be used: {:#}", anyhow::Error::new(error));
                faults.add("SOUK_REST_DATABASE_URL", reason);
                None
            }
        }
    }
}

/// The numbered logins that the cluster is to have and has not.
///
/// # Errors
/// When its owner can't ask.
pub(super) async fn missing(cluster: &Cluster) -> anyhow::Result<Vec<String>> {
    let wanted = setup::numbered_logins(cluster.config().rest_numbered);
    if wanted.is_empty() {
        return Ok(wanted);
    }
    let missing = cluster.missing_logins(wanted).await;
    missing.context("the database could not be asked for its logins")
}

/// Some logins, told.
pub(super) fn told(logins: &[String]) -> String {
    let (named, more) = logins.split_at(logins.len().min(TOLD_MAX));
    match more.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
