//! A private Postgres for the run, a database for each test, and the way to talk about stores.

use std::io::Write;

pub(crate) mod asking;
pub(crate) mod auth;
pub(crate) mod classes;
pub(crate) mod client;
pub(crate) mod cut;
pub(crate) mod database;
pub(crate) mod desk;
pub(crate) mod pair;
pub(crate) mod platform;
pub(crate) mod program;
pub(crate) mod rest;
pub(crate) mod rule;
pub(crate) mod source;
pub(crate) mod stall;
pub(crate) mod whole;
pub(crate) mod world;

pub(crate) use auth::{AuthDatabase, auth_database};
pub(crate) use pair::Pair;
pub(crate) use platform::Platform;
pub(crate) use rest::rest_database;
pub(crate) use stall::Stall;
pub(crate) use world::World;

/// Says that a test was not run; fails where `SOUK_REQUIRE` names it.
pub(crate) fn skip(name: &str, advice: &str) {
    assert!(!is_required(name), "{name} is required: {advice}");
    tell(&format!("SKIPPED {name}: {advice}"));
}

/// Whether `SOUK_REQUIRE` names a test.
pub(crate) fn is_required(name: &str) -> bool {
    let required = std::env::var("SOUK_REQUIRE").unwrap_or_default();
    required.split(',').any(|one| one == name)
}

/// Says something that whoever runs the tests should read: what `print` says is shown of failed
/// tests alone.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
