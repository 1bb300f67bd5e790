//! Whether everything in a database is whole: a store has all that belongs to it, and nothing lies
//! about that belongs to none.

use tokio_postgres::Client;

const BROKEN: &str = "
    with schema (name) as (
        select nspname::text from pg_namespace where nspname ~ '^(tenant|ready)_')
    select 'store without a schema: ' || slug from shared.stores s
     where not exists (select from schema where schema.name = s.schema_name)
    union all
    select 'schema without a store: ' || name from schema
     where name ~ '^tenant_'
       and not exists (select from shared.stores s where s.schema_name = schema.name)
    union all
    select 'ready schema without a row: ' || name from schema
     where name ~ '^ready_'
       and not exists (select from shared.ready_schemas r where r.schema_name = schema.name)
    union all
    select 'ready row without a schema: ' || r.schema_name from shared.ready_schemas r
     where not exists (select from schema where schema.name = r.schema_name)
    union all
    select 'store with another fingerprint: ' || slug from shared.stores s
      left join shared.template_versions t on t.version = s.template_version
     where t.fingerprint is distinct from s.fingerprint
    union all
    select 'store without one owner: ' || slug from shared.stores s
     where (select count(*) from shared.members m where m.store_id = s.id and m.role = 'owner')
         + (select count(*) from shared.invitations i where i.store_id = s.id and i.role = 'owner')
        <> 1
    union all
    select 'store without one entry of its birth: ' || slug from shared.stores s
     where (select count(*) from shared.audit_log a
             where a.store_id = s.id and a.action = 'store.created') <> 1
    union all
    select 'entry of a birth without a store: ' || a.id from shared.audit_log a
     where not exists (select from shared.stores s where s.id = a.store_id)
    union all
    select 'key without a store: ' || k.key from shared.idempotency_keys k
     where not exists (select from shared.stores s where s.id::text = k.response ->> 'store_id')
    union all
    select 'something in public: ' || relname from pg_class
     where relnamespace = 'public'::regnamespace";

/// Fails if anything is half-made.
pub(crate) async fn assert_whole(owner: &Client, when: &str) {
    let rows = owner.query(BROKEN, &[]).await.unwrap();
    let mut broken: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    for row in owner.query("select schema_name from shared.stores", &[]).await.unwrap() {
        let schema: String = row.get(0);
        let text = format!("select count(*) from {schema}.settings where is_system");
        let count = owner.query_one(&text, &[]).await.map_or(-1, |row| row.get::<_, i64>(0));
        if count != 2 {
            broken.push(format!("{schema} has {count} system settings"));
        }
    }
    assert!(broken.is_empty(), "{when}:\n{}", broken.join("\n"));
}

/// Waits until the server has seen that the program's connections are gone.
pub(crate) async fn wait_until_alone(owner: &Client) {
    let text = "select count(*) from pg_stat_activity
                 where datname = current_database() and application_name like 'souk %'";
    for _ in 0..1000 {
        if owner.query_one(text, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("connections of the program are still open");
}

/// Waits until the server has seen that a wire is cut: no transaction is open but the owner's own.
pub(crate) async fn wait_for_wires(owner: &Client) {
    let text = "select count(*) from pg_stat_activity
                 where datname = current_database() and application_name like 'souk %'
                   and (state <> 'idle' or xact_start is not null)";
    for _ in 0..1000 {
        if owner.query_one(text, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("a transaction of the program is still open");
}

/// Empties the ready pool.
pub(crate) async fn empty_pool(owner: &Client) {
    let rows = owner.query("delete from shared.ready_schemas returning schema_name", &[]).await;
    for row in rows.unwrap() {
        let schema: String = row.get(0);
        owner.batch_execute(&format!("drop schema {schema} cascade")).await.unwrap();
    }
}

/// How many stores, schemas of stores and ready schemas there are.
pub(crate) async fn counts(owner: &Client) -> (i64, i64, i64) {
    let text = "select (select count(*) from shared.stores),
                       (select count(*) from pg_namespace where nspname ~ '^tenant_'),
                       (select count(*) from pg_namespace where nspname ~ '^ready_')";
    let row = owner.query_one(text, &[]).await.unwrap();
    (row.get(0), row.get(1), row.get(2))
}
