//! `souk dev`: everything on this machine, from one command.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use clap::builder::RangedU64ValueParser;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::output;
use super::services::{Addresses, Services, Setup};
use super::signals::stop_on_signal;
use crate::base::chain::Chain;
use crate::config::HttpConfig;
use crate::config::keys::Keys;
use crate::db::local::data_dir::DataDir;
use crate::db::local::{Local, LocalOptions, SLOTS_MAX};
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
    /// Have addresses confirmed by the link in a mail; mails are read at /mailbox.
    #[arg(long)]
    confirm_email: bool,
    /// Schemas that are kept ready for the next stores.
    #[arg(long, default_value_t = 8, value_name = "N")]
    ready_schemas: usize,
    /// Database connections for the REST plane, and as many for verbs: 1 to 24.
    #[arg(long, default_value_t = 8, value_name = "N",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=SLOTS_MAX as u64))]
    connections: usize,
}

impl Dev {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.with_context(|| {
            format!("port {} can't be listened on; choose another with --port", self.port)
        })?;
        let stop = CancellationToken::new();
        stop_on_signal(stop.clone());
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
        if local.is_adopted() {
            tracing::warn!(
                "the database is the server of another `souk dev`; this one ends when that does"
            );
        }
        spinner.set_message("preparing the database");
        let served = tokio::select! {
            served = self.serve(listener, &dir, &local, stop, json, spinner) => served,
            lost = local.lost() => Err(lost.into()),
        };
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
        let addresses = if self.confirm_email { Addresses::Confirmed } else { Addresses::Trusted };
        let (config, setup) = (local.config().clone(), Setup::new(http, self.ready_schemas));
        let services = Services::embedded(config, &keys, setup, addresses, stop).await?;
        let has_demo = !self.no_demo && make_demo(&services).await;
        spinner.finish_and_clear();
        greet(&services, local, &keys, has_demo, json)?;
        services.run(listener).await
    }
}

/// Whether there is a demo store to look at. Everything else works without one.
async fn make_demo(services: &Services) -> bool {
    demo::ensure(&services.app).await.unwrap_or_else(|error| {
        tracing::warn!(error = %Chain(&error), "the demo store could not be made");
        false
    })
}

/// Prints where everything is, one thing a line.
fn greet(
    services: &Services,
    local: &Local,
    keys: &Keys,
    has_demo: bool,
    json: bool,
) -> anyhow::Result<()> {
    let app = &services.app;
    let slug = demo::slug()?;
    let demo_url = has_demo.then(|| app.store_url(&slug));
    let database = local.config().owner_url();
    let (url, publishable, secret) =
        (app.http.url(), keys.publishable.expose_secret(), keys.secret.expose_secret());
    if json {
        let value = json!({
            "url": url,
            "store_url": format!("{url}/s/{{slug}}"),
            "demo_url": demo_url,
            "demo_api_url": has_demo.then(|| format!("{url}/s/{slug}")),
            "mailbox_url": format!("{url}/mailbox"),
            "database_url": database.expose_secret(),
            "publishable_key": publishable,
            "secret_key": secret,
        });
        return output::print(&format!("{value}\n"));
    }
    let demo = demo_url.map(|own| format!("{own} or, for programs, {url}/s/{slug}"));
    let mut lines = Vec::new();
    for (label, value) in [
        ("Address", Some(url.clone())),
        ("Stores", Some(format!("{url}/s/<slug> or {}", app.http.store_pattern()))),
        ("Demo store", demo),
        ("Mailbox", Some(format!("{url}/mailbox"))),
        ("Database", Some(database.expose_secret().to_owned())),
        ("Publishable key", Some(publishable.to_owned())),
        ("Secret key", Some(secret.to_owned())),
    ] {
        lines.extend(value.map(|value| output::labelled(label, &value)));
    }
    if std::io::stdout().is_terminal() {
        lines.push("\nCtrl-C stops everything; the data is kept.".to_owned());
    }
    output::print(&format!("{}\n", lines.join("\n")))
}
