//! All schemas together. The only module that goes from store to store.

pub mod drift;
pub mod health;
pub mod purge;
