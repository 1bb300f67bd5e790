//! Browsers of any origin call the APIs, and read no page.

use crate::support::{Platform, World};

/// Every header that says something about other origins, as `name: value`.
fn said(answer: &reqwest::Response) -> Vec<String> {
    let mut said: Vec<String> = answer
        .headers()
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control-"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    said.sort();
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_allows_what_supabase_js_sends() {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    world.store("acme").await;
    let wanted = "apikey,authorization,x-client-info,content-type,prefer,range,accept-profile,\
                  content-profile,x-supabase-api-version,x-retry-count";
    for path in [
        "/s/acme/rest/v1/products",
        "/auth/v1/token",
        "/s/acme/auth/v1/user",
        "/v1/stores",
        "/s/acme/store/v1/config",
        "/s/acme/rest/v1/rpc/search_products",
    ] {
        for method in ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"] {
            let request =
                platform.request("OPTIONS", path).header("origin", "https://shop.example");
            let request = request.header("access-control-request-method", method);
            let answer =
                request.header("access-control-request-headers", wanted).send().await.unwrap();
            assert_eq!(answer.status(), 204, "{path}");
            let said = said(&answer);
            assert_eq!(said.len(), 4, "{said:?}");
            assert_eq!(said[0], format!("access-control-allow-headers: {wanted}"));
            assert!(said[1].contains(method), "{said:?}");
            assert_eq!(said[2], "access-control-allow-origin: *");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_an_api_may_be_read_and_no_page() {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    world.store("acme").await;
    let publish = "update shared.stores set published_at = now()";
    world.database.owner().await.execute(publish, &[]).await.unwrap();
    for path in [
        "/auth/v1/settings",
        "/auth/v1/user",
        "/s/acme/auth/v1/settings",
        "/v1/stores",
        "/s/acme/rest/v1/products",
        "/s/acme/store/v1/config",
        "/s/acme/store/v1/picture/hat.svg",
        "/s/nobody/store/v1/config",
        "/openapi.json",
    ] {
        // A cache keeps an answer for whoever comes next, from whatever origin.
        for origin in [Some("https://shop.example"), None] {
            let request = platform.request("GET", path).header("apikey", platform.publishable());
            let request = origin.into_iter().fold(request, |r, origin| r.header("origin", origin));
            let said = said(&request.send().await.unwrap());
            assert_eq!(said.len(), 2, "{path} from {origin:?}: {said:?}");
            assert_eq!(said[0], "access-control-allow-origin: *", "{path} from {origin:?}");
            assert!(said[1].contains("Content-Range"), "{path}: {said:?}");
        }
    }
    let config = platform.request("GET", "/s/acme/store/v1/config").send().await.unwrap();
    let tag = config.headers()["etag"].clone();
    let again = platform.request("GET", "/s/acme/store/v1/config").header("if-none-match", tag);
    let again = again.send().await.unwrap();
    assert_eq!((again.status().as_u16(), said(&again).len()), (304, 2));
    for path in ["/", "/mailbox", "/mailbox.json", "/metrics", "/s/acme/"] {
        let request = platform.request("GET", path).header("origin", "https://evil.example");
        assert!(said(&request.send().await.unwrap()).is_empty(), "{path}");
        let request = platform.request("OPTIONS", path).header("origin", "https://evil.example");
        let asked = request.header("access-control-request-method", "GET").send().await.unwrap();
        assert!(said(&asked).is_empty(), "{path}");
    }
}
