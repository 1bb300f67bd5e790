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

impl Config {
    /// Sets what PostgREST calls `name`; one that means nothing here is passed over.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for what is no number or no yes or no.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        fn read<T: std::str::FromStr>(setting: &'static str, text: &str) -> Result<T, ConfigError> {
            let refused = |_| ConfigError::Value { setting, value: text.to_owned() };
            text.trim().parse().map_err(refused)
        }
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match name {
            "db-uri" => value.clone_into(&mut self.db_uri),
            "db-schemas" | "db-schema" => value.clone_into(&mut self.db_schemas),
            "db-anon-role" => self.db_anon_role = text(),
            "db-extra-search-path" => self.db_extra_search_path = Some(value.to_owned()),
            "db-aggregates-enabled" => {
                self.db_aggregates_enabled = read("db-aggregates-enabled", value)?;
            }
            "db-max-rows" => self.db_max_rows = Some(read("db-max-rows", value)?),
            "db-pool" => self.db_pool = Some(read("db-pool", value)?),
            "db-pre-request" => self.db_pre_request = text(),
            "db-tx-end" => self.db_tx_end = text(),
            "jwt-secret" => self.jwt_secret = text(),
            "jwt-aud" => self.jwt_aud = text(),
            "jwt-role-claim-key" => self.jwt_role_claim_key = text(),
            _ => {}
        }
        Ok(())
    }

    /// Takes what `PGRST_…` variables say.
    ///
    /// # Errors
    /// As [`Config::set`].
    pub fn set_from_variables(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        for (name, value) in variables {
            if let Some(name) = name.strip_prefix("PGRST_") {
                self.set(&name.to_ascii_lowercase().replace('_', "-"), &value)?;
            }
        }
        Ok(())
    }

    /// Takes what a PostgREST configuration file says: `name = "value"`, a line each.
    ///
    /// # Errors
    /// As [`Config::set`].
    pub fn set_from_file(&mut self, text: &str) -> Result<(), ConfigError> {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let Some((name, value)) = line.split_once('=') else { continue };
            let value = value.trim();
            if value.starts_with('"') {
                self.set(name.trim(), &unquoted(value))?;
            } else {
                self.set(name.trim(), value.split('#').next().unwrap_or_default().trim())?;
            }
        }
        Ok(())
    }
}

/// A text between quotes, with `\"` for a quote inside of it.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().skip(1);
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => out.extend(letters.next()),
            letter => out.push(letter),
        }
    }
    out
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
    fn a_file_and_variables_say_the_same() {
        let mut file = Config::default();
        file.set_from_file(
            "# a comment\ndb-schemas = \"a, b\"  # two\ndb-max-rows = 7 # rows\n\
             jwt-secret = \"{\\\"keys\\\":[]}\"\nserver-port = 3000\n",
        )
        .unwrap();
        let variables = [("PGRST_DB_SCHEMAS", "a, b"), ("PGRST_DB_MAX_ROWS", "7"), ("HOME", "/")];
        let mut env = Config::default();
        env.set_from_variables(variables.map(|(n, v)| (n.to_owned(), v.to_owned()))).unwrap();
        assert_eq!((file.db_schemas, file.db_max_rows), (env.db_schemas, env.db_max_rows));
        assert_eq!(file.jwt_secret.as_deref(), Some("{\"keys\":[]}"));
        assert!(Config::default().set("db-max-rows", "many").is_err());
    }

    #[test]
    fn a_claim_path_may_have_quoted_keys() {
        let keys = |text| claim_path(text).map(|keys| keys.join("|"));
        assert_eq!(keys(".role").as_deref(), Some("role"));
        assert_eq!(keys(".app.\"https://x/y.z\".role").as_deref(), Some("app|https://x/y.z|role"));
        assert_eq!(keys("role"), None);
        assert_eq!(keys("."), None);
    }
}
