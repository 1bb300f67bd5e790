//! A configuration as a file.

use super::Config;
use super::reader::Reader;
use crate::rest::standalone::settings::{APP, Kind, SETTINGS};

/// Every setting with what holds, then those of the caller's functions.
pub(super) fn text(config: &Config) -> String {
    let reader = Reader(&config.given);
    let mut out = String::new();
    for setting in SETTINGS {
        let mut value = match setting.name {
            "db-uri" => config.db_uri.clone(),
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

fn push(out: &mut String, name: &str, value: &str, kind: Kind) {
    let is_plain = matches!(kind, Kind::Switch | Kind::Number) && !value.is_empty();
    let value = match is_plain {
        true => value.to_owned(),
        false => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
    };
    out.push_str(&format!("{name} = {value}\n"));
}
