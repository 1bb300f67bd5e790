//! Requests from browsers on other origins: every origin may ask, as with PostgREST.

use super::request::Request;
use super::response::Response;

const METHODS: &str = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD";
const EXPOSED: &str = "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, \
                       Location, Server, Transfer-Encoding, Range-Unit";

/// The answer to a browser that asks whether it may ask; none where it does not.
pub fn preflight(request: &Request) -> Option<Response> {
    let asks = request.method == "OPTIONS"
        && request.header("origin").is_some()
        && request.header("access-control-request-method").is_some();
    if !asks {
        return None;
    }
    let mut response = Response::new(200);
    response.push("Access-Control-Allow-Origin", "*");
    response.push("Access-Control-Allow-Methods", METHODS);
    if let Some(wanted) = request.header("access-control-request-headers") {
        let mut headers = vec!["Authorization"];
        headers.extend(wanted.split(',').map(str::trim).filter(|name| !name.is_empty()));
        headers.extend(["Accept", "Accept-Language", "Content-Language"]);
        response.push("Access-Control-Allow-Headers", headers.join(", "));
    }
    response.push("Access-Control-Max-Age", "86400");
    Some(response)
}

/// What a browser may read of an answer.
pub(super) fn expose(request: &Request, response: &mut Response) {
    if request.header("origin").is_some() {
        response.push("Access-Control-Allow-Origin", "*");
        response.push("Access-Control-Expose-Headers", EXPOSED);
    }
}
