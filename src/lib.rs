//! Souk: one Supabase project, or one plain Postgres, as a platform for thousands of online stores.
#![recursion_limit = "256"]

pub mod base;
pub mod db;
pub mod stores;
pub mod template;

/// Every statement this program may send to Postgres.
pub fn statements() -> Vec<&'static db::Sql> {
    let modules = [
        db::listen::ALL,
        db::schema_session::ALL,
        db::tx::ALL,
        stores::access::ALL,
        stores::audit::ALL,
        stores::idempotency::ALL,
        stores::lifecycle::ALL,
        stores::people::ALL,
        stores::provision::ALL,
        template::build::ALL,
        template::filler::ALL,
        template::fingerprint::ALL,
        template::shared::ALL,
        template::sweep::ALL,
    ];
    modules.into_iter().flatten().collect()
}
