//! How a process ends: asked by a signal, and with some time for what is under way.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::base::clock::Clock;

/// How long running requests are waited for at the end.
const DRAIN: Duration = Duration::from_secs(10);

/// Ends when running requests have had their time after `stop`.
pub(super) async fn drain_ended(stop: &CancellationToken) {
    stop.cancelled().await;
    Clock::system().sleep(DRAIN).await;
}

/// Cancels `stop` at Ctrl-C or a polite kill; a second one ends the process at once.
pub(super) fn stop_on_signal(stop: CancellationToken) {
    tokio::spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if stop.is_cancelled() {
                std::process::exit(130);
            }
            stop.cancel();
        }
    });
}
