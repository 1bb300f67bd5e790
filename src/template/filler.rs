//! Keeps schemas ready. Any number of processes may fill one pool: each looks, and builds what is
//! missing; together they may build as many too many as there are builders, never too few.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::base::chain::Chain;
use crate::base::clock::Clock;
use crate::base::schema::SchemaName;
use crate::db::Cluster;
use crate::queries;
use crate::template::build::Trust;
use crate::template::{Error, sweep};

/// Look again after this long, whether or not somebody called.
const POLL: Duration = Duration::from_secs(30);
/// Pause after a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(2);
/// The channel on which a process says that it has claimed a schema.
const CHANNEL: &str = "souk_ready_schemas";
/// At most one notification in this time.
const NOTIFY_PAUSE: Duration = Duration::from_millis(100);

queries! {
    /// Ready schemas that can be claimed: they look as the birth version does on this server.
    COUNT = "filler.count":
        "select count(*) as ready
           from shared.ready_schemas r
           join shared.fleet f on f.birth_version = r.template_version
           join shared.template_versions t
             on t.version = f.birth_version and t.fingerprint = r.fingerprint
            and t.server_major = current_setting('server_version_num')::integer / 10000";
}

/// Fills the ready pool of one cluster. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Filler {
    cluster: Cluster,
    target: usize,
    builders: usize,
    wake: Arc<Notify>,
    claimed: Arc<Notify>,
    turns: Arc<Semaphore>,
    trust: Arc<Trust>,
}

/// The right to build a schema on the spot, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Filler {
    /// A filler that keeps `target` schemas ready, building `builders` at a time.
    pub fn new(cluster: Cluster, target: usize, builders: usize) -> Self {
        let builders = builders.max(1);
        let turns = Arc::new(Semaphore::new(builders));
        Self {
            cluster,
            target,
            builders,
            wake: Arc::default(),
            claimed: Arc::default(),
            turns,
            trust: Arc::default(),
        }
    }

    /// Waits for a turn to build on the spot; as many at once as there are builders. Whoever has
    /// it tries to claim once more before building: the pool may have been filled meanwhile.
    pub async fn turn(&self) -> Turn {
        Turn { _permit: Arc::clone(&self.turns).acquire_owned().await.ok() }
    }

    /// Says that a schema was claimed: this process looks at once, the others are told.
    pub fn claimed(&self) {
        self.wake.notify_one();
        self.claimed.notify_one();
    }

    /// Tells the other processes of a claim and waits for it: for a process that ends now.
    ///
    /// # Errors
    /// What Postgres answers.
    pub async fn tell_now(&self) -> Result<(), Error> {
        Ok(self.cluster.notify(CHANNEL).await?)
    }

    /// Ready schemas at the birth version.
    ///
    /// # Errors
    /// What Postgres answers.
    pub async fn ready(&self) -> Result<usize, Error> {
        self.cluster
            .shared_tx(None, async |tx| {
                let ready: i64 = tx.row(&COUNT, &[]).await?.get("ready")?;
                Ok(usize::try_from(ready).unwrap_or_default())
            })
            .await
    }

    /// Builds one more.
    ///
    /// # Errors
    /// As [`crate::template::build_ready`].
    pub async fn build(&self) -> Result<SchemaName, Error> {
        self.trust.build(&self.cluster).await
    }

    /// Builds what is missing, once. Answers how many it built.
    ///
    /// # Errors
    /// The first failure; what was built stays.
    pub async fn fill(&self) -> Result<usize, Error> {
        let begun = Mutex::new(0);
        let builders = (0..self.builders).map(|_| self.build_while_missing(&begun));
        Ok(try_join_all(builders).await?.into_iter().sum())
    }

    /// One builder. `begun` counts what all of them have begun and not yet ended: only one at a
    /// time looks, so together they build what is missing and no more.
    async fn build_while_missing(&self, begun: &Mutex<usize>) -> Result<usize, Error> {
        let mut built = 0;
        loop {
            {
                let mut begun = begun.lock().await;
                let ready = self.ready().await?;
                metrics::gauge!("souk_ready_schemas").set(gauge(ready));
                if ready + *begun >= self.target {
                    return Ok(built);
                }
                *begun += 1;
            }
            let result = self.build().await;
            *begun.lock().await -= 1;
            result?;
            built += 1;
        }
    }

    /// Sweeps, then fills whenever somebody calls, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let listener = {
            let (cluster, wake, stop) = (self.cluster.clone(), self.wake.clone(), stop.clone());
            tokio::spawn(async move { cluster.listen(CHANNEL, wake, stop).await })
        };
        let teller = tokio::spawn(self.clone().tell_others(stop.clone()));
        let clock = Clock::system();
        if let Err(error) = sweep::sweep(&self.cluster).await {
            tracing::warn!(error = %Chain(&error), "the ready pool was not swept");
        }
        while !stop.is_cancelled() {
            let pause = match stop.run_until_cancelled(self.fill()).await {
                None => break,
                Some(Ok(_)) => POLL,
                Some(Err(error)) => {
                    tracing::error!(error = %Chain(&error), "the ready pool could not be filled");
                    FAILURE_PAUSE
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.wake.notified(), if pause == POLL => {}
                () = clock.sleep(pause) => {}
            }
        }
        let _ = tokio::join!(listener, teller);
    }

    /// Passes claims on to the other processes, at most one notification a pause.
    async fn tell_others(self, stop: CancellationToken) {
        let clock = Clock::system();
        while stop.run_until_cancelled(self.claimed.notified()).await.is_some() {
            if let Err(error) = self.cluster.notify(CHANNEL).await {
                tracing::debug!(error = %Chain(&error), "other processes were not told of a claim");
            }
            clock.sleep(NOTIFY_PAUSE).await;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, a pool is small")]
fn gauge(count: usize) -> f64 {
    count as f64
}
