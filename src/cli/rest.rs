//! `souk rest`: the REST plane alone, over any database, in the place of a PostgREST: the same
//! settings, by flag, by `PGRST_…` variable, in a PostgREST configuration file, or in the database.

mod example;
mod file;
mod flags;
mod ready;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::output;
use super::signals::stop_on_signal;
use crate::base::chain::Chain;
use crate::http::rest_server::{self, Entry};
use crate::rest::standalone::settings::{APP, Given};
use crate::rest::standalone::{Config, ConfigError, Heard, Listen, Said, Source, Standalone};

/// What is answered to who asks for the version.
const VERSION: &str =
    concat!("souk ", env!("CARGO_PKG_VERSION"), ", in the place of PostgREST 14.14");

/// Serve the REST plane alone, as a PostgREST would.
#[derive(Debug)]
pub struct Rest {
    file: Option<PathBuf>,
    flags: Given,
    act: Act,
}

/// What is to be done with the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Serve,
    Example,
    Dump,
    Schema,
    Ready,
    Version,
}

impl Rest {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.act {
            Act::Example => output::print(&example::text()),
            Act::Version => output::print(&format!("{VERSION}\n")),
            Act::Dump => self.dump().await,
            Act::Schema => self.dump_schema().await,
            Act::Ready => ready::ask(&self.config()?).await,
            Act::Serve => self.serve().await,
        }
    }

    async fn serve(self) -> anyhow::Result<()> {
        let plane = Arc::new(Standalone::open(self.source()?)?);
        if let Err(error) = plane.serving().plane.cluster().rest_ping().await {
            // One that is away may come; one that shows the door will not.
            if error.is_login_refused() {
                return Err(anyhow::Error::new(error).context("the database refuses the login"));
            }
            tracing::warn!(error = %Chain(&error), "the database does not answer");
        }
        // What the database says of configuration holds from the first request on, if it answers.
        plane.reload(Heard::Config).await;
        let serving = plane.serving();
        for warning in serving.config.warnings() {
            tracing::warn!("{warning}");
        }
        let stop = CancellationToken::new();
        stop_on_signal(stop.clone());
        hear_signals(&plane, &stop)?;
        let entry = open(&serving.config.server).await?;
        if let Some((host, port)) = serving.config.admin.clone() {
            let admin = open(&Listen::Port { host, port }).await?;
            tracing::info!(address = %admin.front(), "serving /live and /ready");
            let (plane, front) = (Arc::clone(&plane), entry.front().clone());
            let serving = rest_server::serve_admin(plane, front, admin, stop.clone());
            tokio::spawn(async move {
                if let Err(error) = serving.await {
                    tracing::error!(error = %Chain(&error), "/live and /ready are served no more");
                }
            });
        }
        tracing::info!(address = %entry.front(), "serving");
        Ok(rest_server::serve(plane, entry, stop).await?)
    }

    /// Prints what holds, the database's word included where it answers.
    async fn dump(self) -> anyhow::Result<()> {
        let plane = match Standalone::open(self.source()?) {
            Ok(plane) => plane,
            // Where the database is can be wrong for as long as nobody asks it.
            Err(ConfigError::Uri(error)) => {
                tracing::warn!(error = %Chain(&error), "no database is asked");
                return output::print(&self.config()?.dump());
            }
            Err(error) => return Err(error.into()),
        };
        if plane.serving().config.in_database {
            plane.reload(Heard::Config).await;
        }
        output::print(&plane.serving().config.dump())
    }

    /// Prints what the database has for the schemas that are served.
    async fn dump_schema(self) -> anyhow::Result<()> {
        let plane = Standalone::open(self.source()?)?;
        plane.reload(Heard::Config).await;
        output::print(&format!("{}\n", plane.serving().plane.outline().await?))
    }

    /// What is said outside of the database.
    fn config(&self) -> anyhow::Result<Config> {
        let Said { mut below, above } = read(self.file.as_ref(), &self.flags)?;
        below.overlay(&above);
        Ok(Config::read(&below)?)
    }

    /// Read anew each time, so that a file that has changed is heeded.
    fn source(&self) -> anyhow::Result<Source> {
        // What is wrong with a file is said with its whole chain of causes.
        read(self.file.as_ref(), &self.flags)?;
        let (file, flags) = (self.file.clone(), self.flags.clone());
        Ok(Source::new(move || {
            read(file.as_ref(), &flags).map_err(|error| ConfigError::Said(format!("{error:#}")))
        }))
    }
}

fn read(file: Option<&PathBuf>, flags: &Given) -> anyhow::Result<Said> {
    let mut below = match file {
        Some(path) => file::read(path)?,
        None => Given::default(),
    };
    below.overlay(&variables());
    let mut above = flags.clone();
    for given in [&mut below, &mut above] {
        piped(given)?;
    }
    Ok(Said { below, above })
}

/// Standard input can be read once; what it said holds for as long as the program runs.
fn piped(given: &mut Given) -> anyhow::Result<()> {
    static TEXT: OnceLock<String> = OnceLock::new();
    for name in ["db-uri", "jwt-secret"] {
        if given.get(name) != Some("@/dev/stdin") {
            continue;
        }
        let text = match TEXT.get() {
            Some(text) => text,
            None => {
                let text = std::io::read_to_string(std::io::stdin())
                    .with_context(|| format!("{name}: standard input can't be read"))?;
                TEXT.get_or_init(|| text)
            }
        };
        given.say(name, text.strip_suffix('\n').unwrap_or(text));
    }
    Ok(())
}

/// What variables say: `PGRST_DB_URI`, `PGRST_APP_SETTINGS_…`.
fn variables() -> Given {
    let mut given = Given::default();
    for (name, value) in std::env::vars() {
        let Some(name) = name.strip_prefix("PGRST_") else { continue };
        match name.strip_prefix("APP_SETTINGS_") {
            Some(own) => given.say(format!("{APP}{own}"), value),
            None => given.say(name.to_ascii_lowercase().replace('_', "-"), value),
        }
    }
    given
}

async fn open(place: &Listen) -> anyhow::Result<Entry> {
    let named = match place {
        Listen::Port { host, port } => format!("{host}:{port}"),
        Listen::Socket { path, .. } => path.clone(),
    };
    Entry::open(place).await.with_context(|| format!("{named} can't be listened on"))
}

/// SIGUSR1 has the schemas read again, SIGUSR2 the configuration, as with a PostgREST.
fn hear_signals(plane: &Arc<Standalone>, stop: &CancellationToken) -> anyhow::Result<()> {
    for (kind, heard) in
        [(SignalKind::user_defined1(), Heard::Schema), (SignalKind::user_defined2(), Heard::Config)]
    {
        let mut signals = signal(kind)?;
        let (plane, stop) = (Arc::clone(plane), stop.clone());
        tokio::spawn(async move {
            while let Some(Some(())) = stop.run_until_cancelled(signals.recv()).await {
                plane.hear(heard);
            }
        });
    }
    Ok(())
}
