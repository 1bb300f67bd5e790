//! Which database a command works on: the one in `DATABASE_URL`, else that of the `souk dev` which
//! runs from the data folder.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use crate::db::local::Local;
use crate::db::local::data_dir::DataDir;
use crate::db::{Cluster, ClusterConfig};

/// Connections of a command; few, because it does one thing.
const COMMAND_SLOTS: usize = 4;

/// Which database.
#[derive(Debug, Args)]
pub struct Target {
    /// The database, as the owner of its schemas: postgres://postgres:…@host:5432/postgres.
    /// Without it, the database of a running `souk dev`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<SecretString>,
    /// Password of the logins `souk_rest` and `souk_engine`, where DATABASE_URL is given.
    #[arg(long, env = "SOUK_DATABASE_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    database_password: Option<SecretString>,
    /// Folder of the `souk dev` to work with.
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
        let config = match &self.database_url {
            Some(url) => {
                let password = self.database_password.clone().ok_or_else(|| {
                    anyhow::anyhow!("SOUK_DATABASE_PASSWORD is not set; it goes with DATABASE_URL")
                })?;
                ClusterConfig::from_url(url, &password, slots)?
            }
            None => Local::join(&self.data_dir(), slots).await?,
        };
        Ok(Cluster::new(config))
    }

    /// The folder of the private cluster.
    pub fn data_dir(&self) -> DataDir {
        self.data_dir.clone().map_or_else(DataDir::standard, DataDir::at)
    }
}
