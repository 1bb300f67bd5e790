//! Removes ready schemas that nobody will claim: those that do not look as the birth version does
//! here, and those whose row is gone. One schema a transaction.

use crate::args;
use crate::base::schema::SchemaName;
use crate::db::{Cluster, OwnerTx};
use crate::queries;
use crate::template::Error;

queries! {
    /// Schemas in the pool that are of no use, and rows without a schema. What a version looks like
    /// is on record for each major version of Postgres, so an upgrade of the server makes all of them
    /// useless.
    USELESS = "sweep.useless":
        "select coalesce(n.nspname::text, r.schema_name) as schema_name
           from pg_catalog.pg_namespace n
           full join shared.ready_schemas r on r.schema_name = n.nspname
          where (n.nspname like 'ready\\_%' or n.nspname is null)
            and (r.schema_name is null or n.nspname is null
                 or not exists (
                     select from shared.fleet f
                       join shared.template_versions t
                         on t.version = f.birth_version
                        and t.server_major = current_setting('server_version_num')::integer / 10000
                      where t.version = r.template_version and t.fingerprint = r.fingerprint))
          order by 1";
    /// Takes a schema out of the pool; false when somebody is claiming it at this moment.
    WITHDRAW = "sweep.withdraw":
        "with withdrawn as (
             delete from shared.ready_schemas
              where schema_name = (select schema_name from shared.ready_schemas
                                    where schema_name = $1 for update skip locked)
             returning schema_name
         )
         select exists (select from withdrawn)
             or not exists (select from shared.ready_schemas where schema_name = $1) as is_free";
}

/// Removes what is of no use and says how many schemas that were.
///
/// # Errors
/// What Postgres answers; schemas removed before stay removed.
pub async fn sweep(cluster: &Cluster) -> Result<usize, Error> {
    let useless: Vec<String> = cluster
        .owner_tx(async |tx| {
            let rows = tx.rows(&USELESS, &[]).await?;
            rows.iter().map(|row| Ok(row.get("schema_name")?)).collect::<Result<_, Error>>()
        })
        .await?;
    let mut removed = 0;
    for name in &useless {
        let Ok(schema) = SchemaName::parse(name) else { continue };
        removed += cluster.owner_tx(async |tx| remove(tx, &schema).await).await?;
    }
    Ok(removed)
}

/// Removes one schema, unless it is being claimed. Says how many that were.
async fn remove(tx: &OwnerTx<'_>, schema: &SchemaName) -> Result<usize, Error> {
    if !tx.row(&WITHDRAW, args![schema.as_str()]).await?.get::<bool>("is_free")? {
        return Ok(0);
    }
    tx.drop_schema(schema).await?;
    Ok(1)
}
