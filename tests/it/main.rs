//! The one test binary: whole stories on a real Postgres.

mod auth_replay;
mod auth_schema;
mod auth_stories;
mod support;
