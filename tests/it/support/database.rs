//! One cluster for the run, started by the first test that needs it; one database for each test,
//! copied from a seed that is migrated once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use secrecy::ExposeSecret;
use souk::db::cluster::Login;
use souk::db::local::data_dir::DataDir;
use souk::db::local::{Local, LocalOptions};
use souk::db::{Cluster, ClusterConfig, Logins};
use souk::template;
use tokio_postgres::{Client, NoTls};

/// Ready schemas that the seed holds.
const READY: usize = 3;
const PREFIX: &str = "souk-test-";

static SEED: OnceLock<ClusterConfig> = OnceLock::new();

/// A database of one test; dropped with it.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) config: ClusterConfig,
}

impl Database {
    pub(crate) async fn new(slots: usize) -> Self {
        Self::copy_of("seed", slots).await
    }

    /// A copy of `template`, which nobody is connected to.
    pub(crate) async fn copy_of(template: &str, slots: usize) -> Self {
        let seed = seed().await;
        let name = format!("w_{}", uuid::Uuid::now_v7().simple());
        let admin = owner(seed, "template1").await;
        admin
            .batch_execute(&format!(
                "create database {name} template {template} strategy file_copy"
            ))
            .await
            .unwrap();
        Self { config: ClusterConfig { database: name, slots, ..seed.clone() } }
    }

    /// A connection as the owner, to look from outside.
    pub(crate) async fn owner(&self) -> Client {
        owner(&self.config, &self.config.database).await
    }
}

impl Drop for Database {
    /// Fails the test that leaves something behind.
    fn drop(&mut self) {
        let config = self.config.clone();
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let left = left_behind(&owner(&config, &config.database).await).await;
                let admin = owner(&config, "template1").await;
                let text = format!("drop database if exists {} with (force)", config.database);
                let _ = admin.batch_execute(&text).await;
                left
            })
        });
        let left = dropped.join().unwrap_or_default();
        if !std::thread::panicking() {
            assert!(left.is_empty(), "the test leaves behind: {left:?}");
        }
    }
}

/// What no test may leave: transactions of the REST plane that stay open, and anything in `public`.
/// The other logins have work of their own, which stands still with the test's runtime.
pub(crate) async fn left_behind(owner: &Client) -> Vec<String> {
    let text = "select 'open transaction: ' || application_name || ': ' || query
                  from pg_stat_activity
                 where datname = current_database() and application_name = 'souk rest'
                   and state like 'idle in transaction%'
                union all
                select 'in public: ' || relname from pg_class
                 where relnamespace = 'public'::regnamespace";
    let mut left = Vec::new();
    // What the program is in the middle of has a moment to end.
    for _ in 0..400 {
        left = owner.query(text, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    left
}

pub(crate) async fn owner(config: &ClusterConfig, database: &str) -> Client {
    let login = &config.logins.owner;
    connect(config, database, &login.user, login.password.expose_secret()).await
}

/// A connection as one of the logins.
pub(crate) async fn login(config: &ClusterConfig, which: fn(&Logins) -> &Login) -> Client {
    let login = which(&config.logins);
    connect(config, &config.database, &login.user, login.password.expose_secret()).await
}

/// A connection as the cluster's superuser, whose password lies in the cluster's folder.
pub(crate) async fn superuser(config: &ClusterConfig) -> Client {
    connect(config, &config.database, "supabase_admin", &superuser_password()).await
}

pub(crate) fn superuser_password() -> String {
    let text = std::fs::read_to_string(folder().join("database.json")).unwrap();
    let secrets: serde_json::Value = serde_json::from_str(&text).unwrap();
    secrets["admin"].as_str().unwrap().to_owned()
}

/// The run's own folder.
fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()))
}

pub(crate) async fn connect(
    config: &ClusterConfig,
    database: &str,
    user: &str,
    password: &str,
) -> Client {
    let mut driver = tokio_postgres::Config::new();
    driver.host(&config.host).port(config.port).dbname(database).user(user).password(password);
    let (client, connection) = driver.connect(NoTls).await.expect("the test cluster answers");
    tokio::spawn(connection);
    client
}

async fn seed() -> &'static ClusterConfig {
    if let Some(config) = SEED.get() {
        return config;
    }
    tokio::task::spawn_blocking(|| SEED.get_or_init(start)).await.unwrap()
}

/// Starts the cluster on a runtime that lives as long as the process: the server ends with it.
fn start() -> ClusterConfig {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let local = prepare().await;
            sender.send(local.config().clone()).unwrap();
            std::future::pending::<()>().await;
        });
    });
    receiver.recv().expect("the test cluster starts")
}

async fn prepare() -> Local {
    sweep(&std::env::temp_dir());
    let options = LocalOptions { data_dir: DataDir::at(folder()), durable: false, slots: 2 };
    let local = Local::start(&options).await.expect("a private cluster starts");
    {
        let cluster = Cluster::new(local.config().clone());
        template::shared::migrate(&cluster).await.expect("shared migrates");
        for _ in 0..READY {
            template::build_ready(&cluster).await.expect("a schema is built");
        }
    }
    let admin = owner(local.config(), "template1").await;
    // The pool's connections are closing; a template may have none.
    for _ in 0..100 {
        if admin.batch_execute("create database seed template postgres").await.is_ok() {
            return local;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the seed database could not be copied");
}

/// Removes folders of runs that are over.
fn sweep(temp: &Path) {
    for entry in std::fs::read_dir(temp).into_iter().flatten().flatten() {
        let path: PathBuf = entry.path();
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}
