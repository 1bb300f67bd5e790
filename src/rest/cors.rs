//! Requests from browsers on other origins: every origin may ask, as with PostgREST, unless the
//! settings name those that may. They may come with credentials then.

use super::request::Request;
use super::response::Response;

const METHODS: &str = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD";
const EXPOSED: &str = "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, \
                       Location, Server, Transfer-Encoding, Range-Unit";

/// The answer to a browser that asks whether it may ask; none where it does not, or its origin may
/// not.
pub fn preflight(request: &Request, origins: &[String]) -> Option<Response> {
    let asks =
        request.method == "OPTIONS" && request.header("access-control-request-method").is_some();
    if !asks {
        return None;
    }
    let mut response = Response::new(200);
    allow(&mut response, allowed(request, origins)?);
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
pub(super) fn expose(request: &Request, response: &mut Response, origins: &[String]) {
    if let Some(origin) = allowed(request, origins) {
        allow(response, origin);
        response.push("Access-Control-Expose-Headers", EXPOSED);
    }
}

/// What is said of the request's origin; none where it names none, or one that may not ask.
fn allowed<'r>(request: &'r Request, origins: &[String]) -> Option<&'r str> {
    let origin = request.header("origin")?;
    if origins.is_empty() {
        return Some("*");
    }
    origins.iter().any(|other| other == origin).then_some(origin)
}

fn allow(response: &mut Response, origin: &str) {
    response.push("Access-Control-Allow-Origin", origin);
    if origin != "*" {
        response.push("Access-Control-Allow-Credentials", "true");
    }
}
