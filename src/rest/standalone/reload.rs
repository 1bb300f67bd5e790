//! Reading configuration and schemas again while requests are answered.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{OptionFuture, join};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::config::{Config, ConfigError};
use super::settings::Given;
use super::{Serving, Standalone, database};
use crate::base::chain::Chain;
use crate::base::clock::Clock;

/// Pause between two tries to read what the database says of configuration.
const PAUSE: Duration = Duration::from_secs(1);

/// What is to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The schemas.
    Schema,
    /// The configuration.
    Config,
    /// Both.
    Both,
}

impl Heard {
    /// What a notification asks for; none where it is not for us.
    pub fn of(payload: &str) -> Option<Self> {
        match payload {
            "" => Some(Self::Both),
            "reload schema" => Some(Self::Schema),
            "reload config" => Some(Self::Config),
            _ => None,
        }
    }
}

/// What was said outside of the database: what the database may overrule, and what it may not.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// A file, and variables over it.
    pub below: Given,
    /// The command line.
    pub above: Given,
}

/// Where configuration comes from, as often as it is asked for.
pub struct Source(Box<dyn Fn() -> Result<Said, ConfigError> + Send + Sync>);

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Source")
    }
}

impl Source {
    /// What `read` says each time.
    pub fn new(read: impl Fn() -> Result<Said, ConfigError> + Send + Sync + 'static) -> Self {
        Self(Box::new(read))
    }

    /// What is said once and for all.
    pub fn fixed(given: Given) -> Self {
        Self::new(move || Ok(Said { below: Given::default(), above: given.clone() }))
    }

    /// The configuration, with what the database says of it. The database's address is not read
    /// again once it is known: it may have come from a pipe.
    pub(super) fn read(&self, database: &Given, uri: Option<&str>) -> Result<Config, ConfigError> {
        let Said { below: mut given, above } = (self.0)()?;
        given.overlay(database);
        given.overlay(&above);
        if let Some(uri) = uri {
            given.say("db-uri", uri);
        }
        Config::read(&given)
    }
}

/// Why configuration could not be read again.
#[derive(Debug, thiserror::Error)]
enum ReloadError {
    #[error(transparent)]
    Database(#[from] database::DatabaseError),
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Standalone {
    /// Does what was heard. What is asked meanwhile is answered as before.
    pub async fn reload(&self, heard: Heard) -> bool {
        if heard != Heard::Config {
            self.serving().plane.forget();
        }
        if heard == Heard::Schema {
            return true;
        }
        match self.reload_config().await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(error = %Chain(&error), "the configuration could not be read; the last one holds");
                false
            }
        }
    }

    async fn reload_config(&self) -> Result<(), ReloadError> {
        let before = self.serving();
        let uri = Some(before.config.db_uri.as_str());
        // Whether the database is to be asked, and by which function, is said outside of it.
        let outside = self.source.read(&Given::default(), uri)?;
        let asked = database::said(&self.cluster, &outside).await?;
        let config = self.source.read(&asked, uri)?;
        if config.given != before.config.given {
            tracing::info!("the configuration was read again");
        }
        let serving = Serving::new(self.cluster.clone(), config);
        *self.serving.write().unwrap_or_else(PoisonError::into_inner) = serving;
        self.due.is_settled.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Something is to be read again: [`Standalone::watch`] does it.
    pub fn hear(&self, heard: Heard) {
        self.due.add(heard);
    }

    /// Reads again what the database or a signal says has changed, until `stop`; and the
    /// configuration until it could be read for the first time.
    pub async fn watch(&self, stop: CancellationToken) {
        let reading = async {
            while !self.due.is_settled() && !self.reload(Heard::Config).await {
                Clock::system().sleep(PAUSE).await;
            }
        };
        let channel = self.serving().config.channel.clone();
        let tell = |payload: &str| {
            if let Some(heard) = Heard::of(payload) {
                self.hear(heard);
            }
        };
        let listening = OptionFuture::from(
            channel.as_deref().map(|channel| self.cluster.listen_to(channel, &tell, &stop)),
        );
        let heeding = async {
            stop.run_until_cancelled(reading).await;
            while let Some(heard) = stop.run_until_cancelled(self.due.next()).await {
                self.reload(heard).await;
            }
        };
        // Large, because it holds all that a transaction needs.
        join(listening, Box::pin(heeding)).await;
    }
}

/// What is still to be read again: however often it was heard, it is read once.
#[derive(Debug, Default)]
pub(super) struct Due {
    schema: AtomicBool,
    config: AtomicBool,
    /// Whether the database's word on configuration was heard once.
    is_settled: AtomicBool,
    woken: Notify,
}

impl Due {
    fn is_settled(&self) -> bool {
        self.is_settled.load(Ordering::SeqCst)
    }

    fn add(&self, heard: Heard) {
        if heard != Heard::Config {
            self.schema.store(true, Ordering::SeqCst);
        }
        if heard != Heard::Schema {
            self.config.store(true, Ordering::SeqCst);
        }
        self.woken.notify_one();
    }

    /// Waits until something is due, and takes it.
    async fn next(&self) -> Heard {
        loop {
            let schema = self.schema.swap(false, Ordering::SeqCst);
            let config = self.config.swap(false, Ordering::SeqCst);
            match (schema, config) {
                (true, true) => return Heard::Both,
                (true, false) => return Heard::Schema,
                (false, true) => return Heard::Config,
                (false, false) => self.woken.notified().await,
            }
        }
    }
}
