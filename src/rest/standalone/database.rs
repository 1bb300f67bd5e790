//! Configuration that the database holds: settings `pgrst.…` of the login, and those that a function
//! makes.

use std::collections::BTreeMap;

use super::config::{Config, function};
use super::settings::{Given, SETTINGS};
use crate::db::{CallError, Cluster, Door, Mode};
use crate::rest::sql;

/// Settings of the server have names that begin so.
const PREFIX: &str = "pgrst.";

/// Why what the database says of configuration is not known.
#[derive(Debug, thiserror::Error)]
pub(super) enum DatabaseError {
    /// It could not be asked.
    #[error("the database could not be asked")]
    Call(#[from] CallError),
    /// It is no list of settings.
    #[error("what the database says can't be read")]
    Answer(#[from] serde_json::Error),
}

/// What the database says; nothing where it is not to be asked.
///
/// # Errors
/// When it can't be asked, or says what can't be read: what holds is not replaced then.
pub(super) async fn said(cluster: &Cluster, config: &Config) -> Result<Given, DatabaseError> {
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
    if let Some(said) = answer.text("body") {
        read(said, &mut given)?;
    }
    Ok(given)
}

/// Reads an object of settings with their values.
fn read(said: &str, given: &mut Given) -> Result<(), serde_json::Error> {
    for (name, value) in serde_json::from_str::<BTreeMap<String, String>>(said)? {
        let name = name.strip_prefix(PREFIX).unwrap_or(&name);
        given.say(name.replace('_', "-"), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_t_be_read_is_not_taken_for_nothing() {
        let mut given = Given::default();
        read(r#"{"pgrst.db_max_rows": "5"}"#, &mut given).expect("an object of texts");
        assert_eq!(given.get("db-max-rows"), Some("5"));
        for bad in ["", "[]", r#"{"pgrst.db_max_rows": null}"#] {
            assert!(read(bad, &mut given).is_err(), "{bad}");
        }
    }
}
