//! The way into a store: `shared.enter` lands in one schema for one transaction, and leaves nothing.

use souk::db::{Cluster, ClusterConfig, Error, StoreRef};
use souk::stores;
use tokio_postgres::Client;

mod claim;

use crate::support::{Pair, World, pair};

/// All that a request could leave on its connection.
async fn left(client: &Client) -> String {
    let text = "select concat_ws('|', current_user, current_setting('role'),
                       current_setting('search_path'), current_schema(),
                       nullif(current_setting('request.jwt.claims', true), ''),
                       current_setting('statement_timeout'), auth_uid.id)
                  from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb
                                   ->> 'sub' as id) as auth_uid";
    client.query_one(text, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn after_enter_the_current_schema_is_the_stores() {
    let pair = Pair::new().await;
    for persona in &pair.personas {
        pair.begin(persona).await;
        let client = pair.client(persona);
        let text = "select current_schema()::text, current_setting('search_path')";
        let row = client.query_one(text, &[]).await.unwrap();
        let (schema, path): (Option<String>, String) = (row.get(0), row.get(1));
        if persona.there.is_none() || persona.here != pair::Standing::Nobody {
            assert_eq!(schema.as_deref(), Some("tenant_anton"), "{}", persona.name);
            assert_eq!(path, "tenant_anton, pg_temp");
        }
        client.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn the_statements_of_stores_are_not_counted_one_by_one() {
    let pair = Pair::new().await;
    let text = "select current_setting('pg_stat_statements.track', true)";
    let track = async |client: &Client| -> Option<String> {
        client.query_one(text, &[]).await.unwrap().get(0)
    };
    assert_eq!(track(&pair.rest).await.as_deref(), Some("none"));
    assert_eq!(track(&pair.engine).await, None, "verbs are few, and worth a look");
}

#[tokio::test]
async fn nothing_of_a_request_is_left_for_the_next() {
    let pair = Pair::new().await;
    let clean = left(&pair.rest).await;
    let user = Some(uuid::Uuid::now_v7());
    for (store, role, end) in [
        (&pair.a, "anon", "commit"),
        (&pair.b, "authenticated", "rollback"),
        (&pair.a, "authenticated", "commit"),
    ] {
        pair.rest.batch_execute("begin").await.unwrap();
        pair::enter(&pair.rest, store, role, user).await.unwrap();
        assert_ne!(left(&pair.rest).await, clean);
        pair.rest.batch_execute(end).await.unwrap();
        assert_eq!(left(&pair.rest).await, clean, "after {end} as {role}");
    }
    // A statement that fails, and a commit that Postgres turns into a rollback.
    pair.rest.batch_execute("begin").await.unwrap();
    pair::enter(&pair.rest, &pair.a, "anon", None).await.unwrap();
    pair.rest.batch_execute("select 1/0").await.unwrap_err();
    pair.rest.batch_execute("commit").await.unwrap();
    assert_eq!(left(&pair.rest).await, clean);
    // The control: what is set for the session stays, and is seen.
    pair.rest.batch_execute("set search_path = tenant_anton").await.unwrap();
    assert_ne!(left(&pair.rest).await, clean);
}

souk::queries! {
    /// What a verb of the test finds of its place.
    PLACE = "test.place":
        "select concat_ws('|', current_schema(), current_user,
                          current_setting('request.jwt.claims', true),
                          (select count(*) from products)) as place";
    /// A verb that does not go well.
    FAIL = "test.fail": "select 1 / (select count(*) - 2 from products) as never";
}

#[tokio::test]
async fn two_stores_on_one_connection_each_find_their_own() {
    let pair = Pair::new().await;
    let config = ClusterConfig { slots: 1, ..pair.world.database.config.clone() };
    let cluster = Cluster::new(config);
    pair.owner
        .batch_execute("delete from tenant_berta.products where slug = 'flying-shoe'")
        .await
        .unwrap();
    for _ in 0..3 {
        for (store, claims, rows) in [(&pair.a, r#"{"sub": "a"}"#, 2), (&pair.b, "{}", 1)] {
            let place = cluster
                .store_tx(store.reference(), claims, async |tx| {
                    tx.row(&PLACE, &[]).await?.get::<String>("place")
                })
                .await;
            let expected = format!("{}|service_role|{claims}|{rows}", store.schema);
            assert_eq!(place.unwrap(), expected);
        }
        // One that fails in the middle leaves no more than one that ends well.
        let failed =
            cluster.store_tx(pair.a.reference(), "{}", async |tx| tx.row(&FAIL, &[]).await).await;
        assert!(failed.is_err());
    }
    assert_eq!(ALL.len(), 2);
}

#[tokio::test]
async fn a_store_that_has_moved_on_is_refused_by_its_revision() {
    let pair = Pair::new().await;
    let text =
        "update shared.stores set status = 'suspended' where slug = 'anton' returning revision";
    let revision: i64 = pair.owner.query_one(text, &[]).await.unwrap().get(0);
    assert_eq!(revision, pair.a.revision + 1);

    let error = enter_as(&pair, pair.a.reference()).await.unwrap_err();
    assert_eq!(error, "SK001");
    let now = StoreRef { revision, ..pair.a.reference() };
    enter_as(&pair, now).await.unwrap();
    let nobody = StoreRef { id: souk::base::id::StoreId::new(), revision: 1 };
    assert_eq!(enter_as(&pair, nobody).await.unwrap_err(), "SK002");

    let refused: Result<(), Error> =
        pair.world.cluster.store_tx(pair.a.reference(), "{}", async |_| Ok(())).await;
    assert!(matches!(refused, Err(Error::StoreChanged)), "{refused:?}");
    let refused: Result<(), Error> =
        pair.world.cluster.store_tx(nobody, "{}", async |_| Ok(())).await;
    assert!(matches!(refused, Err(Error::StoreMissing)), "{refused:?}");
}

#[tokio::test]
async fn each_column_that_a_cached_row_rests_on_moves_the_revision() {
    let pair = Pair::new().await;
    let mut revision = pair.a.revision;
    for (change, moves) in [
        ("slug = 'anton-2'", true),
        ("placement = 'elsewhere'", true),
        ("status = 'moving'", true),
        ("published_at = now()", true),
        ("template_version = template_version + 1", true),
        ("fingerprint = 'x'", true),
        ("currency = 'CHF'", true),
        ("locale = 'de'", true),
        ("name = 'Anton'", true),
        ("theme = '{\"name\": \"dark\"}'", true),
        ("settings = '{\"tagline\": \"x\"}'", true),
        ("plan = 'professional'", false),
        ("revision = 1", false),
    ] {
        let text = format!("update shared.stores set {change} where id = $1 returning revision");
        let now: i64 = pair.owner.query_one(&text, &[&pair.a.id.uuid()]).await.unwrap().get(0);
        if change != "revision = 1" {
            assert_eq!(now, revision + i64::from(moves), "{change}");
        }
        revision = now;
    }
}

#[tokio::test]
async fn a_login_may_step_into_its_own_roles_and_no_other() {
    let pair = Pair::new().await;
    for (client, role, may) in [
        (&pair.rest, "anon", true),
        (&pair.rest, "authenticated", true),
        (&pair.rest, "service_role", false),
        (&pair.rest, "souk_core", false),
        (&pair.rest, "postgres", false),
        (&pair.engine, "service_role", true),
        (&pair.engine, "anon", false),
        (&pair.engine, "postgres", false),
        (&pair.engine, "supabase_auth_admin", false),
    ] {
        client.batch_execute("begin").await.unwrap();
        let entered = pair::enter(client, &pair.a, role, None).await;
        assert_eq!(entered.is_ok(), may, "{role}: {entered:?}");
        client.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn who_has_entered_one_store_can_not_enter_another() {
    let pair = Pair::new().await;
    for role in ["anon", "authenticated"] {
        pair.rest.batch_execute("begin").await.unwrap();
        pair::enter(&pair.rest, &pair.a, role, None).await.unwrap();
        let error = pair::enter(&pair.rest, &pair.b, role, None).await.unwrap_err();
        assert_eq!(error.code().map(tokio_postgres::error::SqlState::code), Some("42501"));
        pair.rest.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn guard_only_reads_and_enter_has_no_settings_of_its_own() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let text =
        "select p.proname::text, p.prosecdef, p.provolatile::text, p.proconfig::text, p.prosrc
                  from pg_proc p where p.pronamespace = 'shared'::regnamespace
                   and p.proname in ('guard', 'enter') order by 1";
    let rows = owner.query(text, &[]).await.unwrap();
    let enter = (rows[0].get::<_, bool>(1), rows[0].get::<_, Option<String>>(3));
    assert_eq!(enter, (false, None));
    let guard: (bool, String) = (rows[1].get(1), rows[1].get(2));
    assert_eq!(guard, (true, "s".to_owned()), "a stable function can't write");
}

async fn enter_as(pair: &Pair, store: StoreRef) -> Result<(), String> {
    pair.rest.batch_execute("begin").await.unwrap();
    let mut as_read: stores::Store = pair.a.clone();
    (as_read.id, as_read.revision) = (store.id, store.revision);
    let entered = pair::enter(&pair.rest, &as_read, "anon", None).await;
    pair.rest.batch_execute("rollback").await.unwrap();
    entered.map_err(|error| error.code().map_or("none", |code| code.code()).to_owned())
}
