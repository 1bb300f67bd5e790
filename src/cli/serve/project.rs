//! What `souk serve` is told of a Supabase project, read once. All that is wrong is said at once,
//! each with its variable's name.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use crate::cli::connections::Connections;
use crate::cli::faults::Faults;
use crate::cli::pooler::RestWay;
use crate::db::ClusterConfig;
use crate::supabase::keys::{ApiKey, ApiKeys};

/// The project.
#[derive(Debug, Args)]
pub(super) struct Project {
    /// The database, as the owner of Souk's schemas, directly or through a pooler in session mode:
    /// `postgresql://postgres:…@db.abcd.supabase.co:5432/postgres`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<SecretString>,
    /// Password of the logins `souk_rest`, with those numbered after it, and `souk_engine`, as
    /// `souk setup` set it.
    #[arg(long, env = "SOUK_DATABASE_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    database_password: Option<SecretString>,
    #[command(flatten)]
    rest: RestWay,
    /// File with the certificates (PEM) that the database's own must be signed by. Without it,
    /// those that this machine knows. A server elsewhere must show one unless its URL says
    /// otherwise (`sslmode`: disable, prefer, require, verify-ca, verify-full).
    #[arg(long, env = "SOUK_DATABASE_CA", value_name = "FILE")]
    database_ca: Option<PathBuf>,
    /// The project's address, such as `https://abcd.supabase.co`.
    #[arg(long, env = "SUPABASE_URL", value_name = "URL")]
    supabase_url: Option<String>,
    /// Where its Auth is, if not at /auth/v1 of the project.
    #[arg(long, env = "SOUK_AUTH_URL", value_name = "URL")]
    auth_url: Option<String>,
    /// A PostgREST that serves the stores in place of Souk's own REST plane. It must be reached by
    /// Souk alone, and expose every store's schema: docs/hosted.md.
    #[arg(long, env = "SOUK_REST_URL", value_name = "URL")]
    rest_url: Option<String>,
    /// Issuer that its tokens must name, if not the project's /auth/v1; none is asked for where
    /// this is empty.
    #[arg(long, env = "SOUK_TOKEN_ISSUER", value_name = "URL")]
    token_issuer: Option<String>,
    /// Secret that signs tokens (HS256), where the project has not moved to keys with an id.
    #[arg(long, env = "SUPABASE_JWT_SECRET", hide_env_values = true, value_name = "SECRET")]
    jwt_secret: Option<SecretString>,
    /// The key that browsers send: sb_publishable_….
    #[arg(long, env = "SUPABASE_PUBLISHABLE_KEY", hide_env_values = true, value_name = "KEY")]
    publishable_key: Option<SecretString>,
    /// The key that only servers hold: sb_secret_….
    #[arg(long, env = "SUPABASE_SECRET_KEY", hide_env_values = true, value_name = "KEY")]
    secret_key: Option<SecretString>,
    /// The legacy key of browsers; taken too, or alone.
    #[arg(long, env = "SUPABASE_ANON_KEY", hide_env_values = true, value_name = "KEY")]
    anon_key: Option<SecretString>,
    /// The legacy key of servers; taken too, or alone.
    #[arg(long, env = "SUPABASE_SERVICE_ROLE_KEY", hide_env_values = true, value_name = "KEY")]
    service_role_key: Option<SecretString>,
    /// Schemas that are kept ready for the next stores.
    #[arg(long, env = "SOUK_READY_SCHEMAS", default_value = "8", value_name = "N")]
    ready_schemas: String,
    #[command(flatten)]
    connections: Connections,
}

/// A project that can be served.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) cluster: ClusterConfig,
    pub(super) auth_url: String,
    pub(super) rest_url: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) jwt_secret: Option<SecretString>,
    pub(super) keys: ApiKeys,
    pub(super) ready_schemas: usize,
}

impl Project {
    /// Holds everything against what it must be. An empty variable counts as not set.
    ///
    /// # Errors
    /// All that is wrong, one a line, with the `faults` that were found before.
    pub(super) fn check(&self, mut faults: Faults) -> anyhow::Result<Checked> {
        let (slots, pool) = self.connections.check(&mut faults);
        let ready_schemas = faults.number("SOUK_READY_SCHEMAS", &self.ready_schemas, 0..=1_000);
        let cluster = self.cluster(slots, &mut faults);
        let cluster = cluster.map(|cluster| ClusterConfig { pool, ..cluster });
        let project = faults.address("SUPABASE_URL", self.supabase_url.as_ref());
        let auth = faults.address("SOUK_AUTH_URL", self.auth_url.as_ref());
        let rest_url = faults.address("SOUK_REST_URL", self.rest_url.as_ref());
        let of_project = project.map(|url| format!("{url}/auth/v1"));
        let auth_url = auth.or_else(|| of_project.clone());
        if auth_url.is_none() && faults.0.iter().all(|fault| !fault.contains("_URL is no")) {
            faults.add("SUPABASE_URL", "is not set");
        }
        let issuer = match &self.token_issuer {
            Some(given) => Some(given.clone()).filter(|given| !given.is_empty()),
            None => of_project,
        };
        let keys = self.keys(&mut faults);
        match (cluster, auth_url) {
            (Some(cluster), Some(auth_url)) if faults.0.is_empty() => {
                let jwt_secret = present(self.jwt_secret.as_ref()).cloned();
                Ok(Checked { cluster, auth_url, rest_url, issuer, jwt_secret, keys, ready_schemas })
            }
            _ => bail!("the configuration can't be used:\n  {}", faults.0.join("\n  ")),
        }
    }

    fn cluster(&self, slots: usize, faults: &mut Faults) -> Option<ClusterConfig> {
        let url = faults.need("DATABASE_URL", present(self.database_url.as_ref()));
        let password =
            faults.need("SOUK_DATABASE_PASSWORD", present(self.database_password.as_ref()));
        let authority = self.database_ca.as_deref();
        let none = SecretString::default();
        let read = ClusterConfig::from_url(url?, password.unwrap_or(&none), authority, slots);
        let cluster = match read {
            Ok(cluster) => cluster,
            Err(error) => {
                faults
                    .add("DATABASE_URL", format!("can't be used: {:#}", anyhow::Error::new(error)));
                return None;
            }
        };
        if cluster.is_transaction_pooler() {
            faults.add(
                "DATABASE_URL",
                "is of a pooler in transaction mode; connect directly, or by port 5432 of the \
                 pooler, and name this one in SOUK_REST_DATABASE_URL",
            );
        }
        self.rest.check(cluster, authority, faults)
    }

    fn keys(&self, faults: &mut Faults) -> ApiKeys {
        let mut keys = ApiKeys::default();
        for (kind, newer, legacy) in [
            (
                ApiKey::Publishable,
                ("SUPABASE_PUBLISHABLE_KEY", &self.publishable_key),
                ("SUPABASE_ANON_KEY", &self.anon_key),
            ),
            (
                ApiKey::Secret,
                ("SUPABASE_SECRET_KEY", &self.secret_key),
                ("SUPABASE_SERVICE_ROLE_KEY", &self.service_role_key),
            ),
        ] {
            let mut is_there = false;
            for (variable, key) in [newer, legacy] {
                let Some(key) = present(key.as_ref()) else { continue };
                is_there = true;
                if ApiKey::of(key).is_some_and(|other| other != kind) {
                    faults.add(variable, "holds a key of the other kind");
                }
                keys = keys.with(kind, key.clone());
            }
            if !is_there {
                faults.add(newer.0, format!("is not set, nor is {}", legacy.0));
            }
        }
        keys
    }

    /// All of it as it is told in the log, without what is secret.
    pub(super) fn shown(&self, checked: &Checked) -> String {
        let mut lines = vec![
            format!("DATABASE_URL={}", checked.cluster.shown()),
            format!("SOUK_AUTH_URL={}", checked.auth_url),
            format!("SOUK_TOKEN_ISSUER={}", checked.issuer.as_deref().unwrap_or_default()),
            self.connections.shown(),
            format!("SOUK_READY_SCHEMAS={}", self.ready_schemas),
        ];
        if let Some(url) = &checked.rest_url {
            lines.push(format!("SOUK_REST_URL={url}"));
        }
        if let Some(rest) = checked.cluster.rest_shown() {
            lines.push(format!("SOUK_REST_DATABASE_URL={rest}"));
        }
        if checked.cluster.rest_numbered > 0 {
            lines.push(format!("SOUK_REST_LOGINS={}", checked.cluster.rest_numbered));
        }
        if let Some(file) = &self.database_ca {
            lines.push(format!("SOUK_DATABASE_CA={}", file.display()));
        }
        for (variable, value) in [
            ("SOUK_DATABASE_PASSWORD", &self.database_password),
            ("SUPABASE_JWT_SECRET", &self.jwt_secret),
            ("SUPABASE_PUBLISHABLE_KEY", &self.publishable_key),
            ("SUPABASE_SECRET_KEY", &self.secret_key),
            ("SUPABASE_ANON_KEY", &self.anon_key),
            ("SUPABASE_SERVICE_ROLE_KEY", &self.service_role_key),
        ] {
            if present(value.as_ref()).is_some() {
                lines.push(format!("{variable}=***"));
            }
        }
        lines.join(" ")
    }
}

fn present(value: Option<&SecretString>) -> Option<&SecretString> {
    value.filter(|value| !value.expose_secret().is_empty())
}

#[cfg(test)]
mod tests;
