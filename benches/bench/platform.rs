//! A whole platform for a benchmark: a private Postgres, the services, a client.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use souk::app::AppState;
use souk::base::id::UserId;
use souk::cli::services::Services;
use souk::config::HttpConfig;
use souk::config::keys::Keys;
use souk::db::local::data_dir::DataDir;
use souk::db::local::{Local, LocalOptions};
use souk::db::{ClusterConfig, SharedTx};
use souk::stores::sessions::{self, Place};
use souk::supabase::token::KeyRing;
use tokio::net::TcpListener;
use tokio_postgres::{Client, NoTls};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What the folders of benchmarks are called, before the process and a number.
const PREFIX: &str = "souk-bench-";

static RUNS: AtomicU32 = AtomicU32::new(0);

/// A platform that is served on loopback. The ready pool fills only when told to.
pub(crate) struct Platform {
    pub(crate) local: Local,
    pub(crate) app: AppState,
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) keys: Keys,
    pub(crate) folder: PathBuf,
}

impl Platform {
    pub(crate) async fn start(slots: usize, durable: bool) -> anyhow::Result<Self> {
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        sweep(&std::env::temp_dir());
        let folder = std::env::temp_dir().join(format!("{PREFIX}{}-{run}", std::process::id()));
        let options = LocalOptions { data_dir: DataDir::at(&folder), durable, slots };
        let local = Local::start(&options).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        // In the folder, where a `souk dev` that joins this cluster finds them.
        let keys = Keys::load_or_make(&folder.join("keys.json"))?;
        let stop = CancellationToken::new();
        let http = HttpConfig::local(port);
        let services = Services::build(local.config().clone(), &keys, http, 0, stop).await?;
        let app = services.app.clone();
        tokio::spawn(services.run(listener));
        let http = reqwest::Client::builder().no_proxy().build()?;
        let url = format!("http://127.0.0.1:{port}");
        Ok(Self { local, app, url, http, keys, folder })
    }

    /// Stops everything and removes the data.
    pub(crate) async fn stop(self) {
        self.app.stop.cancel();
        self.local.stop().await;
        let _ = std::fs::remove_dir_all(self.folder);
    }

    /// Signs somebody up and answers with their access token.
    pub(crate) async fn sign_up(&self, email: &str) -> anyhow::Result<String> {
        let response = self
            .http
            .post(format!("{}/auth/v1/signup", self.url))
            .header("apikey", self.keys.publishable.expose_secret())
            .json(&json!({ "email": email, "password": "a-good-password-1" }))
            .send()
            .await?;
        ensure!(response.status().is_success(), "sign-up: {}", response.status());
        let body: Value = response.json().await?;
        Ok(body["access_token"].as_str().context("no token")?.to_owned())
    }

    /// A token of somebody who signed up a while ago.
    pub(crate) async fn token(&self) -> anyhow::Result<String> {
        self.token_of(UserId::new()).await
    }

    /// A token of this person.
    pub(crate) async fn token_of(&self, user: UserId) -> anyhow::Result<String> {
        let now = self.app.clock.epoch();
        let session = Uuid::new_v4();
        let record =
            async |tx: &SharedTx<'_>| sessions::record(tx, session, user, Place::Platform).await;
        self.app.cluster.shared_tx(None, record).await?;
        let claims = json!({
            "sub": user, "session_id": session, "aud": "authenticated", "role": "authenticated",
            "iat": now, "exp": now + 6 * 3600,
        });
        Ok(KeyRing::from_secret(&self.keys.jwt_secret, None).mint(&claims)?)
    }

    /// Makes a store.
    pub(crate) async fn create(&self, token: &str, slug: &str) -> anyhow::Result<()> {
        let response = self
            .http
            .post(format!("{}/v1/stores", self.url))
            .bearer_auth(token)
            .json(&json!({ "name": slug, "slug": slug }))
            .send()
            .await?;
        let status = response.status();
        ensure!(status == 201, "{slug}: {status} {}", response.text().await?);
        response.bytes().await?;
        Ok(())
    }

    /// Reads a store's products as its member.
    pub(crate) async fn read(&self, token: &str, slug: &str) -> anyhow::Result<()> {
        let response = self
            .http
            .get(format!("{}/s/{slug}/rest/v1/products?select=id,name&limit=20", self.url))
            .header("apikey", self.keys.publishable.expose_secret())
            .bearer_auth(token)
            .send()
            .await?;
        ensure!(response.status() == 200, "{slug}: {}", response.status());
        response.bytes().await?;
        Ok(())
    }
}

/// Removes what runs that are over have left, because they failed or were stopped.
fn sweep(temp: &Path) {
    for entry in std::fs::read_dir(temp).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let run = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-'));
        if run.is_some_and(|(pid, _)| !Path::new("/proc").join(pid).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A connection as the cluster's superuser, whose password lies in the cluster's folder.
pub(crate) async fn superuser(platform: &Platform) -> anyhow::Result<Client> {
    let text = std::fs::read_to_string(platform.folder.join("database.json"))?;
    let secrets: Value = serde_json::from_str(&text)?;
    let config = platform.local.config();
    let mut driver = tokio_postgres::Config::new();
    driver.host(&config.host).port(config.port).dbname(&config.database).user("supabase_admin");
    driver.password(secrets["admin"].as_str().context("no password")?);
    let (client, connection) = driver.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A connection as the owner, for baselines.
pub(crate) async fn owner(config: &ClusterConfig) -> anyhow::Result<Client> {
    let url = config.owner_url();
    let (client, connection) = tokio_postgres::connect(url.expose_secret(), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
