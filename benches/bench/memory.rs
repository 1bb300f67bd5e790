//! `memory`: what the backends of Postgres hold after every store was read often, in random order,
//! half through REST and half through verbs; against a pool that hands out any idle connection.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::StreamExt;
use rand::seq::SliceRandom;
use secrecy::ExposeSecret;
use souk::cli::services::Services;
use souk::config::HttpConfig;
use souk::db::Placement;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::fleet::Fleet;
use crate::platform::owner;
use crate::process::Postgres;
use crate::stats::line;

/// Connections for REST, and as many for verbs.
const SLOTS: usize = 8;
/// Reads of a store, of either kind.
const READS: usize = 10;
/// Requests that are under way at once.
const CONCURRENT: usize = 8;

struct Figures {
    mb: f64,
    cold_share: f64,
    elapsed: Duration,
}

pub(crate) async fn run(is_quick: bool) -> anyhow::Result<()> {
    let stores = if is_quick { 300 } else { 3_000 };
    let mut fleet = Fleet::start().await?;
    fleet.grow(stores).await?;
    let ours = figures(&fleet, Placement::Affinity).await?;
    let baseline = figures(&fleet, Placement::AnyIdle).await?;
    fleet.platform.stop().await;
    report(stores, &ours, &baseline);
    Ok(())
}

/// Serves the fleet with pools of one kind, reads it, and looks at the backends.
async fn figures(fleet: &Fleet, placement: Placement) -> anyhow::Result<Figures> {
    let platform = &fleet.platform;
    let others = backends(fleet).await?;
    let mut config = platform.local.config().clone();
    config.slots = SLOTS;
    config.pool.placement = placement;
    if placement == Placement::AnyIdle {
        // As pools usually are: nothing retires.
        config.pool.schemas_max = Some(1_000_000);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let (http, stop) = (HttpConfig::local(port), CancellationToken::new());
    let services = Services::build(config, &platform.keys, http, 0, stop).await?;
    let app = services.app.clone();
    let running = tokio::spawn(services.run(listener));

    let begun = Instant::now();
    read(fleet, &format!("http://127.0.0.1:{port}")).await?;
    let elapsed = begun.elapsed();
    let postgres = Postgres::of(&platform.folder.join("cluster"))?;
    let ours: Vec<u32> =
        backends(fleet).await?.into_iter().filter(|pid| !others.contains(pid)).collect();
    let mb = postgres.private_mb(&ours)?;
    let (mut cold, mut all) = (0, 0);
    for (login, figures) in app.cluster.figures() {
        if matches!(login, "rest" | "engine") {
            cold += figures.cold;
            all += figures.cold + figures.warm;
        }
    }
    app.stop.cancel();
    drop(app);
    running.await??;
    #[expect(clippy::cast_precision_loss, reason = "a share, not a count")]
    let cold_share = cold as f64 / all as f64;
    Ok(Figures { mb, cold_share, elapsed })
}

/// Reads every store, in random order.
async fn read(fleet: &Fleet, url: &str) -> anyhow::Result<()> {
    let mut reads: Vec<(usize, bool)> =
        (0..fleet.size * READS).flat_map(|nth| [true, false].map(|by| (nth, by))).collect();
    reads.shuffle(&mut rand::rng());
    let key = fleet.platform.keys.publishable.expose_secret();
    let asked = futures_util::stream::iter(reads).map(async |(nth, by_rest)| {
        let store = format!("{url}/s/store-{}", nth % fleet.size);
        let url = match by_rest {
            true => format!("{store}/rest/v1/products?select=id,name,price_minor&limit=20"),
            false => format!("{store}/store/v1/config"),
        };
        let response = fleet.platform.http.get(url).header("apikey", key).send().await?;
        ensure!(response.status() == 200, "a read answers {}", response.status());
        response.bytes().await.context("a body was cut")
    });
    let mut asked = std::pin::pin!(asked.buffer_unordered(CONCURRENT));
    while let Some(answer) = asked.next().await {
        answer?;
    }
    Ok(())
}

/// The processes that serve connections for REST and verbs.
async fn backends(fleet: &Fleet) -> anyhow::Result<Vec<u32>> {
    let client = owner(fleet.platform.local.config()).await?;
    let text = "select pid from pg_stat_activity where usename in ('souk_rest', 'souk_engine')";
    let rows = client.query(text, &[]).await?;
    rows.iter().map(|row| Ok(u32::try_from(row.get::<_, i32>(0))?)).collect()
}

fn report(stores: usize, ours: &Figures, baseline: &Figures) {
    let reads = stores * READS * 2;
    println!("\nmemory: {stores} stores, {reads} reads, {SLOTS} connections of either login");
    let mb = |figures: &Figures| format!("{:.0} MB", figures.mb);
    line("private memory of the backends", &mb(ours), "<= 1/4 of the baseline");
    line("… a pool of any idle connection", &mb(baseline), "");
    line("touches that were cold", &format!("{:.3}", ours.cold_share), "<= 0.15");
    line("… a pool of any idle connection", &format!("{:.3}", baseline.cold_share), "");
    let seconds = |figures: &Figures| format!("{:.1} s", figures.elapsed.as_secs_f64());
    line("all reads took", &seconds(ours), "");
    line("… a pool of any idle connection", &seconds(baseline), "");
    println!(
        "RESULT memory ratio={:.3} cold_share={:.3} mb={:.0} baseline_mb={:.0}",
        ours.mb / baseline.mb,
        ours.cold_share,
        ours.mb,
        baseline.mb
    );
}
