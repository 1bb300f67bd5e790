//! What a path names.

use super::error::Error;
use super::request::Request;
use crate::base::percent;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The schema itself.
    Root,
    /// A table or view.
    Relation(String),
    /// A function.
    Function(String),
}

impl Target {
    /// Reads the path of a request.
    pub(super) fn of(request: &Request) -> Result<Self, Error> {
        let path = request.path.strip_prefix('/').unwrap_or(&request.path);
        let decoded = |part: &str| String::from_utf8_lossy(&percent::decode(part)).into_owned();
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            [""] => Ok(Self::Root),
            ["rpc", name] => Ok(Self::Function(decoded(name))),
            [name] => Ok(Self::Relation(decoded(name))),
            _ => Err(Error::new(404, "PGRST125", "Invalid path specified in request URL")),
        }
    }
}
