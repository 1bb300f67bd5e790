//! The program itself, as another process on a fleet's cluster: `souk dev`, as anybody runs it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use secrecy::ExposeSecret;
use tokio::process::{Child, Command};

use crate::fleet::Fleet;
use crate::process;

/// Connections of the program for REST, and as many for verbs.
pub(crate) const SLOTS: usize = 8;
/// How long it may take to answer.
const READY_MAX: Duration = Duration::from_secs(30);

/// A running program.
pub(crate) struct Served {
    pub(crate) url: String,
    /// From its start to its first answer of a store's data.
    pub(crate) ready: Duration,
    child: Child,
    pid: u32,
}

/// How often a connection was given a store that it had touched before, and one that it had not.
#[derive(Clone, Copy)]
pub(crate) struct Touches {
    warm: f64,
    cold: f64,
}

impl Touches {
    pub(crate) fn since(self, before: Self) -> Self {
        Self { warm: self.warm - before.warm, cold: self.cold - before.cold }
    }

    /// Of all, the part that were a connection's first.
    pub(crate) fn cold_share(self) -> f64 {
        self.cold / (self.warm + self.cold)
    }
}

impl Served {
    /// Starts the program and waits until it serves a store's products.
    pub(crate) async fn start(fleet: &Fleet) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let slots = SLOTS.to_string();
        let begun = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_souk"))
            .args(["dev", "--json", "--no-demo", "--ready-schemas", "1"])
            .args(["--connections", &slots, "--port", &port.to_string(), "--data-dir"])
            .arg(&fleet.platform.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().context("it ended at once")?;
        let url = format!("http://127.0.0.1:{port}");
        let mut served = Self { url, ready: Duration::ZERO, child, pid };
        let store = fleet.size - 1;
        while served.ready.is_zero() {
            ensure!(begun.elapsed() < READY_MAX, "souk dev does not answer");
            let path = format!("/s/store-{store}/rest/v1/products?select=id&limit=1");
            match served.get(fleet, &path).await {
                Ok(200) => served.ready = begun.elapsed(),
                _ => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
        Ok(served)
    }

    /// Asks for a path with the publishable key; answers the status.
    pub(crate) async fn get(&self, fleet: &Fleet, path: &str) -> anyhow::Result<u16> {
        let key = fleet.platform.keys.publishable.expose_secret();
        let request = fleet.platform.http.get(format!("{}{path}", self.url)).header("apikey", key);
        let response = request.send().await?;
        let status = response.status().as_u16();
        response.bytes().await?;
        Ok(status)
    }

    /// Touches of stores by connections for REST so far.
    pub(crate) async fn touches(&self, fleet: &Fleet) -> anyhow::Result<Touches> {
        let url = format!("{}/metrics", self.url);
        let text = fleet.platform.http.get(url).send().await?.text().await?;
        let count = |kind: &str| -> f64 {
            let touches = text.lines().filter(|line| {
                line.starts_with("souk_db_touches_total{login=\"rest\"") && line.contains(kind)
            });
            touches.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
        };
        let (warm, cold) = (count("\"warm\""), count("\"cold\""));
        ensure!(cold > 0.0, "the program counts no touches");
        Ok(Touches { warm, cold })
    }

    pub(crate) fn cpu_ms(&self) -> anyhow::Result<f64> {
        process::cpu_ms(self.pid)
    }

    pub(crate) fn private_mb(&self) -> anyhow::Result<f64> {
        process::private_mb(self.pid)
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}
