//! What a schema looks like, as one hash: columns, types, defaults, constraints, indexes, policies,
//! grants, functions, triggers, rules, and what is said of tables and columns (not of functions).
//! Taken inside the schema, its name replaced by a mark, so that all stores of a version share it.
//! Printed definitions differ between major versions of Postgres, so a fingerprint is one of a
//! version of the template on a major version.

use crate::args;
use crate::base::schema::SchemaName;
use crate::db::{Error, SchemaSession, Sql, Tx};
use crate::queries;

queries! {
    /// The hash of all definitions of one schema; walks `pg_depend` from the schema, so that its
    /// cost does not grow with the fleet.
    TAKE = "fingerprint.take": include_str!("fingerprint.sql");
    /// Remembers a version's fingerprint if nobody has.
    RECORD = "fingerprint.record":
        "insert into shared.template_versions (version, server_major, fingerprint)
         values ($1, current_setting('server_version_num')::integer / 10000, $2)
         on conflict do nothing";
    /// Which one is on record. A statement of its own: it must see what another builder, for whom
    /// the insert waited, has just committed.
    RECORDED = "fingerprint.recorded":
        "select fingerprint from shared.template_versions
          where version = $1
            and server_major = current_setting('server_version_num')::integer / 10000";
}

/// The statement that takes the fingerprint of the schema that is `$1`, for who stands in it.
pub const fn statement() -> &'static Sql {
    &TAKE
}

/// Takes the fingerprint of the schema a session is in.
///
/// # Errors
/// What Postgres answers.
pub async fn take(session: &SchemaSession<'_>) -> Result<String, Error> {
    of(session.tx(), session.schema()).await
}

async fn of(tx: &Tx<'_>, schema: &SchemaName) -> Result<String, Error> {
    tx.row(&TAKE, args![schema.as_str()]).await?.get("fingerprint")
}

/// Records what a version looks like, and answers what it looked like the first time.
pub(super) async fn record(tx: &Tx<'_>, version: i32, fingerprint: &str) -> Result<String, Error> {
    tx.run(&RECORD, args![version, fingerprint]).await?;
    Ok(recorded(tx, version).await?.unwrap_or_default())
}

/// What a version looks like on this server, if anybody has recorded it.
pub(super) async fn recorded(tx: &Tx<'_>, version: i32) -> Result<Option<String>, Error> {
    tx.find(&RECORDED, args![version]).await?.map(|row| row.get("fingerprint")).transpose()
}
