//! The one way between HTTP and the REST plane, which takes and gives plain values.

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};

use crate::rest;

/// A request for the plane; `path` is below the plane's root, as it was sent.
pub(super) fn request(head: &Parts, path: &str, body: Bytes) -> rest::Request {
    let headers = head.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    rest::Request {
        method: head.method.as_str().to_owned(),
        path: path.to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
    }
}

/// The plane's answer, its body apart. What it tells of may have been done, so it is sent even where
/// a function of the database made a header that HTTP can't carry: that one is left out. A status
/// that is none is a 500.
pub(super) fn response(body: Body, answer: rest::Response) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        let name = HeaderName::try_from(name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_http_can_t_carry_is_left_out() {
        let mut answer = rest::Response::new(1_000);
        answer.push("X-Good", "ä");
        answer.push("X-Good", "b");
        answer.push("X Bad", "a");
        answer.push("X-Cut", "a\r\nSet-Cookie: b");
        let response = response(Body::empty(), answer);
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let told: Vec<_> =
            response.headers().iter().map(|(n, v)| (n.as_str(), v.as_bytes())).collect();
        assert_eq!(told, [("x-good", "ä".as_bytes()), ("x-good", b"b")]);
    }
}
