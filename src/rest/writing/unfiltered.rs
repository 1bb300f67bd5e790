//! Updates and deletes without a filter.

use super::Verb;
use crate::rest::error::Error;
use crate::rest::query::Query;
use crate::rest::request::Request;
use crate::rest::response::Response;

/// The refusal, in Postgres' own words.
pub(super) fn refusal(verb: Verb) -> Error {
    let word = if verb == Verb::Patch { "UPDATE" } else { "DELETE" };
    Error::new(400, "21000", format!("{word} requires a WHERE clause"))
}

/// The refusal of an update or delete that has no filter of its own, or whose filters can't be
/// read: for whoever hands requests on to a server that would take it.
pub fn refuse_unfiltered(request: &Request) -> Option<Response> {
    let verb = Verb::of(&request.method);
    let is_call = request.path.starts_with("/rpc/");
    if is_call || !matches!(request.method.as_str(), "PATCH" | "DELETE") {
        return None;
    }
    match Query::parse(&request.query, false) {
        Err(error) => Some(error.into_response()),
        Ok(query) => {
            let own = |path: &[String]| path.is_empty();
            let has_filter = query.filters.iter().any(|(path, _)| own(path))
                || query.logic.iter().any(|(path, _)| own(path));
            (!has_filter).then(|| refusal(verb).into_response())
        }
    }
}
