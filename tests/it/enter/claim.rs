//! `shared.claim_schema`: the one change of the catalog that a runtime login can bring about.

use souk::template;

use crate::schema::rename::fingerprint_of;
use crate::support::{World, database};

#[tokio::test]
async fn claiming_renames_a_ready_schema_and_nothing_else() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    let engine = database::login(&world.database.config, |logins| &logins.engine).await;
    let claim = |target: &str| {
        format!(
            "begin; set local role souk_core;
             select shared.claim_schema('{target}', {}, '{}'); commit",
            store.template_version, store.fingerprint
        )
    };
    for target in ["shared", "auth", "ready_x", "Tenant_x", "tenant_x; drop", "tenant_", "public"] {
        let refused = engine.batch_execute(&claim(target)).await.unwrap_err();
        assert_eq!(
            refused.code().map(tokio_postgres::error::SqlState::code),
            Some("22023"),
            "{target}"
        );
        engine.batch_execute("rollback").await.unwrap();
    }
    // A name that is taken; the ready schema is not lost by it.
    let ready = world.filler.ready().await.unwrap();
    assert!(engine.batch_execute(&claim("tenant_acme")).await.is_err());
    engine.batch_execute("rollback").await.unwrap();
    assert_eq!(world.filler.ready().await.unwrap(), ready);

    // A row that names something else is not believed by the table that holds it.
    for name in ["shared", "tenant_acme", "ready_0"] {
        let text = "insert into shared.ready_schemas values ($1, $2, $3)";
        let args: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&name, &store.template_version, &store.fingerprint];
        assert!(owner.execute(text, &args).await.is_err(), "{name}");
    }
    for who in ["souk_rest", "souk_engine", "anon", "authenticated", "service_role", "public"] {
        let text = "select has_function_privilege($1, p.oid, 'execute') from pg_proc p
                     where p.proname = 'claim_schema'";
        let may: bool = owner.query_one(text, &[&who]).await.unwrap().get(0);
        assert!(!may, "{who} may claim");
    }
}

#[tokio::test]
async fn a_schema_that_drifted_while_it_was_ready_is_not_claimed() {
    let world = World::new().await;
    let owner = world.database.owner().await;
    let drifted =
        "update shared.ready_schemas set fingerprint = repeat('0', 64) returning schema_name";
    let names: Vec<String> =
        owner.query(drifted, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(!names.is_empty());

    let store = world.store("acme").await;

    assert_eq!(fingerprint_of(&world, &store.schema).await, store.fingerprint);
    let there = "select count(*) from pg_namespace where nspname = any ($1)";
    let left: i64 = owner.query_one(there, &[&names]).await.unwrap().get(0);
    assert_eq!(usize::try_from(left).unwrap(), names.len(), "a drifted schema was claimed");
    template::sweep::sweep(&world.cluster).await.unwrap();
    let left: i64 = owner.query_one(there, &[&names]).await.unwrap().get(0);
    assert_eq!(left, 0, "a schema that nobody will claim was kept");
}
