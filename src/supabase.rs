//! Layer 1: Supabase. Who a caller is by key or token, and the services Souk fronts: the real ones
//! over HTTP, or the stand-ins of `souk dev`.
//!
//! Nothing here knows the web framework: a service takes a plain request and returns a plain
//! answer, and the gateway converts.

pub mod auth;
pub mod embedded;
mod hop;
pub mod keys;
pub mod remote;
pub mod remote_rest;
pub mod token;
pub mod verifier;
