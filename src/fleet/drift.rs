//! Drift: stores whose schema is not what its row says, and schemas that belong to nobody. One
//! store at a time, in short transactions, so that the fleet is never held.

use serde::Serialize;

use crate::args;
use crate::base::schema::SchemaName;
use crate::db::Cluster;
use crate::db::schema_session::{AsWritten, MigrateError};
use crate::queries;
use crate::template::{Error, fingerprint};

/// Stores that are read at a time.
const PAGE: i64 = 500;

queries! {
    /// Stores by id, after a key.
    PAGE_OF_STORES = "drift.page_of_stores":
        "select s.id, s.slug, s.schema_name, s.fingerprint
           from shared.stores s
          where ($1::uuid is null or s.id > $1) and s.status <> 'deleted'
          order by s.id limit $2";
    /// How many there are.
    COUNT = "drift.count": "select count(*) as stores from shared.stores where status <> 'deleted'";
    /// Stores whose row says that they are not what their version is.
    ON_RECORD = "drift.on_record":
        "select s.slug from shared.stores s
          where s.status <> 'deleted'
            and not exists (select from shared.template_versions t
                             where t.version = s.template_version
                               and t.fingerprint = s.fingerprint)
          order by s.id limit $1";
    /// Schemas with a store's name that no store has.
    ORPHANS = "drift.orphans":
        "select n.nspname::text as schema_name
           from pg_catalog.pg_namespace n
           left join shared.stores s on s.schema_name = n.nspname
          where n.nspname like 'tenant\\_%' and s.id is null
          order by 1 limit 100";
}

/// How many [`on_record`] names.
pub const NAMED_MAX: i64 = 10;

/// What is wrong with one schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The store, if the schema has one.
    pub slug: Option<String>,
    /// The schema.
    pub schema: String,
    /// `drifted`, `missing` or `orphan`.
    pub kind: &'static str,
}

/// How many stores [`find`] will look at.
///
/// # Errors
/// What Postgres answers.
pub async fn count(cluster: &Cluster) -> Result<u64, Error> {
    let count: i64 =
        cluster.owner_tx(async |tx| tx.row(&COUNT, &[]).await?.get::<i64>("stores")).await?;
    Ok(count.unsigned_abs())
}

/// Looks at every store; `seen` is called after each.
///
/// # Errors
/// What Postgres answers.
pub async fn find(cluster: &Cluster, seen: impl Fn()) -> Result<Vec<Finding>, Error> {
    let mut findings = orphans(cluster).await?;
    let mut after: Option<uuid::Uuid> = None;
    loop {
        let page =
            cluster.owner_tx(async |tx| tx.rows(&PAGE_OF_STORES, args![after, PAGE]).await).await?;
        for row in &page {
            let (slug, schema): (String, String) = (row.get("slug")?, row.get("schema_name")?);
            let expected: String = row.get("fingerprint")?;
            let kind = match SchemaName::parse(&schema) {
                Ok(name) => look(cluster, &name, &expected).await?,
                Err(_) => Some("missing"),
            };
            findings.extend(kind.map(|kind| Finding { slug: Some(slug), schema, kind }));
            seen();
        }
        match page.last() {
            Some(row) => after = Some(row.get("id")?),
            None => return Ok(findings),
        }
    }
}

async fn look(
    cluster: &Cluster,
    schema: &SchemaName,
    expected: &str,
) -> Result<Option<&'static str>, Error> {
    Ok(match taken(cluster, schema).await? {
        Some(taken) if taken == expected => None,
        Some(_) => Some("drifted"),
        None => Some("missing"),
    })
}

/// The fingerprint that a schema has now; none where it is not there.
pub(super) async fn taken(cluster: &Cluster, schema: &SchemaName) -> Result<Option<String>, Error> {
    let taken = cluster
        .owner_tx(async |tx| {
            let session = tx.enter_schema(schema, &AsWritten).await?;
            Ok::<_, MigrateError>(fingerprint::take(&session).await?)
        })
        .await;
    match taken {
        Ok(taken) => Ok(Some(taken)),
        Err(MigrateError::NotLanded { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The slugs of some stores, [`NAMED_MAX`] at most, that were changed by hand and accepted so.
///
/// # Errors
/// What Postgres answers.
pub async fn on_record(cluster: &Cluster) -> Result<Vec<String>, Error> {
    let rows = cluster.owner_tx(async |tx| tx.rows(&ON_RECORD, args![NAMED_MAX]).await).await?;
    Ok(rows.iter().map(|row| row.get("slug")).collect::<Result<_, _>>()?)
}

async fn orphans(cluster: &Cluster) -> Result<Vec<Finding>, Error> {
    let rows = cluster.owner_tx(async |tx| tx.rows(&ORPHANS, &[]).await).await?;
    rows.iter()
        .map(|row| Ok(Finding { slug: None, schema: row.get("schema_name")?, kind: "orphan" }))
        .collect()
}
