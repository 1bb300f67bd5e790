//! What a store's address shows to anybody: its configuration, pictures, pages, and what is not there.

use serde_json::{Value, json};

#[path = "../../examples/storefront.rs"]
mod example;

use crate::support::{Platform, World};

const APPAREL: &[u8] = include_bytes!("../data/shopify/apparel.csv");
const DEMO: &[u8] = include_bytes!("../../assets/demo.csv");

async fn platform() -> (World, Platform, String) {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    let owner = platform.newcomer("owner@example.com").await;
    platform.store(&owner, "acme", DEMO).await;
    (world, platform, owner)
}

fn header<'r>(response: &'r reqwest::Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_is_public_and_gone_when_the_store_is() {
    let (_world, platform, owner) = platform().await;
    let config = "/s/acme/store/v1/config";
    let answer = platform.request("GET", config).send().await.unwrap();
    let (tag, fresh) = (header(&answer, "etag").to_owned(), header(&answer, "cache-control"));
    assert!(fresh.starts_with("public, max-age="), "{fresh}");
    assert_eq!(
        answer.json::<Value>().await.unwrap(),
        json!({
            "name": "acme", "slug": "acme", "currency": "EUR", "locale": "en",
            "theme": { "name": "plain" }, "logo": null, "menu": null, "policies": null,
        })
    );
    let same = platform.request("GET", config).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((same.status().as_u16(), header(&same, "etag")), (304, tag.as_str()));

    fill(&platform, &owner).await;
    let other = platform.at_store("GET", "acme", "/store/v1/config").send().await.unwrap();
    assert_ne!(header(&other, "etag"), tag);
    let front: Value = other.json().await.unwrap();
    assert_eq!(front["menu"], json!([{ "title": "All", "path": "/" }]));
    assert_eq!(front["logo"], json!({ "url": "/logo.svg", "alt": "Acme" }));
    assert!(!front.to_string().contains("do not tell"));
    assert_eq!(front["policies"], json!([{ "kind": "refund", "title": "Returns" }]));

    platform.v1(&owner, "POST", "/v1/stores/acme/unpublish", json!({})).await;
    let gone = platform.request("GET", config).send().await.unwrap();
    let never = platform.request("GET", "/s/nobody/store/v1/config").send().await.unwrap();
    assert_eq!((gone.status(), never.status()), (404.try_into().unwrap(), gone.status()));
    let without_id = |mut body: Value| {
        body["request_id"].take();
        body
    };
    let (gone, never) = (gone.json().await.unwrap(), never.json().await.unwrap());
    assert_eq!(without_id(gone), without_id(never));
    let mine = platform.request("GET", config).header("apikey", platform.publishable());
    let mine = mine.bearer_auth(&owner).send().await.unwrap();
    assert_eq!(
        (mine.status().as_u16(), header(&mine, "cache-control")),
        (200, "private, no-store")
    );
}

/// A menu, a published policy and a draft, written as the owner writes them.
async fn fill(platform: &Platform, owner: &str) {
    for (table, row) in [
        (
            "settings",
            json!({ "key": "menu", "is_public": true,
                             "value": [{ "title": "All", "path": "/" }] }),
        ),
        (
            "settings",
            json!({ "key": "logo", "is_public": true,
                             "value": { "url": "/logo.svg", "alt": "Acme" } }),
        ),
        ("settings", json!({ "key": "supplier", "value": "do not tell" })),
        ("policies", json!({ "kind": "refund", "title": "Returns", "status": "published" })),
        ("policies", json!({ "kind": "terms", "title": "Terms", "status": "draft" })),
    ] {
        let request = platform.request("POST", &format!("/s/acme/rest/v1/{table}"));
        let request = request.header("apikey", platform.publishable()).bearer_auth(owner);
        assert_eq!(request.json(&row).send().await.unwrap().status(), 201, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_pages_and_what_is_not_there() {
    let (_world, platform, owner) = platform().await;
    platform.store(&owner, "bold", APPAREL).await;

    let drawn = platform.at_store("GET", "acme", "/store/v1/picture/stoneware-mug.svg");
    let drawn = drawn.send().await.unwrap();
    assert_eq!(header(&drawn, "content-type"), "image/svg+xml");
    assert!(header(&drawn, "cache-control").contains("max-age=86400"));
    let svg = drawn.text().await.unwrap();
    let again = platform.request("GET", "/s/bold/store/v1/picture/stoneware-mug.svg");
    assert_eq!(again.send().await.unwrap().text().await.unwrap(), svg);
    for bad in ["Mug.svg", "mug.png", "%3Csvg%3E.svg", "..%2Fx.svg"] {
        let path = format!("/s/acme/store/v1/picture/{bad}");
        assert_eq!(platform.request("GET", &path).send().await.unwrap().status(), 404, "{bad}");
    }

    let page = platform.at_store("GET", "acme", "/").send().await.unwrap();
    assert!(header(&page, "content-security-policy").starts_with("default-src 'none'"));
    let text = page.text().await.unwrap();
    assert!(text.contains("Stoneware Mug") && text.contains("16.00 EUR"), "{text}");
    let front = platform.request("GET", "/").send().await.unwrap().text().await.unwrap();
    assert!(front.contains(platform.publishable()) && !front.contains(platform.secret()));
    for path in ["/assets/style.css", "/s/acme/assets/style.css"] {
        let style = platform.request("GET", path).send().await.unwrap();
        assert_eq!(header(&style, "content-type"), "text/css; charset=utf-8");
    }

    let own = platform.app.http.url().replace("http://", "http://acme.");
    for (path, to) in
        [("", "/"), ("/", "/"), ("/cart?x=1", "/cart?x=1"), ("//evil.com", "//evil.com")]
    {
        let moved = platform.request("GET", &format!("/s/acme{path}")).send().await.unwrap();
        assert_eq!(moved.status(), 303);
        assert_eq!(header(&moved, "location"), format!("{own}{to}"));
    }
    for (method, path, status) in [
        ("GET", "/store/v1/nothing", 404),
        ("GET", "/rest/v2/products", 404),
        ("GET", "/cart", 404),
        ("POST", "/cart", 405),
    ] {
        let answer = platform.at_store(method, "acme", path).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
    }
    platform.v1(&owner, "POST", "/v1/stores/acme/unpublish", json!({})).await;
    assert_eq!(platform.at_store("GET", "acme", "/").send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_its_icon() {
    let (_world, platform, _) = platform().await;
    for (at, path) in [("", "/"), ("", "/docs"), ("", "/mailbox"), ("acme", "/"), ("acme", "/no")] {
        let ask = async |path: &str| {
            let request = match at {
                "" => platform.request("GET", path),
                slug => platform.at_store("GET", slug, path),
            };
            request.send().await.unwrap()
        };
        let page = ask(path).await.text().await.unwrap();
        let link = page.split("<link ").find(|link| link.starts_with("rel=\"icon\"")).unwrap();
        let named = link.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        for icon in [named, "/favicon.ico"] {
            let icon = ask(icon).await;
            assert_eq!(header(&icon, "content-type"), "image/svg+xml", "{path} of {at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_store_does_not_offer_is_said_at_both_its_addresses() {
    let (_world, platform, _) = platform().await;
    for (method, path) in [
        ("GET", "/realtime/v1/websocket"),
        ("POST", "/realtime/v1/api/broadcast"),
        ("GET", "/storage/v1/bucket"),
        ("POST", "/functions/v1/hello"),
        ("POST", "/graphql/v1"),
    ] {
        let own = platform.at_store(method, "acme", path).send().await.unwrap();
        let path = format!("/s/acme{path}");
        let under = platform.request(method, &path).send().await.unwrap();
        for answer in [own, under] {
            assert_eq!(answer.status(), 501, "{method} {path}");
            assert_eq!(header(&answer, "access-control-allow-origin"), "*", "{path}");
            let body: serde_json::Value = answer.json().await.unwrap();
            assert!(body["code"].as_str().unwrap().ends_with("not_offered"), "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_a_store_s_however_it_is_written() {
    let (_world, platform, _) = platform().await;
    for host in ["ACME.LOCALHOST", "acme.localhost.", "Acme.Localhost.:80"] {
        let page = platform.request("GET", "/").header("host", host).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("Stoneware Mug"), "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_shows_its_own_colours_menu_and_policies() {
    let (_world, platform, owner) = platform().await;
    let text = async |path: &str| {
        let answer = platform.at_store("GET", "acme", path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(text("/assets/theme.css").await, (200, String::new()), "plain is the sheet of all");
    let (_, plain) = text("/").await;
    let change = json!({
        "theme": { "primary": "#115e59", "background": "#101418", "font": "serif" },
        "settings": { "tagline": "Made <here>", "banner": { "text": "Open day & night" } },
    });
    assert_eq!(platform.v1(&owner, "PATCH", "/v1/stores/acme", change).await.status(), 200);
    fill(&platform, &owner).await;
    let front = platform.at_store("GET", "acme", "/store/v1/config").send().await.unwrap();
    assert_eq!(front.json::<Value>().await.unwrap()["theme"]["primary"], "#115e59");
    let (_, sheet) = text("/assets/theme.css").await;
    assert!(sheet.contains("--primary:#115e59") && sheet.contains("--paper:#101418"), "{sheet}");
    let (_, page) = text("/").await;
    for part in [
        "<a href=\"/\">All</a>",
        "<a href=\"/policies/refund\">Returns</a>",
        "Made &lt;here&gt;",
        "Open day &amp; night",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<style") && !page.contains("style=\""), "{page}");
    let tag = |page: &str| page.split("theme.css?v=").nth(1).map(|tag| tag[..16].to_owned());
    assert_ne!(tag(&page).unwrap(), tag(&plain).unwrap(), "a browser asks for the new sheet");

    let (status, policy) = text("/policies/refund").await;
    assert!(status == 200 && policy.contains("<h1>Returns</h1>"), "{status} {policy}");
    for path in ["/policies/terms", "/policies/x", "/policies/%00"] {
        assert_eq!(text(path).await.0, 404, "{path}");
    }
    platform.v1(&owner, "POST", "/v1/stores/acme/unpublish", json!({})).await;
    for path in ["/assets/theme.css", "/policies/refund"] {
        assert_eq!(text(path).await.0, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_a_whole_store() {
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    assert!(souk::demo::ensure(&platform.app).await.unwrap());
    assert!(souk::demo::ensure(&platform.app).await.unwrap(), "again, and nothing happens");
    let front = platform.request("GET", "/s/demo/store/v1/config").send().await.unwrap();
    let front: Value = front.json().await.unwrap();
    assert_eq!(front["theme"]["name"], "warm");
    let mut links: Vec<String> =
        vec!["/".to_owned(), front["logo"]["url"].as_str().unwrap().to_owned()];
    for entry in front["menu"].as_array().unwrap() {
        links.push(entry["path"].as_str().unwrap().to_owned());
    }
    for policy in front["policies"].as_array().unwrap() {
        links.push(format!("/policies/{}", policy["kind"].as_str().unwrap()));
    }
    assert!(links.len() >= 7, "{links:?}");
    for link in links {
        let answer = platform.at_store("GET", "demo", &link).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_over_http_is_what_an_import_reads() {
    let (_world, platform, owner) = platform().await;
    let file = "/v1/stores/acme/products/export.csv";
    let answer = platform.request("GET", file).bearer_auth(&owner).send().await.unwrap();
    assert_eq!(header(&answer, "content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        header(&answer, "content-disposition"),
        "attachment; filename=\"acme-products.csv\""
    );
    let csv = answer.text().await.unwrap();
    let import = platform.request("POST", "/v1/stores/acme/products/import").bearer_auth(&owner);
    let report = import.header("content-type", "text/csv").body(csv.clone()).send().await.unwrap();
    let report: Value = report.json().await.unwrap();
    assert_eq!(
        (&report["created"], &report["updated"], &report["skipped"]),
        (&json!(0), &json!(0), &json!(21))
    );

    let new = json!({ "name": "Copy", "slug": "copy", "currency": "EUR" });
    platform.v1(&owner, "POST", "/v1/stores", new).await;
    let import = platform.request("POST", "/v1/stores/copy/products/import").bearer_auth(&owner);
    import.header("content-type", "text/csv").body(csv.clone()).send().await.unwrap();
    let copy = platform.request("GET", "/v1/stores/copy/products/export.csv").bearer_auth(&owner);
    assert_eq!(copy.send().await.unwrap().text().await.unwrap(), csv);

    let stranger = platform.newcomer("stranger@example.com").await;
    let refused = platform.request("GET", file).bearer_auth(&stranger).send().await.unwrap();
    assert_eq!(refused.status(), 404);
    assert_eq!(platform.request("GET", file).send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_lists_filters_orders_pages_and_finds() {
    let (_world, platform, _) = platform().await;
    let store = format!("{}/s/acme", platform.url);
    let key = platform.publishable();

    let seen = example::visit(&store, key).await.unwrap();
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "21 products",
            "",
            "The cheapest:",
            "     5.20  Sea Salt Chocolate",
            "     7.90  Wildflower Honey",
        ]
    );
    let after = |title| lines.iter().skip_while(move |line| **line != title).nth(1).copied();
    assert_eq!(after("Presents under 20:"), Some("    16.50  Lemon Olive Oil"), "{seen}");
    assert_eq!(after("The second page of two:"), Some("    21.00  Breakfast Bowl"), "{seen}");
    assert_eq!(after("Found by a word:"), Some("     8.50  Smoky Breakfast Tea"), "{seen}");

    let mug = example::product(&store, key, "stoneware-mug").await.unwrap().unwrap();
    assert_eq!(mug["variants"].as_array().unwrap().len(), 3);
    assert_eq!(mug["option_names"], json!(["Colour"]));
    assert_eq!(example::product(&store, key, "no-such-thing").await.unwrap(), None);
    let wrong = example::visit(&store, "sb_publishable_wrong").await;
    assert!(wrong.is_err());
}
