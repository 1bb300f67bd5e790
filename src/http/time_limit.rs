//! How long a request may take until its answer begins.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::v1::{products, stores};

/// How long a request may take.
const USUAL: Duration = Duration::from_secs(60);

/// How long a request to a route may take.
fn of(method: &Method, route: Option<&str>) -> Duration {
    match route {
        // It waits for its turn, and reads a large file, before it begins.
        Some(products::IMPORT) => products::IMPORT_TIME,
        // It may put every product into another language.
        Some(stores::STORE) if *method == Method::PATCH => stores::CHANGE_TIME,
        _ => USUAL,
    }
}

/// Ends a request that takes too long. What it was about to do is rolled back, unless it was just
/// being committed.
pub(super) async fn time_limit(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let limit = of(request.method(), route);
    within(limit, next.run(request)).await
}

async fn within(limit: Duration, answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
        let message = "the request took too long; a change may have happened";
        Problem::new(StatusCode::GATEWAY_TIMEOUT, "timeout", message).into_response()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_that_does_not_come_has_a_code() {
        let late = within(Duration::from_millis(10), std::future::pending()).await;
        assert_eq!(late.status(), StatusCode::GATEWAY_TIMEOUT);
        let body = axum::body::to_bytes(late.into_body(), 1 << 10).await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(told["code"], "timeout");
        let done = within(Duration::from_secs(60), async { StatusCode::OK.into_response() }).await;
        assert_eq!(done.status(), StatusCode::OK);
    }

    #[test]
    fn what_takes_long_has_longer() {
        for (method, route, document) in [
            (Method::POST, products::IMPORT, products::router().split_for_parts().1),
            (Method::PATCH, stores::STORE, stores::router().split_for_parts().1),
        ] {
            assert!(document.paths.paths.contains_key(route), "the route is so called");
            assert!(of(&method, Some(route)) > USUAL);
        }
        assert_eq!(of(&Method::GET, Some(stores::STORE)), USUAL);
        assert_eq!(of(&Method::GET, Some("/v1/stores")), USUAL);
        assert_eq!(of(&Method::GET, None), USUAL);
    }
}
