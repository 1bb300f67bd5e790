//! Connections: which one a store is given, when one retires, what a request that went away leaves
//! behind, and what goes over the wire.

mod dropped;
mod lost;
mod migration;
mod overload;
mod retirement;
mod wire;
