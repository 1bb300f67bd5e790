//! What the kernel knows of processes: time on the processor, and memory of their own.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Context;

/// Milliseconds of a tick: Linux tells every program of a hundred ticks a second.
const TICK_MS: f64 = 10.0;

/// A process' time on the processor, in milliseconds.
pub(crate) fn cpu_ms(pid: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name, in parentheses, may hold anything.
    let (_, rest) = stat.rsplit_once(')').context("no stat of a process")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks: f64 = fields[11..13].iter().filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks * TICK_MS)
}

/// Memory that no other process shares, in megabytes.
pub(crate) fn private_mb(pid: u32) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let kilobytes: f64 = text
        .lines()
        .filter(|line| line.starts_with("Private_"))
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok())
        .sum();
    Ok(kilobytes / 1024.0)
}

/// The server of a cluster, and the processes it has started.
pub(crate) struct Postgres {
    server: u32,
}

impl Postgres {
    /// The server that runs from a data folder.
    pub(crate) fn of(cluster: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(cluster.join("postmaster.pid"))?;
        let server = text.lines().next().context("no process")?.trim().parse()?;
        Ok(Self { server })
    }

    fn children(&self) -> anyhow::Result<Vec<u32>> {
        let mut children = Vec::new();
        for entry in fs::read_dir("/proc")?.flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
            if parent.and_then(|parent| parent.parse().ok()) == Some(self.server) {
                children.push(pid);
            }
        }
        Ok(children)
    }

    /// Time on the processor of each of its processes so far.
    pub(crate) fn cpu_ms(&self) -> anyhow::Result<HashMap<u32, f64>> {
        let all = self.children()?.into_iter().chain([self.server]);
        Ok(all.filter_map(|pid| Some((pid, cpu_ms(pid).ok()?))).collect())
    }

    /// Time on the processor since then of those that still run.
    pub(crate) fn cpu_ms_since(&self, before: &HashMap<u32, f64>) -> anyhow::Result<f64> {
        let now = self.cpu_ms()?;
        Ok(now.iter().map(|(pid, ms)| ms - before.get(pid).copied().unwrap_or(0.0)).sum())
    }

    /// Memory of its processes that serve these connections.
    pub(crate) fn private_mb(&self, backends: &[u32]) -> anyhow::Result<f64> {
        let children = self.children()?;
        backends.iter().filter(|pid| children.contains(pid)).map(|&pid| private_mb(pid)).sum()
    }
}
