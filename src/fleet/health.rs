//! What a platform rests on: versions, rights, and the ready pool.

use crate::db::{self, Cluster};
use crate::queries;
use crate::template::Error;

queries! {
    /// Whether there is anything to examine.
    IS_MIGRATED = "health.is_migrated": "select to_regclass('shared.fleet') is not null as is_migrated";
    /// Versions and counts.
    EXAMINE = "health.examine":
        "select current_setting('server_version_num')::integer / 10000 as server_version,
                (select max(version) from shared.refinery_schema_history) as shared_version,
                (select birth_version from shared.fleet) as birth_version,
                (select count(*) from shared.stores where status <> 'deleted') as stores,
                (select count(*) from shared.ready_schemas r
                   join shared.fleet f on f.birth_version = r.template_version) as ready";
    /// Sorts more than it may keep in memory.
    SORT_SMALL = "health.sort_small": "select set_config('work_mem', '64kB', true)";
    /// Writes some 16 MB, as much as the server's log of changes asks for at once, into files that
    /// are removed with the statement.
    SORT = "health.sort":
        "select count(*) as rows from (
             select n from generate_series(1, 130000) as n order by repeat(md5(n::text), 3)) sorted";
    /// Rights of the runtime logins that are not as they should be, one sentence each.
    RIGHTS = "health.rights":
        "with rest (login) as (
             select r.rolname from pg_catalog.pg_roles r
              where r.rolname ~ '^souk_rest(_[1-9][0-9]{0,3})?$'
         ), logins (login) as (
             select login from rest union all values ('souk_engine'), ('souk_core')
         ), expected (login, role, should) as (
             select rest.login, e.role, e.should
               from rest cross join (values ('anon', true), ('authenticated', true),
                                            ('service_role', false), ('souk_core', false))
                                 as e (role, should)
              union all
             values ('souk_engine', 'service_role', true), ('souk_engine', 'souk_core', true),
                    ('souk_engine', 'anon', false)
         )
         select login || case when should then ' is not a member of ' else ' is a member of ' end
                || role as wrong
           from expected
          where pg_has_role(login, role, 'member') <> should
         union all
         select r.rolname || ' inherits rights' from pg_catalog.pg_roles r
          where r.rolname in ('souk_rest', 'souk_engine') and r.rolinherit
         union all
         select login || ' has the rights of ' || role || ' before it has entered a store'
           from expected
          where should and pg_has_role(login, role, 'usage')
         union all
         select login || ' has not what souk_rest has' from rest
          where not pg_has_role(login, 'souk_rest', 'usage')
         union all
         select r.rolname || ' is a superuser or bypasses row security'
           from pg_catalog.pg_roles r join logins l on l.login = r.rolname
          where r.rolsuper or r.rolbypassrls
         union all
         select login || ' can read shared.stores by itself'
           from (select login from logins where login <> 'souk_core'
                 union all values ('anon'), ('authenticated')) as l (login)
          where has_table_privilege(login, 'shared.stores', 'select')";
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Health {
    /// Major version of the server.
    pub server_version: i32,
    /// Version of the shared schema.
    pub shared_version: i32,
    /// Version that new stores are born at.
    pub birth_version: i32,
    /// Stores that are not deleted.
    pub stores: i64,
    /// Ready schemas at the birth version.
    pub ready: i64,
    /// What is wrong with the runtime logins' rights.
    pub rights_missing: Vec<String>,
}

/// Whether the server has room to write.
///
/// # Errors
/// What Postgres answers, but for that.
pub async fn has_room(cluster: &Cluster) -> Result<bool, db::Error> {
    let sorted = cluster.owner_tx(async |tx| {
        tx.rows(&SORT_SMALL, &[]).await?;
        tx.row(&SORT, &[]).await
    });
    match sorted.await {
        Ok(_) => Ok(true),
        Err(db::Error::DiskFull(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Examines a cluster; `None` when `souk migrate` has not run on it.
///
/// # Errors
/// What Postgres answers.
pub async fn examine(cluster: &Cluster) -> Result<Option<Health>, Error> {
    cluster
        .owner_tx(async |tx| {
            if !tx.row(&IS_MIGRATED, &[]).await?.get::<bool>("is_migrated")? {
                return Ok(None);
            }
            let row = tx.row(&EXAMINE, &[]).await?;
            let wrong = tx.rows(&RIGHTS, &[]).await?;
            Ok(Some(Health {
                server_version: row.get("server_version")?,
                shared_version: row.get("shared_version")?,
                birth_version: row.get("birth_version")?,
                stores: row.get("stores")?,
                ready: row.get("ready")?,
                rights_missing: wrong
                    .iter()
                    .map(|row| row.get("wrong"))
                    .collect::<Result<_, crate::db::Error>>()?,
            }))
        })
        .await
}
