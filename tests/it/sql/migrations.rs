//! Migrations: from nothing to the newest version, and again without a trace.

use refinery_core::Runner;
use souk::base::schema::SchemaName;
use souk::db::schema_session::Render;
use souk::db::setup::SETUP;
use souk::template;
use tokio_postgres::Client;

use crate::support::World;

/// Fills in the schema's name, as the program does.
struct Fill;

impl Render for Fill {
    fn render(&self, text: &str, schema: &SchemaName) -> Result<String, String> {
        Ok(text.replace("{{schema}}", schema.as_str()))
    }
}

/// The definitions of a schema, and the rows of some of its tables.
async fn state(owner: &Client, schema: &str, tables: &[&str]) -> String {
    let fingerprint = include_str!("../../../src/template/fingerprint.sql");
    owner.batch_execute(&format!("set search_path = {schema}, pg_temp")).await.unwrap();
    let mut state: String = owner.query_one(fingerprint, &[&schema]).await.unwrap().get(0);
    for table in tables {
        let text = format!(
            "select md5(string_agg(t::text, ';' order by t::text)) from {schema}.{table} t"
        );
        let hash: Option<String> = owner.query_one(&text, &[]).await.unwrap().get(0);
        state.push_str(&format!(" {table}={hash:?}"));
    }
    state
}

const SHARED: &[&str] = &["refinery_schema_history", "plans", "roles", "role_permissions", "fleet"];

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let before = state(&owner, "shared", SHARED).await;

    template::shared::migrate(&world.cluster).await.unwrap();

    assert_eq!(state(&owner, "shared", SHARED).await, before);
}

#[tokio::test]
async fn from_nothing_several_at_once_make_the_same_schema() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let before = state(&owner, "shared", &["plans", "roles", "role_permissions"]).await;
    owner.batch_execute(&format!("drop schema shared cascade; {SETUP}")).await.unwrap();

    let migrate = || template::shared::migrate(&world.cluster);
    let (one, two, three) = tokio::join!(migrate(), migrate(), migrate());

    for migrated in [one, two, three] {
        assert_eq!(migrated.unwrap().birth_version, template::latest_version());
    }
    assert_eq!(state(&owner, "shared", &["plans", "roles", "role_permissions"]).await, before);
}

#[tokio::test]
async fn a_file_that_was_changed_after_it_had_run_stops_the_migration() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let text = "update shared.refinery_schema_history set checksum = '1' where version = 1";
    owner.batch_execute(text).await.unwrap();
    let before = state(&owner, "shared", SHARED).await;

    assert!(template::shared::migrate(&world.cluster).await.is_err());

    assert_eq!(state(&owner, "shared", SHARED).await, before);
}

#[tokio::test]
async fn the_template_run_again_in_a_store_changes_nothing() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    let tables = ["refinery_schema_history", "settings"];
    let before = state(&owner, "tenant_acme", &tables).await;

    let runner = Runner::new(&template::migrations()).set_grouped(true);
    let version = world
        .cluster
        .owner_tx(async |tx| {
            let mut session = tx.enter_schema(&store.schema, &Fill).await?;
            Ok::<_, template::Error>(session.migrate(&runner).await?)
        })
        .await
        .unwrap();

    assert_eq!(version, template::latest_version());
    assert_eq!(state(&owner, "tenant_acme", &tables).await, before);
}

#[tokio::test]
async fn the_template_file_by_file_makes_the_same_store() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    let schema = SchemaName::parse("tenant_stepwise").unwrap();
    world.cluster.owner_tx(async |tx| tx.create_schema(&schema).await).await.unwrap();

    for version in 1..=template::latest_version() {
        let runner = Runner::new(&template::migrations())
            .set_grouped(true)
            .set_target(refinery_core::Target::Version(version));
        let migrated = world
            .cluster
            .owner_tx(async |tx| {
                let mut session = tx.enter_schema(&schema, &Fill).await?;
                Ok::<_, template::Error>(session.migrate(&runner).await?)
            })
            .await;
        assert_eq!(migrated.unwrap(), version);
    }

    let taken = state(&owner, "tenant_stepwise", &[]).await;
    assert_eq!(taken, store.fingerprint, "a step at a time leads elsewhere than all at once");
}
