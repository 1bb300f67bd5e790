//! What `rest` says: a table for people, and the last line for programs.

use std::time::Duration;

use super::{Operation, Size};
use crate::stats::line;

/// PostgREST 14.14 as it was measured on two cores, tables of its own: schemas, seconds from its
/// start to its first answer, warm requests a second, p99 in ms, megabytes resident after load.
const POSTGREST: [(usize, f64, f64, f64, f64); 4] = [
    (1, 0.35, 3_716.0, 11.0, 33.0),
    (100, 0.99, 3_164.0, 13.0, 72.0),
    (1_000, 8.4, 2_742.0, 14.0, 273.0),
    (3_000, 49.0, 1_718.0, 23.0, 800.0),
];

pub(super) fn all(sizes: &[Size], fresh: Duration) {
    let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else { return };
    // The size that stands for a thousand.
    let large = sizes.iter().rev().find(|size| size.operations[0].pgbench.is_some());
    let large = large.unwrap_or(last);
    println!("\nall sizes");
    let growth = growth(first, last);
    line("memory per 1,000 schemas", &format!("{growth:.2} MB"), "<= 1 MB");
    let fresh_ms = fresh.as_secs_f64() * 1_000.0;
    line("a store just made, its first answer", &format!("{fresh_ms:.1} ms"), "200 at once");
    let (list, list_large) = (&first.operations[0], &large.operations[0]);
    let ready = sizes.iter().map(|size| size.ready).max().unwrap_or_default();
    println!(
        "RESULT rest rps_1={:.0} rps_1000={:.0} ratio_pgbench_1={:.2} ratio_pgbench_1000={:.2} \
         p99_ms_1000={:.2} cold_share={:.3} mb_per_1000_schemas={growth:.2} ready_ms={:.0} \
         cpu_ms_own={:.3} cpu_ms_postgres={:.3} fresh_ms={fresh_ms:.1}{}{}",
        list.ours.rps,
        list_large.ours.rps,
        ratio(list),
        ratio(list_large),
        list_large.ours.p99_ms,
        large.cold_share,
        ready.as_secs_f64() * 1_000.0,
        list_large.cpu_own_ms,
        list_large.cpu_postgres_ms,
        others(first, "1"),
        others(large, "1000"),
    );
}

pub(super) fn one(size: &Size) {
    println!("\nrest: {} stores", size.stores);
    let ms = |duration: Duration| format!("{:.0} ms", duration.as_secs_f64() * 1_000.0);
    line("start to first answer", &ms(size.ready), "<= 1,000 ms");
    line("requests a second, first seconds", &format!("{:.0}", size.first.rps), "near the warm");
    line("… of these, touches that were cold", &format!("{:.3}", size.cold_share), "");
    line("the program's own memory", &format!("{:.1} MB", size.private_mb), "<= 64 MB");
    for operation in &size.operations {
        let Operation { name, ours, pgbench, cpu_own_ms, cpu_postgres_ms, cold_share } = operation;
        line(&format!("{name}: requests a second"), &format!("{:.0}", ours.rps), "");
        let times = format!("{:.1} / {:.1} ms", ours.p50_ms, ours.p99_ms);
        line("… p50 / p99", &times, "");
        line("… touches that were cold", &format!("{cold_share:.3}"), "");
        let cpu = format!("{cpu_own_ms:.3} + {cpu_postgres_ms:.3} ms");
        line("… CPU a request, ours + Postgres", &cpu, "ours <= 0.1 ms");
        if let Some(tps) = pgbench {
            let text = format!("{tps:.0} ({:.2})", ratio(operation));
            line("… pgbench with the same transaction", &text, "ours >= 0.6 of it");
        }
    }
    if let Some((_, ready, rps, p99, mb)) = POSTGREST.iter().find(|row| row.0 == size.stores) {
        let text = format!("{rps:.0}, {p99:.0} ms");
        line("PostgREST 14.14 as measured elsewhere, list, p99", &text, "ours >= 2x");
        line("… start to first answer, memory", &format!("{ready} s, {mb:.0} MB"), "");
    }
    if let Some(postgrest) = size.postgrest {
        let text = format!("{:.0}, {:.1} ms", postgrest.rps, postgrest.p99_ms);
        line("PostgREST here, list, p99", &text, "ours >= 2x");
    }
}

fn ratio(operation: &Operation) -> f64 {
    operation.pgbench.map_or(f64::NAN, |tps| operation.ours.rps / tps)
}

/// Megabytes of the program for a thousand stores more.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn growth(first: &Size, last: &Size) -> f64 {
    (last.private_mb - first.private_mb) / (last.stores - first.stores) as f64 * 1_000.0
}

fn others(size: &Size, suffix: &str) -> String {
    let others = size.operations.iter().skip(1);
    others
        .map(|operation| {
            let name = operation.name;
            let ratio = operation.pgbench.map_or_else(String::new, |_| {
                format!(" {name}_ratio_pgbench_{suffix}={:.2}", ratio(operation))
            });
            format!(" {name}_rps_{suffix}={:.0}{ratio}", operation.ours.rps)
        })
        .collect()
}
