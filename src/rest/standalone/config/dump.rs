//! A configuration as a file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Config;
use super::reader::Reader;
use super::secret;
use crate::rest::standalone::settings::{APP, Kind, SETTINGS};

/// A setting that PostgREST does not know: it would read a file that has it, and say so.
const OURS: &str = "db-filter-required";

/// Every setting with what holds, then those of the caller's functions.
pub(super) fn text(config: &Config) -> String {
    let reader = Reader(&config.given);
    let mut out = String::new();
    for setting in SETTINGS {
        if setting.name == OURS && reader.text(OURS).is_none() {
            continue;
        }
        let mut value = match setting.name {
            "db-uri" => config.db_uri.clone(),
            "jwt-secret" => secret(&reader),
            "jwt-role-claim-key" => config.auth.role_path.text(),
            "admin-server-host" => {
                let own = reader.text(setting.name);
                own.unwrap_or_else(|| reader.or_default("server-host"))
            }
            name if setting.kind == Kind::List => {
                let list = match name {
                    "db-extra-search-path" => reader.emptyable_list(name),
                    _ => reader.list(name),
                };
                list.join(",")
            }
            name => reader.or_default(name),
        };
        if setting.kind == Kind::Switch {
            // It was read once already, so that it can be.
            value = reader.switch(setting.name).unwrap_or_default().to_string();
        }
        push(&mut out, setting.name, &value, setting.kind);
    }
    for (name, value) in config.given.iter().filter(|(name, _)| name.starts_with(APP)) {
        push(&mut out, name, value, Kind::Text);
    }
    out
}

/// The secret itself, also where a file has it. It was read once already, so that it can be.
fn secret(reader: &Reader<'_>) -> String {
    let said = reader.or_default("jwt-secret");
    let is_base64 = reader.switch("jwt-secret-is-base64").unwrap_or_default();
    match secret::read(said.clone(), is_base64) {
        Ok(bytes) if is_base64 => STANDARD.encode(bytes),
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => said,
    }
}

fn push(out: &mut String, name: &str, value: &str, kind: Kind) {
    let is_plain = matches!(kind, Kind::Switch | Kind::Number) && !value.is_empty();
    let value = match is_plain {
        true => value.to_owned(),
        false => format!("\"{}\"", value.chars().map(escaped).collect::<String>()),
    };
    out.push_str(&format!("{name} = {value}\n"));
}

fn escaped(letter: char) -> String {
    match letter {
        '\\' => "\\\\".to_owned(),
        '"' => "\\\"".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        letter => letter.to_string(),
    }
}
