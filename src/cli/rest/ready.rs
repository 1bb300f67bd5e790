//! `souk rest --ready`: for whoever can run a program but not ask a port.

use std::time::Duration;

use anyhow::bail;

use crate::cli::output;
use crate::outside::{Call, Error, Limits, Outside};
use crate::rest::standalone::Config;

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    total: Duration::from_secs(10),
    answer_bytes_max: 1 << 16,
    calls_max: 1,
};

/// Asks the server's admin port; fails unless it is ready.
pub(super) async fn ask(config: &Config) -> anyhow::Result<()> {
    let Some((host, port)) = &config.admin else {
        bail!("Admin server is not running. Please check admin-server-port config.");
    };
    if host.starts_with(['*', '!']) {
        bail!(
            "The `--ready` flag cannot be used when server-host is configured as \"{host}\". \
             Please update your server-host config to \"localhost\"."
        );
    }
    let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let url = format!("http://{host}:{port}/ready");
    match Outside::new(LIMITS)?.send(Call::get(&url)).await {
        Ok(reply) if reply.status == 200 => output::print(&format!("OK: {url}\n")),
        Ok(_) => bail!("ERROR: {url}"),
        Err(Error::Unreachable(_)) => bail!("ERROR: connection refused to {url}"),
        Err(error) => bail!("ERROR: {url}: {error}"),
    }
}
