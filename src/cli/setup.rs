//! `souk setup`: prepares a Supabase project for its first migration.

use anyhow::bail;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::faults::Faults;
use super::output;
use super::pooler::{self, RestLogins};
use super::target::Database;
use crate::base::random;
use crate::db::{Cluster, setup};

/// Letters and digits of a password that we make: some 190 bits.
const PASSWORD_LENGTH: usize = 32;

/// Prepare a Supabase project: roles, logins, schemas and grants. Doing it again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
The statements need no superuser and touch nothing that is Supabase's. Where no statement may be \
run from here, print them and run them in the project's SQL editor.
All logins get the password in SOUK_DATABASE_PASSWORD. Without it, new logins get one that is made \
and shown once, and existing ones keep theirs. It is sent as what Postgres keeps of it.
With SOUK_REST_LOGINS there are as many numbered logins as it says, those beyond are dropped, and 0 \
drops all; without it those that are there stay, also what they are let in with where the statements \
are only printed. One that somebody is connected as is never dropped.")]
pub struct Setup {
    /// Print the statements instead of running them. The database is not asked for anything.
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    logins: RestLogins,
    #[command(flatten)]
    database: Database,
}

impl Setup {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        let mut faults = Faults::default();
        let (given, wanted) = (self.database.password(), self.logins.check(&mut faults));
        faults.none()?;
        if self.print {
            return print(json, given, wanted);
        }
        let cluster = self.database.owner()?;
        let spinner = output::spinner("preparing the database");
        let numbered = match wanted {
            Some(count) => count,
            None => cluster.numbered_logins().await?,
        };
        let made = match given {
            None => made(&cluster, numbered).await?,
            Some(_) => None,
        };
        let password = given.or(made.as_ref());
        cluster.setup(password, numbered).await?;
        let failing = match password {
            Some(password) => shut_out(&self.database.with_password(password, numbered)?).await,
            None => Vec::new(),
        };
        spinner.finish_and_clear();
        let shown = made.as_ref().map(ExposeSecret::expose_secret);
        let value = json!({
            "prepared": true, "rest_logins": numbered, "database_password": shown,
            "shut_out": failing,
        });
        output::answer(json, &value, |_| told(shown, numbered, &failing))
    }
}

/// A password for logins that are not there yet, where none is. Where some are, new ones get theirs,
/// which nobody but who set it can say.
async fn made(cluster: &Cluster, numbered: usize) -> anyhow::Result<Option<SecretString>> {
    if !cluster.missing_logins(setup::logins()).await?.is_empty() {
        return Ok(Some(new_password()));
    }
    let missing = cluster.missing_logins(setup::numbered_logins(numbered)).await?;
    if missing.is_empty() {
        return Ok(None);
    }
    let new = pooler::told(&missing);
    bail!("SOUK_DATABASE_PASSWORD is not set: {new} would be new, and all logins have one password")
}

fn told(made: Option<&str>, numbered: usize, failing: &[String]) -> String {
    let mut lines = vec!["the database is prepared; next: souk migrate".to_owned()];
    if numbered > 0 {
        lines.push(format!(
            "the REST plane has logins up to souk_rest_{numbered}; serve with \
             SOUK_REST_LOGINS={numbered}"
        ));
    }
    if let Some(password) = made {
        lines.push(format!("keep this, it is not shown again: SOUK_DATABASE_PASSWORD={password}"));
    }
    lines.extend(failing.iter().map(|login| format!("but {login}")));
    lines.join("\n")
}

/// The logins that do not get in, with the reason: a pooler may not know them yet.
async fn shut_out(cluster: &Cluster) -> Vec<String> {
    let failed = |(login, result): (String, Result<(), crate::db::Error>)| {
        let error = anyhow::Error::new(result.err()?);
        Some(format!("{login} does not get in: {error:#}"))
    };
    cluster.ping().await.into_iter().filter_map(failed).collect()
}

fn print(json: bool, given: Option<&SecretString>, numbered: Option<usize>) -> anyhow::Result<()> {
    let made = given.is_none().then(new_password);
    let Some(password) = given.or(made.as_ref()) else { return Ok(()) };
    let sql = setup::script(password, numbered);
    let shown = made.as_ref().map(ExposeSecret::expose_secret);
    if let (Some(shown), false) = (shown, json) {
        output::tell(&format!("keep this, it is not shown again: SOUK_DATABASE_PASSWORD={shown}"));
    }
    output::answer(json, &json!({ "sql": sql, "database_password": shown }), |_| sql.clone())
}

fn new_password() -> SecretString {
    random::letters(PASSWORD_LENGTH).into()
}
