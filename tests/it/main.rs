//! Stories about stores, on a real Postgres, and checks over the whole surface. One binary.
#![allow(missing_docs, reason = "tests say what they do by their names")]
#![allow(clippy::disallowed_methods, reason = "tests look at the database from outside")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod birth;
mod enter;
mod isolation;
mod layers;
mod products;
mod provision;
mod schema;
mod splinter;
mod sql;
mod support;
