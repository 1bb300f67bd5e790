//! A schema is renamed once, in the claim; nothing in it may remember its first name.

use souk::base::schema::SchemaName;
use souk::db::schema_session::AsWritten;
use souk::template::{self, fingerprint};

use crate::support::pair::owner_of;
use crate::support::{Pair, World};

/// What a schema looks like.
pub(crate) async fn fingerprint_of(world: &World, schema: &SchemaName) -> String {
    world
        .cluster
        .owner_tx(async |tx| {
            let session = tx.enter_schema(schema, &AsWritten).await?;
            Ok::<_, template::Error>(fingerprint::take(&session).await?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_claimed_schema_looks_as_it_did_when_it_was_ready() {
    let world = World::new().await;
    let ready = template::build_ready(&world.cluster).await.unwrap();
    let before = fingerprint_of(&world, &ready).await;

    let store = world.store("acme").await;

    assert_eq!(store.fingerprint, before);
    assert_eq!(fingerprint_of(&world, &store.schema).await, before);
    let owner = world.database.owner().await;
    let stale = "select count(*) from (
            select pg_get_expr(polqual, polrelid) || pg_get_expr(polwithcheck, polrelid) from pg_policy
            union all
            select pg_get_functiondef(oid) from pg_proc
             where pronamespace = 'tenant_acme'::regnamespace
            union all
            select pg_get_expr(adbin, adrelid) from pg_attrdef) as printed (text)
         where text ~ 'ready_'";
    // The policies of schemas that are still ready name those.
    owner.batch_execute("begin").await.unwrap();
    for row in owner.query("select schema_name from shared.ready_schemas", &[]).await.unwrap() {
        let schema: String = row.get(0);
        owner.batch_execute(&format!("drop schema {schema} cascade")).await.unwrap();
    }
    let count: i64 = owner.query_one(stale, &[]).await.unwrap().get(0);
    assert_eq!(count, 0);
    let named = "select count(*) from pg_policies where schemaname = 'tenant_acme'
                    and concat(qual, with_check) ~ '''tenant_acme''::regnamespace'";
    let count: i64 = owner.query_one(named, &[]).await.unwrap().get(0);
    assert!(count > 30, "{count} policies print the new name");
    owner.batch_execute("rollback").await.unwrap();
}

#[tokio::test]
async fn a_change_of_any_kind_is_another_fingerprint() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    let taken_after = async |change: &str| {
        owner
            .batch_execute(&format!("begin; set local search_path = tenant_acme; {change}"))
            .await
            .unwrap();
        let taken = owner
            .query_one(include_str!("../../../src/template/fingerprint.sql"), &[&"tenant_acme"])
            .await
            .unwrap()
            .get::<_, String>(0);
        owner.batch_execute("rollback").await.unwrap();
        taken
    };
    assert_eq!(taken_after("").await, store.fingerprint);
    for change in [
        "create table extra (id integer)",
        "alter table pages add extra integer",
        "alter table pages alter title drop not null",
        "alter table pages alter status set default 'published'",
        "alter table pages drop constraint pages_slug_key",
        "create index extra on pages (title)",
        "drop policy pages_read on pages",
        "alter policy pages_public on pages using (true)",
        "alter policy pages_public on pages to authenticated",
        "alter table pages disable row level security",
        "grant insert on pages to anon",
        "grant select (title) on pages to authenticator",
        "grant usage on schema tenant_acme to authenticator",
        "alter function fold_text(text) security definer",
        "grant execute on function fold_text(text) to anon",
        "alter table pages disable trigger set_updated_at",
        "drop trigger set_updated_at on pages",
        "create view extra as select id from pages",
        "create sequence extra",
        "alter table pages set (fillfactor = 50)",
        "create type extra as enum ('one')",
        "create type extra as (one integer)",
        "create domain extra as text check (value <> '')",
        "create aggregate extra (integer) (sfunc = int4pl, stype = integer)",
        "create rule extra as on delete to pages do instead nothing",
        "comment on schema tenant_acme is 'A shop.'",
        "comment on table pages is 'What is told.'",
        "comment on column pages.title is 'What it is called.'",
        // A name that would be forgotten by a rename.
        "create function extra() returns text language sql as 'select ''ready_0''::text'",
    ] {
        assert_ne!(taken_after(change).await, store.fingerprint, "{change}");
    }
}

/// The fingerprints that are on record somewhere, by version of the template: the same on every
/// major version of Postgres, whatever becomes of the statement that takes them. Else an upgrade of
/// either would have every store look as if it had been changed by hand.
const ON_RECORD: &[(i32, &str)] =
    &[(7, "d366d08e684ba0e3dc5708124d7e5754b0e4354c5ce04dea45691d58575ed665")];

#[tokio::test]
async fn a_version_has_the_fingerprint_it_always_had_on_any_server() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let known = ON_RECORD.iter().find(|(version, _)| *version == store.template_version);
    let (_, expected) = known.unwrap_or_else(|| {
        panic!("add version {} to ON_RECORD: {}", store.template_version, store.fingerprint)
    });
    assert_eq!(store.fingerprint, *expected);
}

#[tokio::test]
async fn search_and_defaults_work_under_the_new_name() {
    let pair = Pair::new().await;
    assert_eq!(pair.world.database.config.slots, 4);
    let text = "select (select count(*) from tenant_anton.search_products('wlking')),
                       (select language from tenant_anton.products limit 1),
                       (select count(*) from tenant_berta.search_products('WALK'))";
    let row = pair.owner.query_one(text, &[]).await.unwrap();
    let found: (i64, String, i64) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(found, (1, "en".to_owned(), 1));
}

/// What the next version of the template may do at any time, while stores are served.
#[tokio::test]
async fn an_added_column_breaks_no_function() {
    let pair = Pair::new().await;
    let text = "select format('alter table %I.%I add later text', schemaname, tablename)
                  from pg_tables where schemaname = 'tenant_berta'";
    let rows = pair.owner.query(text, &[]).await.unwrap();
    assert!(rows.len() > 10, "{} tables", rows.len());
    for row in rows {
        pair.owner.batch_execute(row.get(0)).await.unwrap();
    }
    let claims = format!("{{\"sub\": \"{}\"}}", owner_of(&pair.owner, &pair.b).await);
    let text = "select set_config('request.jwt.claims', $1, false)";
    pair.owner.query_one(text, &[&claims]).await.unwrap();
    let called = [
        "select count(*) from search_products('walking') as p where p.later is null",
        "select count(*) from search_customers('sam@') as c where c.later is null",
        "insert into products (name, slug) values ('Later', 'later')",
        "update products set name = 'Never' where slug = 'later'",
    ];
    pair.owner.batch_execute("set search_path = tenant_berta").await.unwrap();
    for text in called {
        let rows = pair.owner.query(text, &[]).await.unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert!(rows.first().is_none_or(|row| row.get::<_, i64>(0) == 1), "{text} finds nothing");
    }

    // What the template's README forbids.
    let listed = "create function listed() returns setof pages language sql stable begin atomic
                      select id, title, slug, status, sections, seo_title, seo_description,
                             created_at, updated_at, later from pages; end;
                  alter table pages add even_later text";
    pair.owner.batch_execute(listed).await.unwrap();
    assert!(pair.owner.query("select * from listed()", &[]).await.is_err());
}

#[tokio::test]
async fn a_schema_that_remembers_its_name_changes_its_fingerprint_when_renamed() {
    let world = World::new().await;
    let ready = template::build_ready(&world.cluster).await.unwrap();
    let owner = world.database.owner().await;
    let late = format!(
        "set search_path = {ready}; create function late() returns bigint language sql as
         'select count(*) from {ready}.products'"
    );
    owner.batch_execute(&late).await.unwrap();
    let before = fingerprint_of(&world, &ready).await;
    owner.batch_execute(&format!("alter schema {ready} rename to tenant_late")).await.unwrap();
    let after = fingerprint_of(&world, &SchemaName::parse("tenant_late").unwrap()).await;
    assert_ne!(before, after);
}
