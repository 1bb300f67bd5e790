//! Bodies on the wire: broken, too large, and more of them at once than there is room for.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Scene;

const MB: usize = 1 << 20;

/// Sends a request's head, and what there is of its body.
async fn begin(scene: &Scene, path: &str, length: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", scene.platform.port())).await.unwrap();
    let key = scene.platform.publishable();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\napikey: {key}\r\n\
         content-type: application/json\r\n{length}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Status and code of the answer.
async fn told(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // What was not read of the request may have the line cut behind the answer.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    // The older shape of Auth's refusals has the status in `code`.
    let code = body["code"].as_str().or(body["error_code"].as_str());
    format!("{status} {}", code.unwrap_or_default())
}

#[tokio::test]
async fn a_body_that_is_broken_or_too_large_never_comes_to_auth() {
    let scene = Scene::new().await;
    for path in ["/auth/v1/signup", "/s/acme/auth/v1/signup"] {
        let broken =
            begin(&scene, path, "transfer-encoding: chunked", "5\r\n{\"a\":\r\nno\r\n").await;
        assert_eq!(told(broken).await, "400 bad_body", "{path}");
        let length = format!("content-length: {}", MB + 1);
        let large = begin(&scene, path, &length, "").await;
        assert_eq!(told(large).await, "413 too_large", "{path}");
    }
}

#[tokio::test]
async fn bodies_are_held_within_a_budget() {
    let scene = Scene::new().await;
    scene.publish().await;
    let path = "/s/acme/rest/v1/products";
    let large = format!("content-length: {}", 10 * MB);
    // As many as there are connections, and none of them arrives.
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(begin(&scene, path, &large, "").await);
    }
    while scene.platform.app.receiving.has_room() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let length = format!("content-length: {MB}");
    let one_more = begin(&scene, path, &length, "").await;
    let small = begin(&scene, path, "content-length: 2", "{}").await;
    assert_eq!(told(small).await, "401 42501", "small ones need no room");
    assert_eq!(told(one_more).await, "503 overloaded");
    drop(held);
    while !scene.platform.app.receiving.has_room() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
