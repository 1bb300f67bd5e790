//! A request that is sent again with its key makes nothing, and so is not counted.

use serde_json::{Value, json};

use super::Scene;
use crate::support::client::Answer;

async fn make(scene: &Scene, key: &str, body: &Value) -> Answer {
    let headers = [
        ("authorization", format!("Bearer {}", scene.owner.token)),
        ("idempotency-key", key.to_owned()),
    ];
    scene.platform.send("POST", "/v1/stores", &headers, body.to_string()).await
}

#[tokio::test]
async fn a_request_that_is_sent_again_uses_up_no_allowance() {
    let scene = Scene::new().await;
    let body = json!({ "name": "Bold", "slug": "bold" });
    let first = make(&scene, "once", &body).await.is("201");
    for _ in 0..25 {
        let again = make(&scene, "once", &body).await.is("201");
        assert_eq!(again["id"], first["id"]);
    }
    let other = json!({ "name": "Other", "slug": "bold" });
    make(&scene, "once", &other).await.is("409 idempotency_mismatch");
    make(&scene, "twice", &json!({ "name": "Cosy", "slug": "cosy" })).await.is("201");
    // Two stores were made above and one by the scene: all the others are counted.
    for _ in 0..17 {
        make(&scene, "thrice", &other).await.is("403 plan_limit");
    }
    make(&scene, "thrice", &other).await.is("429 too_many_requests");
}
