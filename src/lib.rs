//! Souk: one Supabase project, or one plain Postgres, as a platform for thousands of online stores.
#![recursion_limit = "256"]

pub mod base;
pub mod commerce;
pub mod db;
