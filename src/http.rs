//! Layer 3: HTTP. The only code that names axum. Handlers are thin: extractors say who asks and
//! what for, a verb does it, [`problem`] says how a refusal reads.

mod accepting;
pub mod door;
pub mod extract;
pub mod gateway;
pub mod health;
pub mod log;
pub mod openapi;
pub mod pages;
mod plane_http;
pub mod problem;
pub mod receiving;
pub mod rest_server;
pub mod router;
pub mod sending;
pub mod server;
mod time_limit;
pub mod v1;

pub use router::router;
