//! The data of deleted stores goes once its time has come. A schema holds some 300 locks' worth of
//! objects, so it goes a few tables a transaction, and then the empty rest: a server's lock table
//! never fills, and a kill at any point leaves something that the next sweep goes on with.

use std::time::Duration;

use crate::args;
use crate::base::id::StoreId;
use crate::base::schema::SchemaName;
use crate::db::{Cluster, Error as DbError};
use crate::queries;
use crate::stores::{Actor, audit};
use crate::template::Error;

/// Stores that one sweep removes; the others wait for the next.
const STORES_MAX: i64 = 100;
/// Tables that go in one transaction.
const TABLES_A_TIME: usize = 4;

queries! {
    /// Deleted stores whose time has come, the oldest first.
    DUE = "purge.due":
        "select s.id, s.slug, s.schema_name
           from shared.stores s
          where s.status = 'deleted' and s.purged_at is null
            and s.deleted_at < now() - make_interval(secs => $1)
          order by s.deleted_at limit $2";
    /// The tables of a schema, read from the schema and not from the fleet's catalog.
    TABLES = "purge.tables":
        "select c.relname::text as name
           from pg_catalog.pg_namespace n
           join pg_catalog.pg_depend d
             on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = n.oid
            and d.classid = 'pg_catalog.pg_class'::regclass
           join pg_catalog.pg_class c on c.oid = d.objid and c.relkind in ('r', 'p')
          where n.nspname = $1
          order by c.relname";
    /// The store's row stays, for its names.
    PURGED = "purge.purged":
        "update shared.stores s set purged_at = now(), theme = '{}', settings = '{}'
          where s.id = $1 and s.purged_at is null";
    /// Nobody is a member of what is gone.
    FORGET_MEMBERS = "purge.forget_members": "delete from shared.members where store_id = $1";
    /// Sessions begun there are good nowhere.
    FORGET_SESSIONS = "purge.forget_sessions": "delete from shared.sessions where store_id = $1";
}

/// Removes the data of stores that were deleted longer than `keep` ago; answers how many.
///
/// # Errors
/// The first that could not be removed; what went before is gone.
pub async fn sweep(cluster: &Cluster, keep: Duration) -> Result<usize, Error> {
    let due: Vec<(StoreId, String, String)> = cluster
        .shared_tx(None, async |tx| {
            let rows = tx.rows(&DUE, args![keep.as_secs_f64(), STORES_MAX]).await?;
            rows.iter()
                .map(|row| Ok((row.id("id")?, row.get("slug")?, row.get("schema_name")?)))
                .collect::<Result<_, DbError>>()
        })
        .await?;
    let mut purged = 0;
    for (store, slug, schema) in due {
        let Ok(schema) = SchemaName::parse(&schema) else { continue };
        drop_in_parts(cluster, &schema).await?;
        forget(cluster, store, &slug).await?;
        purged += 1;
    }
    Ok(purged)
}

async fn drop_in_parts(cluster: &Cluster, schema: &SchemaName) -> Result<(), Error> {
    let tables: Vec<String> = cluster
        .owner_tx(async |tx| {
            let rows = tx.rows(&TABLES, args![schema.as_str()]).await?;
            rows.iter().map(|row| row.get("name")).collect::<Result<_, DbError>>()
        })
        .await?;
    for some in tables.chunks(TABLES_A_TIME) {
        cluster.owner_tx(async |tx| tx.drop_tables(schema, some).await).await?;
    }
    Ok(cluster.owner_tx(async |tx| tx.drop_schema(schema).await).await?)
}

async fn forget(cluster: &Cluster, store: StoreId, slug: &str) -> Result<(), Error> {
    let forgotten = cluster.shared_tx(Some(store), async |tx| {
        if tx.run(&PURGED, args![store]).await? == 0 {
            return Ok(());
        }
        tx.run(&FORGET_MEMBERS, args![store]).await?;
        tx.run(&FORGET_SESSIONS, args![store]).await?;
        let detail = serde_json::json!({ "slug": slug });
        audit::record(tx, &Actor::housekeeping(), Some(store), "store.purged", detail).await
    });
    Ok(forgotten.await?)
}
