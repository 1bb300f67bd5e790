//! `provision`: how fast a store is live, against the same template applied statement by statement;
//! and how fast the ready pool fills, against one batch a schema.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use souk::template::Filler;

use crate::platform::{Platform, owner};
use crate::statements::{batch, statements};
use crate::stats::{Samples, line};

/// Connections that build schemas, ours and the baseline's.
const BUILDERS: usize = 2;
/// Schemas that ours and the baseline build in turn.
const ROUND: usize = 20;
/// New owners that come at once.
const BURST: usize = 200;

struct Figures {
    live: Samples,
    create: Samples,
    baseline: Samples,
    burst: (Duration, Samples),
    sustained: Sustained,
    relations: i64,
    bytes: i64,
}

/// Schemas a second, ours and the baseline's, by round.
struct Sustained {
    rates: Vec<(f64, f64)>,
}

impl Sustained {
    /// The round in the middle, by what ours is of the baseline's.
    fn middle(&self) -> (f64, f64) {
        let mut rates = self.rates.clone();
        rates.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
        rates.get(rates.len() / 2).copied().unwrap_or((f64::NAN, f64::NAN))
    }
}

pub(crate) async fn run(is_quick: bool) -> anyhow::Result<()> {
    let (stores, baseline, rounds) = if is_quick { (200, 20, 5) } else { (1_000, 60, 11) };
    let platform = Platform::start(8, true).await?;
    let sustained = sustained(&platform, rounds).await?;
    let baseline = statement_by_statement(&platform, baseline).await?;
    fill(&platform, stores).await?;
    let (create, live) = one_by_one(&platform, stores).await?;
    fill(&platform, BURST).await?;
    let burst = burst(&platform).await?;
    let (relations, bytes) = size(&platform).await?;
    platform.stop().await;
    report(&Figures { live, create, baseline, burst, sustained, relations, bytes });
    Ok(())
}

async fn fill(platform: &Platform, count: usize) -> anyhow::Result<()> {
    Filler::new(platform.app.cluster.clone(), count, BUILDERS).fill().await?;
    Ok(())
}

/// The filler on an empty pool, and one batch a schema on as many connections: in turns, so that
/// what else the machine does meets both.
async fn sustained(platform: &Platform, rounds: usize) -> anyhow::Result<Sustained> {
    // The first schema of a version records its fingerprint; it is not measured.
    fill(platform, 1).await?;
    let config = platform.local.config();
    let raw = try_join_all((0..BUILDERS).map(|_| owner(config))).await?;
    let mut rates = Vec::new();
    for round in 0..rounds {
        let begun = Instant::now();
        fill(platform, 1 + (round + 1) * ROUND).await?;
        let ours = rate(ROUND, begun.elapsed());
        let begun = Instant::now();
        try_join_all(raw.iter().enumerate().map(async |(builder, client)| {
            for nth in 0..ROUND / BUILDERS {
                client.batch_execute(&batch(&format!("raw_{round}_{builder}_{nth}"))).await?;
            }
            anyhow::Ok(())
        }))
        .await?;
        rates.push((ours, rate(ROUND, begun.elapsed())));
    }
    Ok(Sustained { rates })
}

async fn statement_by_statement(platform: &Platform, count: usize) -> anyhow::Result<Samples> {
    let client = owner(platform.local.config()).await?;
    let mut samples = Samples::default();
    for nth in 0..count {
        let schema = format!("step_{nth}");
        let statements = statements(&schema);
        let begun = Instant::now();
        client.batch_execute(&format!("create schema {schema}")).await?;
        client.batch_execute(&format!("set search_path = {schema}")).await?;
        for statement in &statements {
            client.batch_execute(statement).await.with_context(|| statement.clone())?;
        }
        samples.push(begun.elapsed());
    }
    Ok(samples)
}

/// From `POST /v1/stores` to its answer, and to the first read at the store's address.
async fn one_by_one(platform: &Platform, count: usize) -> anyhow::Result<(Samples, Samples)> {
    let (mut create, mut live) = (Samples::default(), Samples::default());
    for nth in 0..count {
        let token = platform.token().await?;
        let slug = format!("store-{nth}");
        let begun = Instant::now();
        platform.create(&token, &slug).await?;
        create.push(begun.elapsed());
        platform.read(&token, &slug).await?;
        live.push(begun.elapsed());
    }
    Ok((create, live))
}

/// Everybody signs up and makes a store at once.
async fn burst(platform: &Platform) -> anyhow::Result<(Duration, Samples)> {
    let begun = Instant::now();
    let samples = try_join_all((0..BURST).map(|nth| async move {
        let begun = Instant::now();
        let token = platform.sign_up(&format!("burst-{nth}@example.com")).await?;
        platform.create(&token, &format!("burst-{nth}")).await?;
        anyhow::Ok(begun.elapsed())
    }))
    .await?;
    Ok((begun.elapsed(), samples.into_iter().collect()))
}

/// Relations and bytes of one store, its rows in the catalog not counted.
async fn size(platform: &Platform) -> anyhow::Result<(i64, i64)> {
    let client = owner(platform.local.config()).await?;
    let row = client
        .query_one(
            "select count(*), sum(pg_relation_size(oid))::bigint from pg_class
              where relnamespace = 'tenant_store_0'::regnamespace
                 or oid in (select reltoastrelid from pg_class
                             where relnamespace = 'tenant_store_0'::regnamespace)
                 or oid in (select indexrelid from pg_index where indrelid in
                             (select reltoastrelid from pg_class
                               where relnamespace = 'tenant_store_0'::regnamespace))",
            &[],
        )
        .await?;
    ensure!(row.get::<_, i64>(0) > 0, "the store has no relations");
    Ok((row.get(0), row.get(1)))
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn rate(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}

fn report(figures: &Figures) {
    let Figures { live, create, baseline, burst, sustained, relations, bytes } = figures;
    let (filler, raw) = sustained.middle();
    let (p50, p99) = (live.percentile_ms(50), live.percentile_ms(99));
    let ratio = baseline.percentile_ms(50) / p50;
    println!("\nprovision: {} stores one by one, {} by statement", live.len(), baseline.len());
    let ms = |value: f64| format!("{value:.1} ms");
    line("POST /v1/stores answered, p50", &ms(create.percentile_ms(50)), "<= 10 ms");
    line("… and readable through /rest/v1, p50", &ms(p50), "");
    line("… p99", &ms(p99), "<= 5x p50");
    line(
        "the template statement by statement, p50",
        &ms(baseline.percentile_ms(50)),
        ">= 10x ours",
    );
    line("burst of sign-up and store, all", &ms(burst.0.as_secs_f64() * 1_000.0), "");
    line("… each, p50", &ms(burst.1.percentile_ms(50)), "");
    line("… each, p99", &ms(burst.1.percentile_ms(99)), "");
    line("schemas a second, filler", &format!("{filler:.1}"), ">= 0.8 of raw");
    line("schemas a second, one batch each", &format!("{raw:.1}"), "");
    line("relations a store", &relations.to_string(), "<= 120, all of the template there");
    line("bytes a store", &bytes.to_string(), "<= 0.75 MB");
    println!(
        "RESULT provision p50_ms={p50:.2} p99_ms={p99:.2} ratio_p50={ratio:.1} \
         p99_over_p50={:.2} sustained_ratio={:.2} relations_per_store={relations} \
         bytes_per_store={bytes}",
        p99 / p50,
        filler / raw,
    );
}
