//! Where the server listens, and which requests it logs.

use super::ConfigError;
use super::reader::Reader;

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
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

/// Reads where the server listens.
pub(super) fn listen(reader: &Reader<'_>) -> Result<Listen, ConfigError> {
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
        Some(path) => Listen::Socket { path, mode },
        None => Listen::Port { host, port },
    })
}

/// Reads where the server says how it is, if anywhere.
pub(super) fn admin(reader: &Reader<'_>) -> Result<Option<(String, u16)>, ConfigError> {
    let Some(port) = reader.optional_number::<u16>("admin-server-port")? else { return Ok(None) };
    if port != 0 && port == reader.number::<u16>("server-port")? {
        let said = "admin-server-port cannot be the same as server-port";
        return Err(ConfigError::Said(said.to_owned()));
    }
    let host = reader.text("admin-server-host").unwrap_or_else(|| reader.or_default("server-host"));
    Ok(Some((host, port)))
}

/// Reads which requests are logged.
pub(super) fn log_level(reader: &Reader<'_>) -> Result<LogLevel, ConfigError> {
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
