//! Writing where it is hard: while the schema changes, half-bad, extreme, and a great deal at once.

mod at_store;
mod extremes;
mod many;
