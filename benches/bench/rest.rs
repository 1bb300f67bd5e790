//! `rest`: a store's data over HTTP, at one store and at thousands, against `pgbench` running the
//! very transaction, and against a PostgREST where `POSTGREST_URL` names one.

mod report;

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::StreamExt;
use secrecy::ExposeSecret;

use crate::baseline::{Recorder, pgbench};
use crate::fleet::Fleet;
use crate::load::{Figures, Request, wrk};
use crate::process::Postgres;
use crate::served::Served;

/// The list that the fleet's size is tried with.
const LIST: &str = "/rest/v1/products?select=id,name,price_minor&limit=20";

/// What was measured of one operation.
struct Operation {
    name: &'static str,
    ours: Figures,
    /// Transactions a second of `pgbench`, where it was asked.
    pgbench: Option<f64>,
    cpu_own_ms: f64,
    cpu_postgres_ms: f64,
    /// Of all touches of a store by a connection, the part that were its first.
    cold_share: f64,
}

/// What was measured at one size of the fleet.
struct Size {
    stores: usize,
    ready: Duration,
    /// The first seconds after the start.
    first: Figures,
    cold_share: f64,
    private_mb: f64,
    operations: Vec<Operation>,
    postgrest: Option<Figures>,
}

/// Lengths of the stretches, in seconds.
#[derive(Clone, Copy)]
struct Times {
    first: u32,
    list: u32,
    other: u32,
}

pub(crate) async fn run(is_quick: bool) -> anyhow::Result<()> {
    let (sizes, times): (&[usize], _) = if is_quick {
        (&[1, 100, 300], Times { first: 4, list: 6, other: 3 })
    } else {
        (&[1, 100, 1_000, 3_000], Times { first: 10, list: 12, other: 6 })
    };
    let mut fleet = Fleet::start().await?;
    let mut measured = Vec::new();
    for &stores in sizes {
        fleet.grow(stores).await?;
        // pgbench's connections each meet every store: beyond a thousand that takes minutes.
        let has_baseline = matches!(stores, 1 | 300 | 1_000);
        let size = size(&fleet, times, has_baseline).await?;
        report::one(&size);
        measured.push(size);
    }
    let fresh = fresh(&fleet).await?;
    fleet.platform.stop().await;
    report::all(&measured, fresh);
    Ok(())
}

async fn size(fleet: &Fleet, times: Times, has_baseline: bool) -> anyhow::Result<Size> {
    let stores = fleet.size;
    eprintln!("  {stores} stores");
    let served = Served::start(fleet).await?;
    let ready = served.ready;
    let requests = requests(fleet).await?;
    let url = format!("{}/s/store-{{}}", served.url);
    let first = wrk(&url, &requests[0].1, stores, times.first).await?;
    let cold_share = served.touches(fleet).await?.cold_share();
    warm(fleet, &served).await?;
    let mut operations = Vec::new();
    for (nth, (name, request)) in requests.iter().enumerate() {
        let seconds = if nth == 0 { times.list } else { times.other };
        operations.push(operation(fleet, &served, name, request, seconds).await?);
    }
    let private_mb = served.private_mb()?;
    served.stop().await?;
    if has_baseline {
        let recorder = Recorder::start(fleet).await?;
        for ((_, request), operation) in requests.iter().zip(&mut operations) {
            // Of a large fleet only the list: each of the others would have to warm up again.
            if stores == 1 || operation.name == "list" {
                let sent = recorder.record(fleet, request).await?;
                operation.pgbench = Some(pgbench(fleet, &sent, stores, times.list).await?);
            }
        }
        recorder.stop();
    }
    let postgrest = postgrest(stores, times.list).await?;
    Ok(Size { stores, ready, first, cold_share, private_mb, operations, postgrest })
}

/// The operations: four of them as a shopper or an owner does them every day.
async fn requests(fleet: &Fleet) -> anyhow::Result<Vec<(&'static str, Request)>> {
    let key = fleet.platform.keys.publishable.expose_secret().to_owned();
    let token = fleet.platform.token_of(fleet.member).await?;
    let read =
        |path| Request { method: "GET", path, headers: vec![("apikey", key.clone())], body: "" };
    let write = |path, prefer: &str, body| Request {
        method: "POST",
        path,
        headers: vec![
            ("apikey", key.clone()),
            ("authorization", format!("Bearer {token}")),
            ("content-type", "application/json".to_owned()),
            ("prefer", prefer.to_owned()),
        ],
        body,
    };
    Ok(vec![
        ("list", read(LIST)),
        (
            "filter",
            read(
                "/rest/v1/products?select=id,name,price_minor&price_minor=lt.2500\
                 &order=price_minor.desc&limit=20",
            ),
        ),
        (
            "embed",
            read(
                "/rest/v1/products?select=id,name,variants(price_minor),product_images(url)\
                 &limit=20",
            ),
        ),
        (
            "insert",
            write("/rest/v1/locations", "return=minimal", r#"{"name":"Shop KEY","country":"DE"}"#),
        ),
        (
            "upsert",
            write(
                "/rest/v1/settings?on_conflict=key",
                "resolution=merge-duplicates,return=minimal",
                r#"{"key":"bench_KEY","value":"x"}"#,
            ),
        ),
    ])
}

async fn operation(
    fleet: &Fleet,
    served: &Served,
    name: &'static str,
    request: &Request,
    seconds: u32,
) -> anyhow::Result<Operation> {
    let postgres = Postgres::of(&fleet.platform.folder.join("cluster"))?;
    let url = format!("{}/s/store-{{}}", served.url);
    // A moment of it first: a plan, a page, a connection that is new.
    wrk(&url, request, fleet.size, 1).await?;
    let touches = served.touches(fleet).await?;
    let (own, database) = (served.cpu_ms()?, postgres.cpu_ms()?);
    let ours = wrk(&url, request, fleet.size, seconds).await?;
    let cpu_own_ms = (served.cpu_ms()? - own) / ours.requests;
    let cpu_postgres_ms = postgres.cpu_ms_since(&database)? / ours.requests;
    let cold_share = served.touches(fleet).await?.since(touches).cold_share();
    Ok(Operation { name, ours, pgbench: None, cpu_own_ms, cpu_postgres_ms, cold_share })
}

/// Touches every store, so that what follows is warm.
async fn warm(fleet: &Fleet, served: &Served) -> anyhow::Result<()> {
    let asked = futures_util::stream::iter(0..fleet.size * 2)
        .map(async |nth| served.get(fleet, &format!("/s/store-{}{LIST}", nth % fleet.size)).await);
    let statuses: Vec<_> = asked.buffer_unordered(8).collect().await;
    for status in statuses {
        ensure!(status? == 200, "a store was not served");
    }
    Ok(())
}

/// From the answer that a store is made to the answer of its data.
async fn fresh(fleet: &Fleet) -> anyhow::Result<Duration> {
    let served = Served::start(fleet).await?;
    let token = fleet.platform.token().await?;
    let http = &fleet.platform.http;
    let made = http.post(format!("{}/v1/stores", served.url)).bearer_auth(&token);
    let made = made.json(&serde_json::json!({ "name": "fresh", "slug": "fresh" })).send().await?;
    ensure!(made.status() == 201, "a store was not made: {}", made.status());
    let begun = Instant::now();
    let key = fleet.platform.keys.publishable.expose_secret();
    let read = http.get(format!("{}/s/fresh{LIST}", served.url)).header("apikey", key);
    let status = read.bearer_auth(&token).send().await?.status();
    let elapsed = begun.elapsed();
    ensure!(status == 200, "a store that was just made answers {status}");
    served.stop().await?;
    Ok(elapsed)
}

/// The same list from a PostgREST with as many schemas of these names, where there is one.
async fn postgrest(stores: usize, seconds: u32) -> anyhow::Result<Option<Figures>> {
    let Ok(url) = std::env::var("POSTGREST_URL") else { return Ok(None) };
    let request = Request {
        method: "GET",
        path: "/products?select=id,name,price_minor&limit=20",
        headers: vec![("accept-profile", "tenant_store_{}".to_owned())],
        body: "",
    };
    wrk(&url, &request, stores, seconds).await.map(Some)
}
