//! All schemas together. The only module that goes from store to store.

pub mod accept;
pub mod drift;
pub mod forget;
pub mod health;
pub mod housekeeping;
pub mod purge;
