//! `souk setup`: prepares a Supabase project for its first migration.

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::output;
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
Both logins get the password in SOUK_DATABASE_PASSWORD. Without it, new logins get one that is made \
and shown once, and existing ones keep theirs. It is sent as what Postgres keeps of it.")]
pub struct Setup {
    /// Print the statements instead of running them. The database is not asked for anything.
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    database: Database,
}

impl Setup {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        let given = self.database.password();
        if self.print {
            return print(json, given);
        }
        let cluster = self.database.owner()?;
        let spinner = output::spinner("preparing the database");
        let made = match given {
            None if !cluster.has_logins().await? => Some(new_password()),
            _ => None,
        };
        let password = given.or(made.as_ref());
        cluster.setup(password).await?;
        let cluster = match &made {
            Some(password) => self.database.with_password(password)?,
            None => cluster,
        };
        let failing = if password.is_some() { shut_out(&cluster).await } else { Vec::new() };
        spinner.finish_and_clear();
        let shown = made.as_ref().map(ExposeSecret::expose_secret);
        let value = json!({ "prepared": true, "database_password": shown, "shut_out": failing });
        output::answer(json, &value, |_| told(shown, &failing))
    }
}

fn told(made: Option<&str>, failing: &[String]) -> String {
    let mut lines = vec!["the database is prepared; next: souk migrate".to_owned()];
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

fn print(json: bool, given: Option<&SecretString>) -> anyhow::Result<()> {
    let made = given.is_none().then(new_password);
    let Some(password) = given.or(made.as_ref()) else { return Ok(()) };
    let sql = setup::script(password);
    let shown = made.as_ref().map(ExposeSecret::expose_secret);
    if let (Some(shown), false) = (shown, json) {
        output::tell(&format!("keep this, it is not shown again: SOUK_DATABASE_PASSWORD={shown}"));
    }
    output::answer(json, &json!({ "sql": sql, "database_password": shown }), |_| sql.clone())
}

fn new_password() -> SecretString {
    random::letters(PASSWORD_LENGTH).into()
}
