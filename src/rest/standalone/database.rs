//! Configuration that the database holds: settings `pgrst.…` of the login, and those that a function
//! makes.

use std::collections::BTreeMap;

use super::config::{Config, function};
use super::settings::{Given, SETTINGS};
use crate::db::{CallError, Cluster, Door, Mode};
use crate::rest::sql;

/// Settings of the server have names that begin so.
const PREFIX: &str = "pgrst.";

/// What the database says; nothing where it is not to be asked.
pub(super) async fn said(cluster: &Cluster, config: &Config) -> Result<Given, CallError> {
    let mut given = Given::default();
    if !config.in_database {
        return Ok(given);
    }
    let in_database = SETTINGS.iter().filter(|setting| setting.is_in_database);
    let names: Vec<String> =
        in_database.map(|s| format!("{PREFIX}{}", s.name.replace('-', "_"))).collect();
    let made = config.pre_config.as_deref().map(|text| {
        let (schema, name) = function(text);
        sql::before(schema.as_deref(), &name)
    });
    let statement = sql::configured(&names, made.is_some());
    let door = Door::Settings { settings: &sql::settings(&[]), before: made.as_ref() };
    let answer = cluster.rest_call(&door, Mode::default(), &statement, None).await?;
    let said = answer.text("body").map(serde_json::from_str::<BTreeMap<String, String>>);
    for (name, value) in said.and_then(Result::ok).unwrap_or_default() {
        given.say(name[PREFIX.len()..].replace('_', "-"), value);
    }
    Ok(given)
}
