//! Layer 1: Postgres. The only code that names `tokio_postgres`, and the only way to a connection.
//!
//! A [`Cluster`] is one Postgres with one pool for each of its logins. Data of a store is reached
//! through a [`StoreTx`], which has landed in the store's schema; data that stores share through a
//! [`SharedTx`]; schemas are made by a [`SchemaSession`]. Every statement is a named [`Sql`]
//! constant. No session state is ever set: settings are local to a transaction, so a connection
//! that goes back to its pool carries nothing of its last user.

pub mod args;
pub mod cluster;
pub mod connection;
pub mod error;
pub mod listen;
pub mod local;
pub mod place;
pub mod pool;
pub mod rest_call;
pub mod row;
pub mod schema_session;
pub mod setup;
pub mod sql;
pub mod tls;
pub mod tx;

pub use args::Arg;
pub use cluster::{Cluster, ClusterConfig, Logins};
pub use error::Error;
pub use pool::{Figures, Placement, PoolConfig, RANKS as SLOTS_OF_STORE, schemas_max};
pub use rest_call::{Answer, CallError, Door, Generated, Isolation, Mode, Refusal};
pub use row::Row;
pub use schema_session::SchemaSession;
pub use sql::Sql;
pub use tx::{AuthTx, OwnerTx, SharedTx, StoreRef, StoreTx, Tx};
