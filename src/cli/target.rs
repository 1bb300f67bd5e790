//! Which database a command works on: the one in `DATABASE_URL`, else, for most, that of the
//! `souk dev` which runs from the data folder.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::faults::Faults;
use super::pooler::RestWay;
use crate::db::local::Local;
use crate::db::local::data_dir::DataDir;
use crate::db::{Cluster, ClusterConfig};

/// Connections of a command; few, because it does one thing.
const COMMAND_SLOTS: usize = 4;

/// A database that somebody names.
#[derive(Debug, Args)]
pub struct Database {
    /// The database, as the owner of its schemas: postgres://postgres:…@host:5432/postgres.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<SecretString>,
    /// Password of the logins `souk_rest`, with those numbered after it, and `souk_engine`, where
    /// DATABASE_URL is given.
    #[arg(long, env = "SOUK_DATABASE_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    database_password: Option<SecretString>,
    /// File with the certificates (PEM) that the database's own must be signed by. Without it,
    /// those that this machine knows. A server elsewhere must show one unless the URL says
    /// otherwise (`sslmode`: disable, prefer, require, verify-ca, verify-full).
    #[arg(long, env = "SOUK_DATABASE_CA", value_name = "FILE")]
    database_ca: Option<PathBuf>,
}

/// Which database.
#[derive(Debug, Args)]
pub struct Target {
    #[command(flatten)]
    database: Database,
    /// Folder of the running `souk dev` to work with, where DATABASE_URL is not given [default:
    /// $SOUK_HOME; /var/lib/souk for root; else the user's data folder].
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

impl Target {
    /// The database, not yet connected to.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub async fn cluster(&self, slots: Option<usize>) -> anyhow::Result<Cluster> {
        let slots = slots.unwrap_or(COMMAND_SLOTS);
        let config = match self.database.complete(slots)? {
            Some(config) => config,
            None => Local::join(&self.data_dir(), slots).await?,
        };
        Ok(Cluster::new(config))
    }

    /// As [`Target::cluster`], with the way that the REST plane goes; that of `souk dev` is its own.
    ///
    /// # Errors
    /// As [`Target::cluster`], and all that is wrong with the way.
    pub(super) async fn cluster_with(&self, way: &RestWay) -> anyhow::Result<Cluster> {
        let Some(config) = self.database.complete(COMMAND_SLOTS)? else {
            return self.cluster(None).await;
        };
        let mut faults = Faults::default();
        let config = way.check(config, self.database.database_ca.as_deref(), &mut faults);
        faults.none()?;
        config.map(Cluster::new).context("there is no way to the database")
    }

    /// The folder of the private cluster.
    pub fn data_dir(&self) -> DataDir {
        self.data_dir.clone().map_or_else(DataDir::standard, DataDir::at)
    }
}

impl Database {
    /// The database with all that goes with its URL, where that is given.
    fn complete(&self, slots: usize) -> anyhow::Result<Option<ClusterConfig>> {
        let Some(url) = &self.database_url else { return Ok(None) };
        let password = self.database_password.as_ref().ok_or_else(|| {
            anyhow::anyhow!("SOUK_DATABASE_PASSWORD is not set; it goes with DATABASE_URL")
        })?;
        self.read(url, password, slots).map(Some)
    }

    /// Password of the runtime logins, where it was given.
    pub(super) fn password(&self) -> Option<&SecretString> {
        self.database_password.as_ref().filter(|given| !given.expose_secret().is_empty())
    }

    /// The database in `DATABASE_URL`, whose runtime logins may not be there yet.
    ///
    /// # Errors
    /// When there is no URL, or it can't be used.
    pub(super) fn owner(&self) -> anyhow::Result<Cluster> {
        self.with_password(self.password().unwrap_or(&SecretString::default()), 0)
    }

    /// The database in `DATABASE_URL`, with a password that was just set, and as many numbered
    /// logins as were just made.
    ///
    /// # Errors
    /// As [`Database::owner`].
    pub(super) fn with_password(
        &self,
        password: &SecretString,
        numbered: usize,
    ) -> anyhow::Result<Cluster> {
        let url = self.database_url.as_ref();
        let url = url.context("DATABASE_URL is not set (`souk dev` prepares its own database)")?;
        let config = self.read(url, password, COMMAND_SLOTS)?;
        Ok(Cluster::new(config.with_rest_numbered(numbered)))
    }

    fn read(
        &self,
        url: &SecretString,
        password: &SecretString,
        slots: usize,
    ) -> anyhow::Result<ClusterConfig> {
        let authority = self.database_ca.as_deref();
        ClusterConfig::from_url(url, password, authority, slots)
            .context("DATABASE_URL can't be used")
    }
}
