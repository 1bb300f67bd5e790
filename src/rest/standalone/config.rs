//! How the plane alone is set up: PostgREST's settings, by whatever way they came.

use super::token::Keys;
use super::{Auth, Settings};
use crate::db::{Cluster, ClusterConfig};

/// PostgREST's settings, as text where they are text there.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `db-uri`: the login's address.
    pub db_uri: String,
    /// `db-schemas`, with commas between.
    pub db_schemas: String,
    /// `db-anon-role`.
    pub db_anon_role: Option<String>,
    /// `db-extra-search-path`, with commas between.
    pub db_extra_search_path: Option<String>,
    /// `db-aggregates-enabled`.
    pub db_aggregates_enabled: bool,
    /// `db-max-rows`.
    pub db_max_rows: Option<u32>,
    /// `db-pool`: connections.
    pub db_pool: Option<usize>,
    /// `db-pre-request`: a function, with its schema before a dot.
    pub db_pre_request: Option<String>,
    /// `db-tx-end`.
    pub db_tx_end: Option<String>,
    /// `jwt-secret`: a secret, or a JSON web key (set).
    pub jwt_secret: Option<String>,
    /// `jwt-aud`.
    pub jwt_aud: Option<String>,
    /// `jwt-role-claim-key`: `.app.role`.
    pub jwt_role_claim_key: Option<String>,
}

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The address of the database.
    #[error("db-uri is no address of a Postgres")]
    Uri(#[source] crate::db::place::UrlError),
    /// The keys.
    #[error("jwt-secret holds a key that can't be used")]
    Secret(#[source] jsonwebtoken::errors::Error),
    /// One of the others.
    #[error("{setting} can't be {value:?}")]
    Value {
        /// Its name.
        setting: &'static str,
        /// What it was.
        value: String,
    },
}

/// Connections where nothing is said.
const POOL: usize = 10;

impl Config {
    pub(super) fn cluster(&self) -> Result<Cluster, ConfigError> {
        let slots = self.db_pool.unwrap_or(POOL);
        let config =
            ClusterConfig::from_uri("rest", &self.db_uri, slots).map_err(ConfigError::Uri)?;
        Ok(Cluster::new(config))
    }

    pub(super) fn settings(&self) -> Result<Settings, ConfigError> {
        let schemas = list(&self.db_schemas);
        if schemas.is_empty() {
            let value = self.db_schemas.clone();
            return Err(ConfigError::Value { setting: "db-schemas", value });
        }
        let (rolls_back, rollback_allowed) = match self.db_tx_end.as_deref() {
            None | Some("commit") => (false, false),
            Some("commit-allow-override") => (false, true),
            Some("rollback") => (true, false),
            Some("rollback-allow-override") => (true, true),
            Some(value) => {
                let value = value.to_owned();
                return Err(ConfigError::Value { setting: "db-tx-end", value });
            }
        };
        Ok(Settings {
            schemas,
            extra_search_path: list(self.db_extra_search_path.as_deref().unwrap_or("public")),
            aggregates: self.db_aggregates_enabled,
            rows_max: self.db_max_rows,
            rolls_back,
            rollback_allowed,
            before: self.db_pre_request.as_deref().map(|name| match name.split_once('.') {
                Some((schema, name)) => (Some(schema.to_owned()), name.to_owned()),
                None => (None, name.to_owned()),
            }),
            ..Settings::default()
        })
    }

    pub(super) fn auth(&self) -> Result<Auth, ConfigError> {
        let path = self.jwt_role_claim_key.as_deref().unwrap_or(".role");
        Ok(Auth {
            keys: self
                .jwt_secret
                .as_deref()
                .map(Keys::parse)
                .transpose()
                .map_err(ConfigError::Secret)?,
            anon_role: self.db_anon_role.clone(),
            audience: self.jwt_aud.clone(),
            role_path: claim_path(path).ok_or_else(|| ConfigError::Value {
                setting: "jwt-role-claim-key",
                value: path.to_owned(),
            })?,
        })
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The keys of `.a."b c".d`.
fn claim_path(text: &str) -> Option<Vec<String>> {
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    let mut keys = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix('.')?;
        let end = if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            keys.push(quoted[..end].to_owned());
            end + 2
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            keys.push(rest[..end].to_owned());
            end
        };
        rest = &rest[end..];
    }
    (!keys.is_empty() && keys.iter().all(|key| !key.is_empty())).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_path_may_have_quoted_keys() {
        let keys = |text| claim_path(text).map(|keys| keys.join("|"));
        assert_eq!(keys(".role").as_deref(), Some("role"));
        assert_eq!(keys(".app.\"https://x/y.z\".role").as_deref(), Some("app|https://x/y.z|role"));
        assert_eq!(keys("role"), None);
        assert_eq!(keys("."), None);
    }
}
