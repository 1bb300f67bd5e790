//! Stories about stores, on a real Postgres, and checks over the whole surface. One binary.
#![allow(missing_docs, reason = "tests say what they do by their names")]
#![allow(clippy::disallowed_methods, reason = "tests look at the database from outside")]
#![allow(dead_code, reason = "statements of tests are collected as the program's are")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod access;
mod auth_refusals;
mod auth_replay;
mod auth_schema;
mod auth_stories;
mod birth;
mod callers;
mod control;
mod cors;
mod dev;
mod enter;
mod errors;
mod hosted;
mod import;
mod isolation;
mod layers;
mod limits;
mod mailbox;
mod pool;
mod products;
mod provision;
mod rest_fuzz;
mod rest_limits;
mod rest_plan;
mod rest_plane;
mod rest_program;
mod rest_properties;
mod rest_reading;
mod rest_replay;
mod rest_rights;
mod rest_upstream;
mod rest_writing;
mod schema;
mod sessions;
mod splinter;
mod sql;
mod storefront;
mod story;
mod support;
