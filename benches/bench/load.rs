//! Load by `wrk`: one thread, eight kept connections, a random store for each request.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use tokio::process::Command;

/// One kind of request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// Path and query below a store's address.
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body; `KEY` in it is another number each time.
    pub(crate) body: &'static str,
}

/// Numbers that stand for `KEY`.
pub(crate) const KEYS: u32 = 1_000;

/// What a stretch of load came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) requests: f64,
    pub(crate) rps: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// Asks `url` for this many seconds; every `{}` in it is a random number below `stores`.
pub(crate) async fn wrk(
    url: &str,
    request: &Request,
    stores: usize,
    seconds: u32,
) -> anyhow::Result<Figures> {
    let script = Script::write(&lua(url, request, stores))?;
    let origin: String = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let output = Command::new("wrk")
        .args(["-t1", "-c8", "--timeout", "10s", &format!("-d{seconds}s"), "-s"])
        .arg(&script.0)
        .arg(origin)
        .output()
        .await
        .context("wrk is not there")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("FIGURES "))
        .with_context(|| format!("wrk: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let numbers: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [requests, micros, p50, p99, wrong] = numbers[..] else {
        anyhow::bail!("wrk: {line}");
    };
    ensure!(wrong == 0.0, "{} {}: {wrong} of {requests} failed", request.method, request.path);
    Ok(Figures {
        requests,
        rps: requests / micros * 1e6,
        p50_ms: p50 / 1_000.0,
        p99_ms: p99 / 1_000.0,
    })
}

fn lua(url: &str, request: &Request, stores: usize) -> String {
    let path: String = url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
    let headers: String = request
        .headers
        .iter()
        .map(|(name, value)| match value.contains("{}") {
            true => format!("headers['{name}'] = [[{value}]]; drawn['{name}'] = [[{value}]]\n"),
            false => format!("headers['{name}'] = [[{value}]]\n"),
        })
        .collect();
    format!(
        "math.randomseed(os.time())
         local headers, drawn = {{}}, {{}}
         {headers}
         local path, body = [[/{path}{}]], [[{}]]
         function request()
             local store = function() return math.random(0, {stores} - 1) end
             local at = path:gsub('{{}}', store)
             for name, value in pairs(drawn) do headers[name] = value:gsub('{{}}', store) end
             local sent = body:gsub('KEY', function() return math.random(1, {KEYS}) end)
             return wrk.format('{}', at, headers, sent)
         end
         function done(summary, latency)
             local e = summary.errors
             io.write(string.format('FIGURES %d %d %d %d %d\\n', summary.requests,
                 summary.duration, latency:percentile(50), latency:percentile(99),
                 e.connect + e.read + e.write + e.status + e.timeout))
         end\n",
        request.path, request.body, request.method
    )
}

/// A file that is gone when it is no longer needed.
pub(crate) struct Script(pub(crate) PathBuf);

impl Script {
    pub(crate) fn write(text: &str) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("souk-load-{}", uuid::Uuid::new_v4()));
        std::fs::write(&path, text)?;
        Ok(Self(path))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
