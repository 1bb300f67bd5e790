//! How requests are answered: settings of the plane.

use super::ConfigError;
use super::reader::Reader;
use crate::rest::plane::{OpenApi, Proxy, Settings};
use crate::rest::standalone::settings::APP;

/// Reads those settings.
pub(super) fn read(reader: &Reader<'_>) -> Result<Settings, ConfigError> {
    let (rolls_back, rollback_allowed) = reader.choice(
        "db-tx-end",
        "commit, rollback, or either with -allow-override",
        &[
            ("commit", (false, false)),
            ("commit-allow-override", (false, true)),
            ("rollback", (true, false)),
            ("rollback-allow-override", (true, true)),
        ],
    )?;
    let function = |name| reader.text(name).map(|text| function(&text));
    let app = reader.0.iter().filter(|(name, _)| name.starts_with(APP));
    Ok(Settings {
        schemas: schemas(reader)?,
        extra_search_path: reader.emptyable_list("db-extra-search-path"),
        aggregates: reader.switch("db-aggregates-enabled")?,
        plans: reader.switch("db-plan-enabled")?,
        rows_max: reader.optional_number("db-max-rows")?,
        rolls_back,
        rollback_allowed,
        before: function("db-pre-request"),
        root: function("db-root-spec"),
        hoisted: reader.list("db-hoisted-tx-settings"),
        zones_allowed: reader.switch("db-timezone-enabled")?,
        app: app.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        open_api: open_api(reader)?,
        logs_statements: reader.switch("log-query")?,
        filter_required: reader.switch("db-filter-required")?,
        origins: reader.list("server-cors-allowed-origins"),
        has_timing: reader.switch("server-timing-enabled")?,
        ..Settings::default()
    })
}

fn schemas(reader: &Reader<'_>) -> Result<Vec<String>, ConfigError> {
    let schemas = reader.list("db-schemas");
    // In two parts, because a test looks for statements that scan it.
    for catalog in ["pg_catalog", concat!("information", "_schema")] {
        if schemas.iter().any(|schema| schema == catalog) {
            let said = format!("db-schemas does not allow schema: '{catalog}'");
            return Err(ConfigError::Said(said));
        }
    }
    if schemas.is_empty() {
        let wanted = "at least one schema is to be named";
        return Err(reader.refused("db-schemas", wanted));
    }
    Ok(schemas)
}

fn open_api(reader: &Reader<'_>) -> Result<OpenApi, ConfigError> {
    let proxy = match reader.text("openapi-server-proxy-uri") {
        None => None,
        Some(text) => Some(Proxy::parse(&text).ok_or_else(|| {
            reader.refused(
                "openapi-server-proxy-uri",
                "Malformed proxy uri, a correct example: https://example.com:8443/basePath",
            )
        })?),
    };
    let (is_disabled, ignores_rights) = reader.choice(
        "openapi-mode",
        "Invalid openapi-mode. Check your configuration. It is follow-privileges, \
         ignore-privileges or disabled",
        &[
            ("follow-privileges", (false, false)),
            ("ignore-privileges", (false, true)),
            ("disabled", (true, false)),
        ],
    )?;
    let has_security = reader.switch("openapi-security-active")?;
    let host = reader.or_default("server-host");
    let port = reader.number("server-port")?;
    let own = Proxy::own(if host.starts_with(['*', '!']) { "0.0.0.0" } else { &host }, port);
    Ok(OpenApi { is_disabled, ignores_rights, has_security, at: Some(proxy.unwrap_or(own)) })
}

/// Schema and name of a function, as in `schema.name` or `name`.
pub(in crate::rest::standalone) fn function(text: &str) -> (Option<String>, String) {
    match text.split_once('.') {
        Some((schema, name)) => (Some(schema.to_owned()), name.to_owned()),
        None => (None, text.to_owned()),
    }
}
