//! Logs and figures, installed once for a process.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Installs the log: text where a person looks, else one JSON object a line; `SOUK_LOG` chooses
/// what (`info` unless set, e.g. `souk=debug`).
pub fn install() {
    let filter = EnvFilter::try_from_env("SOUK_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn,tokio_postgres=warn"));
    // A line that can't be written is lost. The library would say so on standard error, which is
    // what can't be written to, and end the task that was logging.
    let builder = fmt().log_internal_errors(false);
    let builder = builder.with_env_filter(filter).with_writer(std::io::stderr);
    // A second call, from a test, finds the first one's.
    let _ = if std::io::stderr().is_terminal() {
        builder.with_target(false).try_init()
    } else {
        builder.json().flatten_event(true).with_span_list(false).try_init()
    };
}

/// The process' figures; the recorder is installed by the first call.
///
/// # Panics
/// When another recorder was installed before: two would halve every figure.
pub fn metrics() -> PrometheusHandle {
    METRICS
        .get_or_init(|| {
            PrometheusBuilder::new()
                .set_buckets(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0])
                .and_then(PrometheusBuilder::install_recorder)
                .expect("no other recorder is installed in this program")
        })
        .clone()
}
