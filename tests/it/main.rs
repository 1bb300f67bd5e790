//! Stories about stores, on a real Postgres, and checks over the whole surface. One binary.
#![allow(missing_docs, reason = "tests say what they do by their names")]
#![allow(clippy::disallowed_methods, reason = "tests look at the database from outside")]
#![allow(dead_code, reason = "statements of tests are collected as the program's are")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod dev;
mod enter;
mod import;
mod isolation;
mod layers;
mod provision;
mod schema;
mod sessions;
mod splinter;
mod sql;
mod story;
mod support;
