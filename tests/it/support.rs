//! A private Postgres for the run, a database for each test, and the way to talk about stores.

pub(crate) mod classes;
pub(crate) mod cut;
pub(crate) mod database;
pub(crate) mod pair;
pub(crate) mod rule;
pub(crate) mod source;
pub(crate) mod whole;
pub(crate) mod world;

pub(crate) use pair::Pair;
pub(crate) use world::World;
