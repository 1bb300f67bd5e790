//! Souk: one Supabase project, or one plain Postgres, as a platform for thousands of online stores.
//!
//! The map, by layers; `ARCHITECTURE.md` says why, and `tests/it/layers.rs` holds it:
//!
//! | layer | modules | what |
//! | --- | --- | --- |
//! | 0 | [`base`] | values without I/O |
//! | 1 | [`db`], [`outside`], [`supabase`], [`render`] | Postgres; HTTP to others; Supabase Auth, keys and tokens, and the stand-ins; pages and pictures |
//! | 2 | [`template`], [`stores`], [`fleet`], [`commerce`], [`notify`] | the domain |
//! | 2 | [`rest`] | the REST plane, which knows of shops only that a store may have changed |
//! | 3 | [`http`], [`cli`], [`demo`] | the doors, and the store to look at |
//! | 4 | [`app`], [`config`], [`telemetry`] | the wiring |

pub mod app;
pub mod base;
pub mod cli;
pub mod commerce;
pub mod config;
pub mod db;
pub mod demo;
pub mod fleet;
pub mod http;
pub mod notify;
pub mod outside;
pub mod render;
pub mod rest;
pub mod stores;
pub mod supabase;
pub mod telemetry;
pub mod template;
