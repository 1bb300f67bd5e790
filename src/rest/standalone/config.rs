//! How the plane alone is set up: what was said of PostgREST's settings, read into values. All that
//! can't be is refused in a sentence that names the setting.

mod auth;
mod dump;
mod error;
mod plane;
mod reader;
mod secret;
mod server;

use std::time::Duration;

use super::settings::Given;
use crate::rest::plane::Settings;
pub use auth::Auth;
pub use error::ConfigError;
pub(super) use plane::function;
use reader::Reader;
pub use server::{Listen, LogLevel};

/// What the plane alone is to do.
pub struct Config {
    /// The login's address.
    pub db_uri: String,
    /// Connections.
    pub pool: usize,
    /// How long a request waits for one.
    pub pool_wait: Duration,
    /// The channel that is listened to.
    pub channel: Option<String>,
    /// Whether the database may say settings.
    pub in_database: bool,
    /// A function that makes such settings.
    pub pre_config: Option<String>,
    /// How requests are answered.
    pub plane: Settings,
    /// Who asks.
    pub auth: Auth,
    /// Where it listens.
    pub server: Listen,
    /// Where it says how it is.
    pub admin: Option<(String, u16)>,
    /// Which requests are logged.
    pub log: LogLevel,
    /// A header that is repeated.
    pub trace_header: Option<String>,
    /// What was said.
    pub given: Given,
}

/// Passwords and secrets are left out.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Config {
    /// Reads what was said.
    ///
    /// # Errors
    /// [`ConfigError`] for the first that can't be used.
    pub fn read(given: &Given) -> Result<Self, ConfigError> {
        let reader = Reader(given);
        let anon_role = reader.text("db-anon-role");
        let channel = reader.text("db-channel").unwrap_or_else(|| "pgrst".to_owned());
        let config = Self {
            db_uri: secret::or_file("db-uri", reader.or_default("db-uri"))?.trim().to_owned(),
            pool: reader.count("db-pool")?,
            pool_wait: Duration::from_secs(reader.number("db-pool-acquisition-timeout")?),
            channel: reader.switch("db-channel-enabled")?.then_some(channel),
            in_database: reader.switch("db-config")?,
            pre_config: reader.text("db-pre-config"),
            plane: plane::read(&reader)?,
            auth: auth::read(&reader, anon_role)?,
            server: server::listen(&reader)?,
            admin: server::admin(&reader)?,
            log: server::log_level(&reader)?,
            trace_header: reader.text("server-trace-header").map(|name| name.to_ascii_lowercase()),
            given: given.clone(),
        };
        Ok(config)
    }

    /// What was said and has no effect here, in sentences.
    pub fn warnings(&self) -> Vec<String> {
        reader::warnings(&self.given)
    }

    /// The configuration as a file that says the same.
    pub fn dump(&self) -> String {
        dump::text(self)
    }
}
