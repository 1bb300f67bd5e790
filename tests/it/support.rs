//! What stories stand on.

mod scratch;

pub(crate) use scratch::{Store, store_on_template};
