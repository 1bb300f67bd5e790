//! What tests stand on.
#![expect(clippy::disallowed_methods, reason = "tests look at rows past the stand-in")]

use souk::db::cluster::{ClusterConfig, Login};
use souk::db::{Cluster, Logins};
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::{Client, NoTls};

/// A database with schema `auth`, for the stand-in and for a look at its rows.
pub(crate) struct AuthDatabase {
    /// The stand-in's way in.
    pub(crate) cluster: Cluster,
    /// A superuser's way in.
    pub(crate) admin: Client,
    _turn: MutexGuard<'static, ()>,
}

/// One story at a time: all of them use the same tables.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The database that `SOUK_TEST_AUTH_DB` names as a URL with a superuser, made ready; `None` with a
/// note if it names none.
pub(crate) async fn auth_database() -> Option<AuthDatabase> {
    let Ok(url) = std::env::var("SOUK_TEST_AUTH_DB") else {
        let required = std::env::var("SOUK_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|name| name == "auth-db"), "SOUK_TEST_AUTH_DB is not set");
        eprintln!("skipped: SOUK_TEST_AUTH_DB is not set");
        return None;
    };
    let turn = ONE_AT_A_TIME.lock().await;
    let config: tokio_postgres::Config = url.parse().expect("SOUK_TEST_AUTH_DB is a URL");
    let (admin, connection) = config.connect(NoTls).await.expect("the database answers");
    tokio::spawn(connection);
    let schema = include_str!("../../supabase/local/auth.sql");
    admin.batch_execute(schema).await.expect("the schema can be made twice");

    let host = match config.get_hosts().first() {
        Some(tokio_postgres::config::Host::Tcp(host)) => host.clone(),
        _ => "127.0.0.1".to_owned(),
    };
    let login = |user: &str| Login { user: user.to_owned(), password: "auth".into() };
    let cluster = Cluster::new(ClusterConfig {
        name: "test".to_owned(),
        host,
        port: config.get_ports().first().copied().unwrap_or(5432),
        database: config.get_dbname().unwrap_or("postgres").to_owned(),
        logins: Logins {
            owner: login("postgres"),
            rest: login("souk_rest"),
            engine: login("souk_engine"),
            auth: Some(login("supabase_auth_admin")),
        },
        slots: 4,
    });
    let database = AuthDatabase { cluster, admin, _turn: turn };
    database.wipe().await;
    Some(database)
}

impl AuthDatabase {
    /// Empties the tables.
    pub(crate) async fn wipe(&self) {
        let wipe = "truncate auth.users, auth.identities, auth.sessions, auth.refresh_tokens,
            auth.one_time_tokens, auth.mfa_amr_claims, auth.mfa_factors, auth.mfa_challenges,
            auth.flow_state, auth.audit_log_entries restart identity";
        self.admin.batch_execute(wipe).await.expect("the tables are there");
    }

    /// The one number a statement answers.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.admin.query_one(sql, &[]).await.expect("the statement runs").get(0)
    }
}
