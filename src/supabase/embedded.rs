//! Stand-ins for Supabase's services, for `souk dev` and tests: small, faithful on the wire, and on
//! the tables of the real ones, which can take the database over.

pub mod auth;
