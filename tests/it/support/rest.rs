//! A database that holds the schema of the recorded PostgREST.

use souk::rest::standalone::settings::Given;
use souk::rest::standalone::{Source, Standalone};

use super::database::{self, Database};

static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// One test's copy of it.
pub(crate) struct RestDatabase {
    /// As its superuser.
    pub(crate) uri: String,
    _database: Database,
}

impl RestDatabase {
    /// A connection as its superuser.
    pub(crate) async fn client(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&self.uri, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A plane on its schema `shop` and one connection, for callers who are `role`, unless the
    /// settings say otherwise.
    pub(crate) fn plane(&self, role: &str, settings: &[(&str, &str)]) -> Standalone {
        let mut given = Given::from([
            ("db-uri", self.uri.as_str()),
            ("db-schemas", "shop"),
            ("db-anon-role", role),
            ("db-pool", "1"),
        ]);
        for (name, value) in settings {
            given.say(*name, *value);
        }
        Standalone::open(Source::fixed(given)).unwrap()
    }
}

/// Makes the schema in a database of its own, with the login that the recordings were made with.
pub(crate) async fn rest_database() -> RestDatabase {
    let database = Database::copy_of("template0", 4).await;
    let admin = database::superuser(&database.config).await;
    let script = include_str!("../../data/postgrest/schema.sql");
    // Lines for psql are not for the server.
    let script: Vec<&str> = script.lines().filter(|line| !line.starts_with('\\')).collect();
    // Roles belong to the cluster: two tests that make them at once would meet. An advisory lock
    // would not do: it belongs to a database.
    let making = MAKING.lock().await;
    admin.batch_execute(&script.join("\n")).await.unwrap();
    admin.batch_execute("alter role authenticator password 'souk-replay'").await.unwrap();
    drop(making);
    let (password, config) = (database::superuser_password(), &database.config);
    let uri = format!(
        "postgres://supabase_admin:{password}@{}:{}/{}",
        config.host, config.port, config.database
    );
    RestDatabase { uri, _database: database }
}
