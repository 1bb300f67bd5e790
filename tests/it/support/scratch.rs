//! A store on the template in a cluster that is thrown away: `SOUK_TEST_IMPORT_DB` names it
//! (`host=127.0.0.1 port=… user=… dbname=…`). Without it a story says that it was skipped.

use std::path::PathBuf;
use std::process::Command;

use refinery_core::{Runner, load_sql_migrations};
use souk::base::id::StoreId;
use souk::base::schema::SchemaName;
use souk::db::cluster::Login;
use souk::db::schema_session::{MigrateError, Render};
use souk::db::tx::StoreRef;
use souk::db::{Cluster, ClusterConfig, Error, Logins, StoreTx};
use souk::{args, queries};
use tokio::sync::OnceCell;

queries! {
    /// Tells the cluster where a store lives.
    PLACE = "scratch.place": "insert into shared.scratch (id, schema) values ($1, $2)";
    /// Lets the database refuse a product.
    FORBID = "scratch.forbid": "select shared.forbid_product($1, $2)";
}

/// A store with nothing in it.
pub(crate) struct Store {
    cluster: Cluster,
    store: StoreRef,
}

impl Store {
    /// Runs `work` in the store.
    pub(crate) async fn tx<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&StoreTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.cluster.store_tx(self.store, "", work).await
    }

    /// From now on the database refuses the product of this slug.
    pub(crate) async fn forbid(&self, slug: &str) {
        let id = self.store.id;
        let done = self.cluster.owner_tx(async |tx| tx.run(&FORBID, args![id, slug]).await);
        done.await.unwrap();
    }

    /// The same store as another process sees it, with connections of its own.
    pub(crate) fn elsewhere(&self) -> Self {
        Self { cluster: Cluster::new(self.cluster.config().clone()), store: self.store }
    }
}

/// A new store on the template; `None`, and a word about it, where there is no cluster.
pub(crate) async fn store_on_template() -> Option<Store> {
    let Ok(database) = std::env::var("SOUK_TEST_IMPORT_DB") else {
        eprintln!("SKIPPED import: SOUK_TEST_IMPORT_DB is not set");
        return None;
    };
    static PREPARED: OnceCell<()> = OnceCell::const_new();
    PREPARED.get_or_init(async || prepare(&database)).await;
    let cluster = cluster(&database);
    let (id, schema) = (StoreId::new(), SchemaName::ready());
    cluster.owner_tx(async |tx| build(tx, id, &schema).await).await.unwrap();
    Some(Store { cluster, store: StoreRef { id, revision: 1 } })
}

fn prepare(database: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/scratch.sql");
    let done = Command::new("psql")
        .args([
            "-X",
            "-q",
            "-o",
            "/dev/null",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            script,
            "-d",
            database,
        ])
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .status();
    assert!(done.unwrap().success(), "the scratch cluster can't be prepared");
}

fn cluster(database: &str) -> Cluster {
    let parsed: tokio_postgres::Config = database.parse().unwrap();
    let host = match &parsed.get_hosts()[0] {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        tokio_postgres::config::Host::Unix(folder) => folder.display().to_string(),
    };
    let login = |user: &str| Login { user: user.to_owned(), password: "engine".into() };
    Cluster::new(ClusterConfig {
        name: "scratch".to_owned(),
        host,
        port: parsed.get_ports()[0],
        database: parsed.get_dbname().unwrap_or("postgres").to_owned(),
        logins: Logins {
            owner: login(parsed.get_user().unwrap_or("postgres")),
            rest: login("souk_engine"),
            engine: login("souk_engine"),
            auth: None,
        },
        slots: 2,
    })
}

async fn build(
    tx: &souk::db::tx::OwnerTx<'_>,
    id: StoreId,
    schema: &SchemaName,
) -> Result<(), MigrateError> {
    tx.create_schema(schema).await?;
    tx.enter_schema(schema, &Names).await?.migrate(&template()).await?;
    tx.run(&PLACE, args![id, schema.as_str()]).await?;
    Ok(())
}

fn template() -> Runner {
    let folder = std::env::var("SOUK_TEST_TEMPLATE").map_or_else(
        |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tenant_template_sql"),
        PathBuf::from,
    );
    Runner::new(&load_sql_migrations(folder).unwrap())
}

/// Fills the schema's name in.
struct Names;

impl Render for Names {
    fn render(&self, text: &str, schema: &SchemaName) -> Result<String, String> {
        Ok(text.replace("{{schema}}", schema.as_str()))
    }
}
