//! The baseline of `rest`: `pgbench`, which sends the very transaction that the program sends for a
//! request, taken off the wire, on as many connections, for a random store each time.

use anyhow::{Context, ensure};
use secrecy::ExposeSecret;
use souk::app::AppState;
use souk::cli::services::Services;
use souk::config::HttpConfig;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::fleet::Fleet;
use crate::load::{KEYS, Request, Script};
use crate::tap::{Sent, Tap};

/// What stands for `KEY` in a body that is recorded.
const MARK: &str = "909090909";
/// Seconds between two figures of one run.
const STEP: u32 = 2;

/// A program whose wire is listened to.
pub(crate) struct Recorder {
    tap: Tap,
    app: AppState,
    url: String,
}

impl Recorder {
    pub(crate) async fn start(fleet: &Fleet) -> anyhow::Result<Self> {
        let tap = Tap::new(fleet.platform.local.config()).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let http = HttpConfig::local(port);
        let (keys, stop) = (&fleet.platform.keys, CancellationToken::new());
        let services = Services::build(tap.config.clone(), keys, http, 0, stop).await?;
        let app = services.app.clone();
        tokio::spawn(services.run(listener));
        Ok(Self { tap, app, url: format!("http://127.0.0.1:{port}") })
    }

    /// What is sent to Postgres for a request to the first store.
    pub(crate) async fn record(
        &self,
        fleet: &Fleet,
        request: &Request,
    ) -> anyhow::Result<Vec<Sent>> {
        let send = async || {
            let url = format!("{}/s/store-0{}", self.url, request.path);
            let mut call = fleet.platform.http.request(request.method.parse()?, url);
            for (name, value) in &request.headers {
                call = call.header(*name, value);
            }
            let response = call.body(request.body.replace("KEY", MARK)).send().await?;
            let status = response.status();
            ensure!(status.is_success(), "{status} {}", response.text().await?);
            response.bytes().await?;
            anyhow::Ok(())
        };
        // The first one also reads what is remembered afterwards.
        send().await?;
        self.tap.take();
        send().await?;
        let mut sent = self.tap.take();
        // What the program does in the background goes over other connections.
        let entered = sent.iter().find(|sent| sent.text.contains("shared.enter("));
        let connection = entered.map(|sent| sent.connection);
        sent.retain(|sent| Some(sent.connection) == connection);
        ensure!(sent.len() == 2, "not the entrance and one statement but {sent:?}");
        Ok(sent)
    }

    pub(crate) fn stop(self) {
        self.app.stop.cancel();
    }
}

/// Transactions a second of `pgbench` with the recorded transaction. A connection of it meets every
/// store in turn and none of them knows which: so it is run until every connection has met them,
/// and the end counts.
pub(crate) async fn pgbench(
    fleet: &Fleet,
    sent: &[Sent],
    stores: usize,
    seconds: u32,
) -> anyhow::Result<f64> {
    let config = fleet.platform.local.config();
    let (text, defines) = script(sent);
    let script = Script::write(&text)?;
    let warm = u32::try_from(stores / 20)?;
    let mut command = Command::new("pgbench");
    command
        .env("PGPASSWORD", config.logins.rest.password.expose_secret())
        .args(["-n", "-M", "extended", "-c8", "-j2", "-h", &config.host])
        .args(["-p", &config.port.to_string(), "-U", &config.logins.rest.user])
        .args(["-T", &(warm + seconds).to_string(), "-P", &STEP.to_string()])
        .args(["-D", &format!("stores={stores}"), "-f"])
        .arg(&script.0);
    for (name, value) in defines {
        command.args(["-D", &format!("{name}={value}")]);
    }
    let output = command.arg(&config.database).output().await.context("pgbench is not there")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "pgbench: {told}");
    let steps: Vec<f64> = told
        .lines()
        .filter_map(|line| line.strip_prefix("progress: ")?.split(", ").nth(1))
        .filter_map(|word| word.strip_suffix(" tps")?.parse().ok())
        .collect();
    let last = &steps[steps.len().saturating_sub((seconds / STEP) as usize)..];
    ensure!(!last.is_empty(), "pgbench: {told}");
    #[expect(clippy::cast_precision_loss, reason = "a few of them")]
    Ok(last.iter().sum::<f64>() / last.len() as f64)
}

/// The transaction as a script: names found by the search path in place of the first store's
/// schema, a random store's id in place of its own, and every other parameter as it was sent. It
/// begins and ends by statements, as whoever sends no batch has to.
fn script(sent: &[Sent]) -> (String, Vec<(String, String)>) {
    let mut text = format!("\\set n random(0, :stores - 1)\n\\set key random(1, {KEYS})\nbegin;\n");
    let mut defines = Vec::new();
    for (nth, Sent { text: statement, params, .. }) in sent.iter().enumerate() {
        let mut statement = statement.replace("\"tenant_store_0\".", "");
        // From the last one, so that $1 is not found in $12.
        for (place, value) in params.iter().enumerate().rev() {
            let name = format!("v{nth}x{place}");
            let written = if nth == 0 && place == 0 {
                "md5(:n::text)".to_owned()
            } else if value.contains(MARK) {
                defines.push((name.clone(), value.clone()));
                format!("replace(:{name}, '{MARK}', :key::text)::json")
            } else {
                defines.push((name.clone(), value.clone()));
                format!(":{name}")
            };
            statement = statement.replace(&format!("${}", place + 1), &written);
        }
        text.push_str(&statement);
        text.push_str(";\n");
    }
    text.push_str("commit;\n");
    (text, defines)
}
