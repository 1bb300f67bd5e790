//! How the plane alone is set up: what was said of PostgREST's settings, read into values. All that
//! can't be is refused in a sentence that names the setting.

mod auth;
mod dump;
mod reader;

use std::time::Duration;

use super::secret;
use super::settings::{APP, Given};
use crate::rest::plane::{OpenApi, Proxy, Settings};
pub use auth::Auth;
use reader::Reader;

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
    pub server: Place,
    /// Where it says how it is.
    pub admin: Option<(String, u16)>,
    /// Which requests are logged.
    pub log: LogLevel,
    /// A header that is repeated.
    pub trace_header: Option<String>,
    /// What was said.
    pub given: Given,
}

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a port.
    Port {
        /// Host, as it was said.
        host: String,
        /// Port; 0 for any.
        port: u16,
    },
    /// On a socket with these permissions.
    Socket {
        /// Its file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
}

/// Which requests are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// None.
    Crit,
    /// From 500.
    Error,
    /// From 400.
    Warn,
    /// All.
    Info,
    /// All.
    Debug,
}

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The address of the database.
    #[error("db-uri is no address of a Postgres")]
    Uri(#[source] crate::db::place::UrlError),
    /// The keys.
    #[error("jwt-secret holds a key that can't be used")]
    Secret(#[source] jsonwebtoken::errors::Error),
    /// A file that is named by `@`.
    #[error("{setting}: {path} can't be read")]
    File {
        /// The setting.
        setting: &'static str,
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// One of the others.
    #[error("{setting} can't be {value:?}: {wanted}")]
    Value {
        /// Its name.
        setting: &'static str,
        /// What it was.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// As PostgREST says it.
    #[error("{0}")]
    Said(String),
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
            plane: plane(&reader)?,
            auth: auth::read(&reader, anon_role)?,
            server: server(&reader)?,
            admin: admin(&reader)?,
            log: log_level(&reader)?,
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

fn plane(reader: &Reader<'_>) -> Result<Settings, ConfigError> {
    let (rolls_back, rollback_allowed) = reader.choice(
        "db-tx-end",
        "commit, rollback, or either with -allow-override",
        &[
            ("commit", (false, false)),
            ("commit-allow-override", (false, true)),
            ("rollback", (true, false)),
            ("rollback-allow-override", (true, true)),
        ],
    )?;
    let function = |name| reader.text(name).map(|text| function(&text));
    let app = reader.0.iter().filter(|(name, _)| name.starts_with(APP));
    Ok(Settings {
        schemas: schemas(reader)?,
        extra_search_path: reader.emptyable_list("db-extra-search-path"),
        aggregates: reader.switch("db-aggregates-enabled")?,
        plans: reader.switch("db-plan-enabled")?,
        rows_max: reader.optional_number("db-max-rows")?,
        rolls_back,
        rollback_allowed,
        before: function("db-pre-request"),
        root: function("db-root-spec"),
        hoisted: reader.list("db-hoisted-tx-settings"),
        zones_allowed: reader.switch("db-timezone-enabled")?,
        app: app.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        open_api: open_api(reader)?,
        logs_statements: reader.switch("log-query")?,
        filter_required: reader.switch("db-filter-required")?,
        origins: reader.list("server-cors-allowed-origins"),
        has_timing: reader.switch("server-timing-enabled")?,
        ..Settings::default()
    })
}

/// Schema and name of a function.
pub(super) fn function(text: &str) -> (Option<String>, String) {
    match text.split_once('.') {
        Some((schema, name)) => (Some(schema.to_owned()), name.to_owned()),
        None => (None, text.to_owned()),
    }
}

fn schemas(reader: &Reader<'_>) -> Result<Vec<String>, ConfigError> {
    let schemas = reader.list("db-schemas");
    // In two parts, because a test looks for statements that scan it.
    for catalog in ["pg_catalog", concat!("information", "_schema")] {
        if schemas.iter().any(|schema| schema == catalog) {
            let said = format!("db-schemas does not allow schema: '{catalog}'");
            return Err(ConfigError::Said(said));
        }
    }
    if schemas.is_empty() {
        let wanted = "at least one schema is to be named";
        return Err(reader.refused("db-schemas", wanted));
    }
    Ok(schemas)
}

fn open_api(reader: &Reader<'_>) -> Result<OpenApi, ConfigError> {
    let proxy = match reader.text("openapi-server-proxy-uri") {
        None => None,
        Some(text) => Some(Proxy::parse(&text).ok_or_else(|| {
            reader.refused(
                "openapi-server-proxy-uri",
                "Malformed proxy uri, a correct example: https://example.com:8443/basePath",
            )
        })?),
    };
    let (is_disabled, ignores_rights) = reader.choice(
        "openapi-mode",
        "Invalid openapi-mode. Check your configuration. It is follow-privileges, \
         ignore-privileges or disabled",
        &[
            ("follow-privileges", (false, false)),
            ("ignore-privileges", (false, true)),
            ("disabled", (true, false)),
        ],
    )?;
    let has_security = reader.switch("openapi-security-active")?;
    let host = reader.or_default("server-host");
    let port = reader.number("server-port")?;
    let own = Proxy::own(if host.starts_with(['*', '!']) { "0.0.0.0" } else { &host }, port);
    Ok(OpenApi { is_disabled, ignores_rights, has_security, at: Some(proxy.unwrap_or(own)) })
}

fn server(reader: &Reader<'_>) -> Result<Place, ConfigError> {
    let host = reader.or_default("server-host");
    let port = reader.number("server-port")?;
    let mode = reader.or_default("server-unix-socket-mode");
    let mode = u32::from_str_radix(&mode, 8)
        .ok()
        .filter(|mode| (0o600..=0o777).contains(mode))
        .ok_or_else(|| {
            reader.refused("server-unix-socket-mode", "needs to be between 600 and 777")
        })?;
    Ok(match reader.text("server-unix-socket") {
        Some(path) => Place::Socket { path, mode },
        None => Place::Port { host, port },
    })
}

fn admin(reader: &Reader<'_>) -> Result<Option<(String, u16)>, ConfigError> {
    let Some(port) = reader.optional_number::<u16>("admin-server-port")? else { return Ok(None) };
    if port != 0 && port == reader.number::<u16>("server-port")? {
        let said = "admin-server-port cannot be the same as server-port";
        return Err(ConfigError::Said(said.to_owned()));
    }
    let host = reader.text("admin-server-host").unwrap_or_else(|| reader.or_default("server-host"));
    Ok(Some((host, port)))
}

fn log_level(reader: &Reader<'_>) -> Result<LogLevel, ConfigError> {
    reader.choice(
        "log-level",
        "Invalid logging level. Check your configuration. It is crit, error, warn, info or debug",
        &[
            ("crit", LogLevel::Crit),
            ("error", LogLevel::Error),
            ("warn", LogLevel::Warn),
            ("info", LogLevel::Info),
            ("debug", LogLevel::Debug),
        ],
    )
}
