//! Connections: which one a store is given, when one retires, and what a request that went away
//! leaves behind.

mod dropped;
mod retirement;
