//! The way to a remote Auth, seen from the other end: what it is sent, and what becomes of its
//! answers, its redirects, its silence and its absence.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Value, json};
use souk::outside::Limits;
use souk::supabase::auth::{AuthRequest, AuthResponse};
use souk::supabase::remote::RemoteAuth;
use tokio::net::TcpListener;

pub(super) const LIMITS: Limits = Limits {
    connect: Duration::from_millis(500),
    total: Duration::from_millis(500),
    answer_bytes_max: 64 * 1024,
    calls_max: 2,
};

/// An upstream that does what its paths say, and the front before it.
async fn front() -> RemoteAuth {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/auth/v1/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(upstream)).await });
    RemoteAuth::with_limits(&url, LIMITS).unwrap()
}

async fn upstream(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let answer = Response::builder();
    match parts.uri.path() {
        "/auth/v1/verify" => {
            let answer = answer.status(303).header("location", "https://shop.example/#a=b&sb=");
            answer.header("connection", "close").body(Body::empty()).unwrap()
        }
        "/auth/v1/hang" => std::future::pending().await,
        "/auth/v1/large" => answer.body(Body::from(vec![b'x'; 100_000])).unwrap(),
        "/auth/v1/failing" => answer.status(500).body(Body::from("upstream's own")).unwrap(),
        _ => {
            let headers = parts.headers.iter();
            let headers: Vec<_> =
                headers.map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
            let told = json!({
                "method": parts.method.as_str(),
                "uri": parts.uri.to_string(),
                "headers": headers,
                "body": String::from_utf8_lossy(&body),
            });
            let answer = answer.header("strict-transport-security", "max-age=1");
            answer.header("x-total-count", "3").body(Body::from(told.to_string())).unwrap()
        }
    }
}

fn request(method: &str, path: &str) -> AuthRequest {
    AuthRequest { method: method.to_owned(), path: path.to_owned(), ..AuthRequest::default() }
}

fn body(answer: &AuthResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn a_request_and_its_answer_pass_unchanged() {
    let front = front().await;
    let mut asked = request("PUT", "/admin/users/a b");
    asked.query = "redirect_to=https%3A%2F%2Fx&x=%C3%A4".to_owned();
    asked.headers.push("Host", "souk.example");
    asked.headers.push("Authorization", "Bearer t");
    asked.headers.push("X-Supabase-Api-Version", "2024-01-01");
    asked.headers.push("X-Forwarded-For", "203.0.113.66");
    asked.headers.push("Content-Length", "999");
    asked.body = br#"{"email":"a@b.c"}"#.to_vec();
    asked.client_ip = Some([192, 0, 2, 1].into());

    let answer = front.answer(&asked).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers.get("x-total-count"), Some("3"));
    assert_eq!(answer.headers.get("strict-transport-security"), None);
    let told = body(&answer);
    assert_eq!(told["method"], "PUT");
    assert_eq!(told["uri"], "/auth/v1/admin/users/a%20b?redirect_to=https%3A%2F%2Fx&x=%C3%A4");
    assert_eq!(told["body"], r#"{"email":"a@b.c"}"#);
    let headers: Vec<&str> =
        told["headers"].as_array().unwrap().iter().map(|h| h.as_str().unwrap()).collect();
    assert!(headers.contains(&"x-forwarded-for: 192.0.2.1"), "{headers:?}");
    assert!(headers.contains(&"x-supabase-api-version: 2024-01-01"), "{headers:?}");
    assert!(headers.contains(&"content-length: 17"), "{headers:?}");
    assert!(!headers.iter().any(|header| header.contains("souk.example")), "{headers:?}");
    assert!(!headers.iter().any(|header| header.contains("203.0.113")), "{headers:?}");
}

#[tokio::test]
async fn a_redirect_is_the_clients_to_follow() {
    let answer = front().await.answer(&request("GET", "/verify")).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers.get("location"), Some("https://shop.example/#a=b&sb="));
    assert_eq!(answer.headers.get("connection"), None);
}

#[tokio::test]
async fn what_auth_refuses_or_fails_at_is_its_own_answer() {
    let answer = front().await.answer(&request("POST", "/failing")).await;
    assert_eq!((answer.status, answer.body.as_slice()), (500, b"upstream's own".as_slice()));
}

#[tokio::test]
async fn what_does_not_answer_is_told_in_auths_shapes() {
    let front = front().await;
    let late = front.answer(&request("POST", "/hang")).await;
    assert_eq!((late.status, &body(&late)["error_code"]), (504, &json!("request_timeout")));
    let large = front.answer(&request("GET", "/large")).await;
    assert_eq!((large.status, &body(&large)["error_code"]), (502, &json!("unexpected_failure")));
    let mut heavy = request("POST", "/signup");
    heavy.body = vec![b' '; 1024 * 1024 + 1];
    let heavy = front.answer(&heavy).await;
    assert_eq!(
        (heavy.status, &body(&heavy)["error_code"]),
        (413, &json!("request_entity_too_large"))
    );
    let astray = front.answer(&request("GET", "/../rest/v1/secrets")).await;
    assert_eq!(astray.status, 404);

    let nobody =
        RemoteAuth::with_limits(&format!("http://127.0.0.1:{}", super::free_port()), LIMITS);
    let nobody = nobody.unwrap();
    let down = nobody.answer(&request("POST", "/token")).await;
    assert_eq!((down.status, down.headers.get("retry-after")), (503, Some("1")));
    assert_eq!(body(&down)["code"], 503);
    let mut newer = request("POST", "/token");
    newer.headers.push("x-supabase-api-version", "2024-01-01");
    let down = nobody.answer(&newer).await;
    assert_eq!(body(&down)["code"], "unexpected_failure");
    assert_eq!(down.headers.get("x-supabase-api-version"), Some("2024-01-01"));
}

#[tokio::test]
async fn more_than_can_be_held_is_turned_away_at_once() {
    let front = front().await;
    let hanging = [front.clone(), front.clone()].map(|front| {
        tokio::spawn(async move { front.answer(&request("POST", "/hang")).await.status })
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(front.answer(&request("GET", "/user")).await.status, 503);
    for hanging in hanging {
        assert_eq!(hanging.await.unwrap(), 504);
    }
    assert_eq!(front.answer(&request("GET", "/user")).await.status, 200);
}
