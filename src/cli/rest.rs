//! `souk rest`: the REST plane alone, over any database, in the place of a PostgREST: the same
//! settings, by flag, by `PGRST_…` variable, or in a PostgREST configuration file.

mod file;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use base64::Engine;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::serve::stop_on_signal;
use crate::http::rest_server;
use crate::rest::standalone::{Config, Standalone};
use file::Settings;

/// Serve the REST plane alone, as a PostgREST would. Flags win over PGRST_ variables, and those over
/// the file.
#[derive(Debug, Args)]
pub struct Rest {
    /// A PostgREST configuration file.
    file: Option<PathBuf>,
    /// The login that becomes the caller's role: postgres://authenticator:…@host/database.
    #[arg(long, env = "PGRST_DB_URI", hide_env_values = true, value_name = "URL")]
    db_uri: Option<String>,
    /// Schemas to serve, the first as default.
    #[arg(long, env = "PGRST_DB_SCHEMAS", value_name = "A,B")]
    db_schemas: Option<String>,
    /// Role of requests without a token.
    #[arg(long, env = "PGRST_DB_ANON_ROLE", value_name = "ROLE")]
    db_anon_role: Option<String>,
    /// Schemas behind them in the search path [default: public].
    #[arg(long, env = "PGRST_DB_EXTRA_SEARCH_PATH", value_name = "A,B")]
    db_extra_search_path: Option<String>,
    /// Let callers aggregate.
    #[arg(long, env = "PGRST_DB_AGGREGATES_ENABLED", num_args = 0..=1, default_missing_value = "true")]
    db_aggregates_enabled: Option<bool>,
    /// Most rows of an answer.
    #[arg(long, env = "PGRST_DB_MAX_ROWS", value_name = "N")]
    db_max_rows: Option<u32>,
    /// Connections [default: 10].
    #[arg(long, env = "PGRST_DB_POOL", value_name = "N")]
    db_pool: Option<usize>,
    /// A function that is called before each request.
    #[arg(long, env = "PGRST_DB_PRE_REQUEST", value_name = "FUNCTION")]
    db_pre_request: Option<String>,
    /// How transactions end: commit, rollback, or either with -allow-override [default: commit].
    #[arg(long, env = "PGRST_DB_TX_END", value_name = "HOW")]
    db_tx_end: Option<String>,
    /// Secret or JSON web key (set) that tokens are signed with; @FILE reads it from there.
    #[arg(long, env = "PGRST_JWT_SECRET", hide_env_values = true, value_name = "SECRET")]
    jwt_secret: Option<String>,
    /// Whether the secret is written in base64.
    #[arg(long, env = "PGRST_JWT_SECRET_IS_BASE64", num_args = 0..=1, default_missing_value = "true")]
    jwt_secret_is_base64: Option<bool>,
    /// Audience that a token must have if it names any.
    #[arg(long, env = "PGRST_JWT_AUD", value_name = "AUDIENCE")]
    jwt_aud: Option<String>,
    /// Where in the claims the role is [default: .role].
    #[arg(long, env = "PGRST_JWT_ROLE_CLAIM_KEY", value_name = "PATH")]
    jwt_role_claim_key: Option<String>,
    /// Address to listen on [default: 127.0.0.1].
    #[arg(long, env = "PGRST_SERVER_HOST", value_name = "HOST")]
    server_host: Option<String>,
    /// Port to listen on [default: 3000].
    #[arg(long, alias = "server-port", env = "PGRST_SERVER_PORT", value_name = "PORT")]
    port: Option<u16>,
    /// Port of /live and /ready.
    #[arg(long, env = "PGRST_ADMIN_SERVER_PORT", value_name = "PORT")]
    admin_server_port: Option<u16>,
}

impl Rest {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let settings = match &self.file {
            Some(path) => Settings::read(path)?,
            None => Settings::default(),
        };
        let host = self.host(&settings);
        let port = settings.or_parsed(self.port, "server-port")?.unwrap_or(3000);
        let admin_port = settings.or_parsed(self.admin_server_port, "admin-server-port")?;
        let plane = Arc::new(Standalone::open(&self.config(&settings)?)?);
        let listener = listen(&host, port).await?;
        let stop = CancellationToken::new();
        stop_on_signal(stop.clone());
        forget_on_signal(Arc::clone(&plane), stop.clone())?;
        if let Some(port) = admin_port {
            let admin = listen(&host, port).await?;
            tokio::spawn(rest_server::serve_admin(Arc::clone(&plane), admin, stop.clone()));
        }
        tracing::info!(address = %address(&listener)?, "serving");
        Ok(rest_server::serve(plane, listener, stop).await?)
    }

    /// PostgREST's `!4`, `*` and the like mean every address; ours is this machine alone.
    fn host(&self, settings: &Settings) -> String {
        let host = settings.or_text(self.server_host.clone(), "server-host");
        match host.as_deref() {
            None => "127.0.0.1".to_owned(),
            Some("!4" | "*4" | "*") => "0.0.0.0".to_owned(),
            Some("!6" | "*6") => "[::]".to_owned(),
            Some(host) => host.to_owned(),
        }
    }

    fn config(&self, settings: &Settings) -> anyhow::Result<Config> {
        let text = |value: &Option<String>, name| settings.or_text(value.clone(), name);
        let missing = |name: &str| anyhow!("{name} is not set; see `souk rest --help`");
        Ok(Config {
            db_uri: text(&self.db_uri, "db-uri").ok_or_else(|| missing("db-uri"))?,
            db_schemas: text(&self.db_schemas, "db-schemas")
                .or_else(|| settings.or_text(None, "db-schema"))
                .unwrap_or_else(|| "public".to_owned()),
            db_anon_role: text(&self.db_anon_role, "db-anon-role"),
            db_extra_search_path: text(&self.db_extra_search_path, "db-extra-search-path"),
            db_aggregates_enabled: settings
                .or_parsed(self.db_aggregates_enabled, "db-aggregates-enabled")?
                .unwrap_or(false),
            db_max_rows: settings.or_parsed(self.db_max_rows, "db-max-rows")?,
            db_pool: settings.or_parsed(self.db_pool, "db-pool")?,
            db_pre_request: text(&self.db_pre_request, "db-pre-request"),
            db_tx_end: text(&self.db_tx_end, "db-tx-end"),
            jwt_secret: self.secret(settings)?,
            jwt_aud: text(&self.jwt_aud, "jwt-aud"),
            jwt_role_claim_key: text(&self.jwt_role_claim_key, "jwt-role-claim-key"),
        })
    }

    fn secret(&self, settings: &Settings) -> anyhow::Result<Option<String>> {
        let Some(text) = settings.or_text(self.jwt_secret.clone(), "jwt-secret") else {
            return Ok(None);
        };
        let text = match text.strip_prefix('@') {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("jwt-secret: {path} can't be read"))?
                .trim_end()
                .to_owned(),
            None => text,
        };
        let is_base64 = settings.or_parsed(self.jwt_secret_is_base64, "jwt-secret-is-base64")?;
        if is_base64 != Some(true) {
            return Ok(Some(text));
        }
        let standard = text.replace('-', "+").replace('_', "/").replace('.', "=");
        let bytes = base64::engine::general_purpose::STANDARD.decode(standard);
        let secret = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Some(secret.ok_or_else(|| anyhow!("jwt-secret is not text in base64"))?))
    }
}

async fn listen(host: &str, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind(format!("{host}:{port}"))
        .await
        .with_context(|| format!("{host}:{port} can't be listened on"))
}

fn address(listener: &TcpListener) -> anyhow::Result<SocketAddr> {
    Ok(listener.local_addr()?)
}

/// SIGUSR1 has the plane read its schemas again, as it has a PostgREST.
fn forget_on_signal(plane: Arc<Standalone>, stop: CancellationToken) -> anyhow::Result<()> {
    let mut signals = signal(SignalKind::user_defined1())?;
    tokio::spawn(async move {
        while let Some(Some(())) = stop.run_until_cancelled(signals.recv()).await {
            plane.plane().forget();
        }
    });
    Ok(())
}
