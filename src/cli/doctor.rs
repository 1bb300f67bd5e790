//! `souk doctor`: looks at everything a running platform rests on, and says of each finding what to
//! do about it.

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use super::connections::{Bound, Connections};
use super::faults::Faults;
use super::output;
use super::pooler::{self, RestWay};
use super::target::Target;
use crate::db::{Cluster, PoolConfig};
use crate::fleet::{drift, health};
use crate::template;

/// Catalog that the backends of one process may hold without a warning.
const MEMORY_GOOD_MB: usize = 4_096;

/// Look for what is wrong.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    connections: Connections,
    #[command(flatten)]
    rest: RestWay,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Good,
    Warning,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    level: Level,
    subject: &'static str,
    finding: String,
    advice: Option<&'static str>,
}

impl Check {
    fn good(subject: &'static str, finding: impl Into<String>) -> Self {
        Self { level: Level::Good, subject, finding: finding.into(), advice: None }
    }

    fn bad(subject: &'static str, finding: impl Into<String>, advice: &'static str) -> Self {
        Self { level: Level::Bad, subject, finding: finding.into(), advice: Some(advice) }
    }

    fn warning(subject: &'static str, finding: impl Into<String>, advice: &'static str) -> Self {
        Self { level: Level::Warning, subject, finding: finding.into(), advice: Some(advice) }
    }

    fn text(&self) -> String {
        let mark = match self.level {
            Level::Good => "ok  ",
            Level::Warning => "warn",
            Level::Bad => "BAD ",
        };
        let line = format!("{mark}  {:<14} {}", self.subject, self.finding);
        match self.advice {
            Some(advice) => format!("{line}\n      {:<14} -> {advice}", ""),
            None => line,
        }
    }
}

impl Doctor {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        let mut faults = Faults::default();
        let (slots, pool) = self.connections.check(&mut faults);
        faults.none()?;
        let cluster = self.target.cluster_with(&self.rest).await?;
        let mut checks = logins(&cluster).await;
        if checks.iter().all(|check| check.level == Level::Good) {
            checks.extend(tls(&cluster));
            checks.push(disk(&cluster).await?);
            checks.extend(database(&cluster, slots, &pool).await?);
            checks.push(drift(&cluster).await?);
        }
        output::answer(json, &checks, |checks| {
            checks.iter().map(Check::text).collect::<Vec<_>>().join("\n")
        })?;
        if checks.iter().any(|check| check.level == Level::Bad) {
            bail!("something is wrong; see above");
        }
        Ok(())
    }
}

async fn logins(cluster: &Cluster) -> Vec<Check> {
    let mut checks = Vec::new();
    for (login, result) in cluster.ping().await {
        checks.push(match result {
            Ok(()) => Check::good("login", format!("{login} gets in")),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let finding = format!("{login}: {}", cause.unwrap_or_else(|| error.to_string()));
                let advice = "is the server up, are DATABASE_URL and SOUK_DATABASE_PASSWORD right, \
                              and does a pooler on the way know the login?";
                Check::bad("login", finding, advice)
            }
        });
    }
    // Where the owner does not get in, it is said above.
    if let Ok(missing @ [_, ..]) = pooler::missing(cluster).await.as_deref() {
        let finding = format!("{}: there is no such login", pooler::told(missing));
        let advice = "run `souk setup` with the same SOUK_REST_LOGINS";
        checks.push(Check::bad("login", finding, advice));
    }
    checks
}

/// Whether anybody could be at the other end of a connection.
fn tls(cluster: &Cluster) -> Option<Check> {
    cluster.config().is_unchecked().then(|| {
        let finding = "nobody checks who is at the other end of the way to the database (sslmode)";
        Check::warning(
            "tls",
            finding,
            "name its certificate's authority in SOUK_DATABASE_CA, and \
                                        ask for sslmode=verify-full",
        )
    })
}

async fn disk(cluster: &Cluster) -> anyhow::Result<Check> {
    Ok(if health::has_room(cluster).await? {
        Check::good("disk", "the database has room to write")
    } else {
        let advice = "give it more room, or remove what else is on its disk; then start it again \
                      if it has ended";
        Check::bad("disk", "the database's disk is full", advice)
    })
}

async fn database(
    cluster: &Cluster,
    slots: usize,
    pool: &PoolConfig,
) -> anyhow::Result<Vec<Check>> {
    let Some(found) = health::examine(cluster).await? else {
        let advice = "run `souk migrate`";
        return Ok(vec![Check::bad("migrations", "the shared schema is not there", advice)]);
    };
    let server = format!("PostgreSQL {}", found.server_version);
    let latest = template::latest_version();
    let mut checks = vec![if found.server_version >= 15 {
        Check::good("server", server)
    } else {
        Check::bad("server", server, "Souk needs PostgreSQL 15 or newer")
    }];
    let versions = format!(
        "shared schema {}, stores are born at {}, this program has {latest}",
        found.shared_version, found.birth_version
    );
    let is_current =
        found.shared_version == template::shared::latest_version() && found.birth_version == latest;
    checks.push(if is_current {
        Check::good("migrations", versions)
    } else {
        Check::bad("migrations", versions, "run `souk migrate` with the newest program")
    });
    checks.push(match found.rights_missing.as_slice() {
        [] => Check::good("rights", "the runtime logins have what they need, and no more"),
        wrong => Check::bad(
            "rights",
            wrong.join("; "),
            "run `souk setup`, and revoke what it does not grant",
        ),
    });
    let ready = format!("{} schemas are ready", found.ready);
    checks.push(if found.ready > 0 {
        Check::good("ready pool", ready)
    } else {
        let advice = "start `souk dev` or `souk serve`: each fills the pool";
        Check::warning("ready pool", ready, advice)
    });
    checks.push(memory(found.stores, slots, cluster.config().rest_numbered, pool));
    Ok(checks)
}

/// A backend holds some 0.16 MB of catalog for each schema it has touched, until it retires.
fn memory(stores: i64, slots: usize, numbered: usize, pool: &PoolConfig) -> Check {
    let bound = Bound::of(usize::try_from(stores).unwrap_or(0), slots, numbered, pool);
    let pooled = match numbered {
        0 => String::new(),
        count => format!(" (those {count} behind the pooler: as many as it lets them)"),
    };
    let finding = format!(
        "{stores} stores on {} connections of a process, {} schemas each{pooled}: up to {} MB of \
         catalog",
        bound.connections, bound.schemas, bound.megabytes
    );
    if bound.is_tight {
        let advice = "set SOUK_SCHEMAS_PER_CONNECTION higher, or not at all: stores that are in \
                      use are read anew all the time";
        return Check::warning("memory bound", finding, advice);
    }
    if bound.megabytes < MEMORY_GOOD_MB {
        return Check::good("memory bound", finding);
    }
    let advice = "set SOUK_CONNECTIONS lower, or give Postgres more memory";
    Check::warning("memory bound", finding, advice)
}

async fn drift(cluster: &Cluster) -> anyhow::Result<Check> {
    let count = drift::count(cluster).await?;
    let bar = output::bar("looking at schemas", count);
    let findings = drift::find(cluster, || bar.inc(1)).await?;
    bar.finish_and_clear();
    if findings.is_empty() {
        let accepted = match drift::on_record(cluster).await?.as_slice() {
            [] => String::new(),
            slugs => format!("; accepted as changed by hand: {}", slugs.join(", ")),
        };
        let finding = format!("{count} schemas are what their rows say{accepted}");
        return Ok(Check::good("drift", finding));
    }
    let named: Vec<String> = findings
        .iter()
        .take(10)
        .map(|finding| format!("{} {}", finding.schema, finding.kind))
        .collect();
    let more = findings.len().saturating_sub(named.len());
    let finding = match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    };
    let advice = "find out who changed it: change it back, or `souk store accept` the store as it \
                  is; restore a missing schema from a backup, drop an orphan when its data is of \
                  no use";
    Ok(Check::bad("drift", finding, advice))
}
