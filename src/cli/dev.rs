//! `souk dev`: everything on this machine, from one command.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::output;
use super::serve::{self, Services};
use crate::config::HttpConfig;
use crate::config::keys::Keys;
use crate::db::local::data_dir::DataDir;
use crate::db::local::{Local, LocalOptions};
use crate::demo;

/// Bring everything up on this machine. Data is kept between runs.
#[derive(Debug, Args)]
pub struct Dev {
    /// Where to listen, on this machine only.
    #[arg(long, default_value_t = 4545)]
    port: u16,
    /// Where the data lies [default: $SOUK_HOME; /var/lib/souk for root; else the user's data
    /// folder].
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Throw away what an earlier run left.
    #[arg(long)]
    fresh: bool,
    /// Make no demo store.
    #[arg(long)]
    no_demo: bool,
    /// Schemas that are kept ready for the next stores.
    #[arg(long, default_value_t = 8, value_name = "N")]
    ready_schemas: usize,
    /// Database connections for the REST plane, and as many for verbs.
    #[arg(long, default_value_t = 8, value_name = "N")]
    connections: usize,
}

impl Dev {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.with_context(|| {
            format!("port {} can't be listened on; choose another with --port", self.port)
        })?;
        let stop = CancellationToken::new();
        serve::stop_on_signal(stop.clone());
        let dir = self.data_dir.clone().map_or_else(DataDir::standard, DataDir::at);
        if self.fresh {
            dir.clear()?;
        }
        let spinner = output::spinner("starting PostgreSQL");
        let options =
            LocalOptions { data_dir: dir.clone(), durable: true, slots: self.connections };
        let local = tokio::select! {
            local = Local::start(&options) => local?,
            () = stop.cancelled() => return Ok(()),
        };
        spinner.set_message("preparing the database");
        let served = self.serve(listener, &dir, &local, stop, json, spinner).await;
        local.stop().await;
        served
    }

    async fn serve(
        &self,
        listener: TcpListener,
        dir: &DataDir,
        local: &Local,
        stop: CancellationToken,
        json: bool,
        spinner: indicatif::ProgressBar,
    ) -> anyhow::Result<()> {
        let keys = Keys::load_or_make(&dir.path().join("keys.json"))?;
        let http = HttpConfig::local(listener.local_addr()?.port());
        let services =
            Services::build(local.config().clone(), &keys, http, self.ready_schemas, stop).await?;
        if !self.no_demo {
            demo::ensure(&services.app).await.context("the demo store could not be made")?;
        }
        spinner.finish_and_clear();
        greet(&services, local, &keys, json)?;
        services.run(listener).await
    }
}

/// Prints where everything is, one thing a line.
fn greet(services: &Services, local: &Local, keys: &Keys, json: bool) -> anyhow::Result<()> {
    let app = &services.app;
    let database = local.config().owner_url();
    let (url, publishable, secret) =
        (app.http.url(), keys.publishable.expose_secret(), keys.secret.expose_secret());
    let mut out = std::io::stdout().lock();
    if json {
        let value = json!({
            "url": url,
            "store_url": format!("{url}/s/{{slug}}"),
            "database_url": database.expose_secret(),
            "publishable_key": publishable,
            "secret_key": secret,
        });
        writeln!(out, "{value}")?;
        return Ok(out.flush()?);
    }
    for (label, value) in [
        ("Address", url.as_str()),
        ("Stores", &format!("{url}/s/<slug> or {}", app.http.store_pattern())),
        ("Database", database.expose_secret()),
        ("Publishable key", publishable),
        ("Secret key", secret),
    ] {
        writeln!(out, "{}", output::labelled(label, value))?;
    }
    if std::io::stdout().is_terminal() {
        writeln!(out, "\nCtrl-C stops everything; the data is kept.")?;
    }
    Ok(out.flush()?)
}

/// How long running requests are waited for at the end.
pub(super) const DRAIN: Duration = Duration::from_secs(10);
