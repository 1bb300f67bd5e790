//! Makes one ready schema, in one transaction of the owner: it is there whole, or not at all.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::args;
use crate::base::schema::SchemaName;
use crate::db::{Cluster, SchemaSession, Tx};
use crate::queries;
use crate::template::render::Template;
use crate::template::{Error, fingerprint, runner};

queries! {
    /// The version that new stores are born at.
    BIRTH_VERSION = "build.birth_version": "select birth_version from shared.fleet";
    /// Offers a schema to whoever asks for a store next.
    OFFER = "build.offer":
        "insert into shared.ready_schemas (schema_name, template_version, fingerprint)
         values ($1, $2, $3)";
}

/// One schema in so many is compared with the fingerprint on record.
const COMPARED: u32 = 8;

/// Which of the schemas that a process builds are compared. They are made of one text by one program
/// in one transaction each, and a fingerprint costs a seventh of a build: so the first is compared,
/// the next ones are taken to look the same, and every eighth is a test of that.
#[derive(Debug, Default)]
pub(super) struct Trust(AtomicU32);

impl Trust {
    /// Builds as [`build_ready`] does.
    pub(super) async fn build(&self, cluster: &Cluster) -> Result<SchemaName, Error> {
        let left = |left: u32| left.checked_sub(1);
        let is_trusted = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok();
        let built = build(cluster, is_trusted).await;
        match &built {
            Ok(_) if is_trusted => {}
            Ok(_) => self.0.store(COMPARED - 1, Ordering::Relaxed),
            Err(_) => self.0.store(0, Ordering::Relaxed),
        }
        built
    }
}

/// Builds a schema at the birth version, compares it, and puts it into the ready pool.
///
/// # Errors
/// [`Error::Fingerprint`] when it does not look like the first one of its version, and what
/// Postgres refuses. Nothing is left then.
pub async fn build_ready(cluster: &Cluster) -> Result<SchemaName, Error> {
    build(cluster, false).await
}

async fn build(cluster: &Cluster, is_trusted: bool) -> Result<SchemaName, Error> {
    let template = Template::new();
    cluster
        .owner_tx(async |tx| {
            // Nobody was promised this schema: the claim's own commit brings it to disk.
            tx.commit_without_waiting().await?;
            let version = birth_version(tx).await?;
            let schema = SchemaName::ready();
            tx.create_schema(&schema).await?;
            let mut session = tx.enter_schema(&schema, &template).await?;
            session.migrate(&runner(version)).await?;
            let known = fingerprint::recorded(tx, version).await?.filter(|_| is_trusted);
            let fingerprint = match known {
                Some(known) => known,
                None => compare(&session, version).await?,
            };
            tx.run(&OFFER, args![schema.as_str(), version, &fingerprint]).await?;
            Ok(schema)
        })
        .await
}

/// The fingerprint of a schema, which is that of its version.
async fn compare(session: &SchemaSession<'_>, version: i32) -> Result<String, Error> {
    let taken = fingerprint::take(session).await?;
    match fingerprint::record(session.tx(), version, &taken).await? == taken {
        true => Ok(taken),
        false => Err(Error::Fingerprint { version }),
    }
}

/// The version that new stores are born at.
pub(super) async fn birth_version(tx: &Tx<'_>) -> Result<i32, Error> {
    let row = tx.find(&BIRTH_VERSION, &[]).await?.ok_or(Error::NotPrepared)?;
    Ok(row.get("birth_version")?)
}
