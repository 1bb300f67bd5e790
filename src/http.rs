//! Layer 3: HTTP. The only code that names `axum`.

pub mod rest_server;
