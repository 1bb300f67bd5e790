//! What tests stand on.

use souk::db::cluster::{ClusterConfig, Login};
use souk::db::{Cluster, Logins};
use tokio_postgres::{Client, NoTls};

/// A database with schema `auth`, for the stand-in and for a look at its rows.
pub(crate) struct AuthDatabase {
    /// The stand-in's way in.
    pub(crate) cluster: Cluster,
    /// A superuser's way in.
    pub(crate) admin: Client,
}

/// The database that `SOUK_TEST_AUTH_DB` names as a URL with a superuser, made ready; `None` with a
/// note if it names none.
pub(crate) async fn auth_database() -> Option<AuthDatabase> {
    let Ok(url) = std::env::var("SOUK_TEST_AUTH_DB") else {
        let required = std::env::var("SOUK_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|name| name == "auth-db"), "SOUK_TEST_AUTH_DB is not set");
        eprintln!("skipped: SOUK_TEST_AUTH_DB is not set");
        return None;
    };
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
    Some(AuthDatabase { cluster, admin })
}
