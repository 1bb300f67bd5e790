//! Brings the schema that all stores share to this program's version, and sets the fleet up.

use refinery_core::{Migration, Runner};

use crate::args;
use crate::base::schema::SchemaName;
use crate::db::Cluster;
use crate::db::schema_session::AsWritten;
use crate::queries;
use crate::template::{self, Error};

mod embedded {
    refinery::embed_migrations!("shared_schema_sql");
}

queries! {
    /// The version that new stores are born at; set to this program's newest.
    SET_BIRTH_VERSION = "shared.set_birth_version":
        "insert into shared.fleet (birth_version) values ($1)
         on conflict (is_fleet) do update
            set birth_version = excluded.birth_version, updated_at = now()
          where shared.fleet.birth_version < excluded.birth_version";
}

/// What a migration found and did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Migrated {
    /// Version of the shared schema now.
    pub shared_version: i32,
    /// Version that new stores are born at now.
    pub birth_version: i32,
}

/// The files of the shared schema, in order.
pub fn migrations() -> Vec<Migration> {
    template::in_order(&embedded::migrations::runner())
}

/// The newest version of the shared schema that this program carries.
pub fn latest_version() -> i32 {
    migrations().last().map_or(0, Migration::version)
}

/// Migrates `shared` and sets the birth version, in one transaction. Safe in several processes at
/// once: the schema's lock lets one of them in, and the others find nothing to do.
///
/// # Errors
/// What refinery or Postgres refuses; nothing has changed then.
pub async fn migrate(cluster: &Cluster) -> Result<Migrated, Error> {
    let runner = Runner::new(&migrations()).set_grouped(true);
    cluster
        .owner_tx(async |tx| {
            let mut session = tx.enter_schema(&SchemaName::shared(), &AsWritten).await?;
            let shared_version = session.migrate(&runner).await?;
            let birth_version = template::latest_version();
            tx.run(&SET_BIRTH_VERSION, args![birth_version]).await?;
            Ok(Migrated { shared_version, birth_version })
        })
        .await
}
