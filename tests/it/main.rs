//! Stories on a real Postgres, in one binary.
#![expect(clippy::unwrap_used, reason = "a story that fails here says where")]

mod import;
mod support;
