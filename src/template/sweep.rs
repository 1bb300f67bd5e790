//! Removes ready schemas that nobody will claim: those of another version than the birth version,
//! and those whose row is gone. One schema a transaction.

use crate::args;
use crate::base::schema::SchemaName;
use crate::db::Cluster;
use crate::queries;
use crate::template::Error;

queries! {
    /// Schemas in the pool that are of no use, and rows without a schema.
    USELESS = "sweep.useless":
        "select coalesce(n.nspname::text, r.schema_name) as schema_name
           from pg_catalog.pg_namespace n
           full join shared.ready_schemas r on r.schema_name = n.nspname
          where (n.nspname like 'ready\\_%' or n.nspname is null)
            and (r.schema_name is null or n.nspname is null
                 or r.template_version <> (select birth_version from shared.fleet))
          order by 1";
    /// Takes a schema out of the pool, unless somebody is claiming it.
    WITHDRAW = "sweep.withdraw":
        "delete from shared.ready_schemas
          where schema_name = (select schema_name from shared.ready_schemas
                                where schema_name = $1 for update skip locked)";
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
    for name in &useless {
        let Ok(schema) = SchemaName::parse(name) else { continue };
        cluster
            .owner_tx(async |tx| {
                tx.run(&WITHDRAW, args![schema.as_str()]).await?;
                tx.drop_schema(&schema).await
            })
            .await?;
    }
    Ok(useless.len())
}
