//! The loop that cleans up behind everybody. Any number of processes may run it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::forget::{self, Walk};
use super::purge;
use crate::base::chain::Chain;
use crate::base::clock::Clock;
use crate::db::Cluster;

/// How long a sweep waits for the next.
const PAUSE: Duration = Duration::from_secs(15 * 60);

/// Sweeps now and then, until `stop`. The data of deleted stores is kept for `keep`.
pub async fn run(cluster: Cluster, keep: Duration, stop: CancellationToken) {
    let clock = Clock::system();
    let mut walk = Walk::default();
    while !stop.is_cancelled() {
        match stop.run_until_cancelled(purge::sweep(&cluster, keep)).await {
            Some(Ok(0)) | None => {}
            Some(Ok(purged)) => tracing::info!(purged, "data of deleted stores was removed"),
            Some(Err(error)) => {
                tracing::warn!(error = %Chain(&error), "data of a deleted store could not be removed yet");
            }
        }
        match stop.run_until_cancelled(forget::sweep(&cluster, &mut walk)).await {
            Some(Ok(0)) | None => {}
            Some(Ok(forgotten)) => tracing::info!(forgotten, "rows that are over were removed"),
            Some(Err(error)) => {
                tracing::warn!(error = %Chain(&error), "rows that are over could not be removed yet");
            }
        }
        stop.run_until_cancelled(clock.sleep(PAUSE)).await;
    }
}
