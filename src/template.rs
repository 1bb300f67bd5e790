//! The template that every store's schema is made of: its versions, its fingerprint, and the
//! schemas that are made of it before anybody asks for them.

pub mod build;
pub mod filler;
pub mod fingerprint;
pub mod render;
pub mod shared;
pub mod sweep;
pub mod witness;

use refinery_core::{Migration, Runner, Target};

pub use build::build_ready;
pub use filler::Filler;

mod embedded {
    refinery::embed_migrations!("tenant_template_sql");
}

/// The files of the template, in order.
pub fn migrations() -> Vec<Migration> {
    in_order(&embedded::migrations::runner())
}

/// The files that refinery has been given, in the order they run.
fn in_order(runner: &Runner) -> Vec<Migration> {
    let mut migrations = runner.get_migrations().clone();
    migrations.sort_by_key(Migration::version);
    migrations
}

/// The newest version this program carries.
pub fn latest_version() -> i32 {
    migrations().last().map_or(0, Migration::version)
}

/// Refinery, set to bring a schema to `version` in one batch. Files that were changed after they
/// had been applied, or are missing, stop it.
fn runner(version: i32) -> Runner {
    Runner::new(&migrations())
        .set_target(Target::Version(version))
        .set_grouped(true)
        .set_abort_divergent(true)
        .set_abort_missing(true)
}

/// Why a schema could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The schema could not be brought to its version.
    #[error(transparent)]
    Migrate(#[from] crate::db::schema_session::MigrateError),
    /// Postgres refused.
    #[error(transparent)]
    Db(#[from] crate::db::Error),
    /// What was built is not what this version looked like before.
    #[error(
        "a schema built at template version {version} does not match the fingerprint on record; \
         the template was changed without a new version"
    )]
    Fingerprint {
        /// The version.
        version: i32,
    },
    /// `souk migrate` has not run on this database.
    #[error("the database is not prepared; run `souk migrate`")]
    NotPrepared,
}
