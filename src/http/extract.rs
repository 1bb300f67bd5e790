//! What a handler asks of a request before it runs. None of these holds a connection.

pub mod address;
pub mod json;
pub mod path;
pub mod person;
pub mod query;

pub use address::CallerAddress;
pub use json::Body;
pub use path::{Path, StoreAddress};
pub use person::Person;
pub use query::Query;
