//! The REST plane: PostgREST's language over one schema, at one round trip a request.
//!
//! [`answer()`] takes a [`Request`] through a pipeline of small steps: the URL is read into a
//! [`query`], its names are found in a [`shape`], a plan becomes one statement, and the statement's
//! one row becomes the [`Response`]. It knows nothing of HTTP servers; of shops only that a store
//! may have changed since its row was read. A plain database is served like a store of the fleet.

mod answer;
mod asked;
mod body;
mod calling;
mod cors;
mod entrance;
mod error;
mod media;
mod openapi;
mod plan;
pub(crate) mod plane;
mod preferences;
pub mod query;
mod range;
mod reading;
pub mod rehearsal;
mod request;
mod respond;
mod response;
pub mod shape;
mod sql;
pub mod standalone;
mod target;
mod timing;
mod uri;
mod writing;

pub use answer::answer;
pub use asked::Stale;
pub use cors::preflight;
pub use entrance::{Caller, Entrance, PlainEntrance, StoreEntrance};
pub use error::Error;
pub use plane::{OpenApi, Plane, Proxy, Settings};
pub use request::Request;
pub use response::Response;
pub use shape::{Finding, ShapeSource, Witness};
pub use writing::refuse_unfiltered;
