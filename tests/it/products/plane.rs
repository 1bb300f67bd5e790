//! What the REST plane itself sends for a storefront's usual reads, run as a stranger: by index, and
//! over no more rows than the answer needs.

use serde_json::Value;
use souk::rest::{Entrance, Plane, Request, Response, Settings};
use souk::stores::Store;

use crate::support::World;
use crate::support::desk::entrance;

/// A read, the index that must answer it, and the rows that may be touched in all.
const READS: &[(&str, &str, &str, u64)] = &[
    ("/products", "select=id,name,price_minor&limit=20", "", 40),
    ("/products", "order=created_at.desc,id.desc&limit=20", "products_created_at_idx", 60),
    (
        "/products",
        "order=created_at.desc,id.desc&limit=20&offset=40",
        "products_created_at_idx",
        120,
    ),
    ("/products", "slug=eq.product-777", "products_slug_key", 3),
    ("/products", "id=eq.00000000-0000-0000-0000-000000000777", "products_pkey", 3),
    (
        "/products",
        "id=in.(00000000-0000-0000-0000-000000000777,00000000-0000-0000-0000-000000000778)",
        "products_pkey",
        6,
    ),
    (
        "/products",
        "category_id=eq.00000000-0000-0000-0000-000000000007&order=price_minor&limit=20",
        "products_category_id_idx",
        400,
    ),
    (
        "/products",
        "select=id,name,categories!inner(slug)&categories.slug=eq.category-7&limit=20",
        "products_category_id_idx",
        500,
    ),
    (
        "/products",
        "price_minor=gte.700&price_minor=lte.710&limit=20",
        "products_price_minor_idx",
        60,
    ),
    (
        "/products",
        "price_minor=gt.99000&order=price_minor,id&limit=20",
        "products_price_minor_idx",
        60,
    ),
    (
        "/products",
        "select=id,name,variants(id,price_minor),product_images(url)&order=created_at.desc,id.desc\
         &limit=20&variants.order=position&product_images.order=position&product_images.limit=1",
        "variants_product_id_option_values_key",
        200,
    ),
    (
        "/products",
        "select=*,variants(*),product_images(*),categories(name)&slug=eq.product-777",
        "products_slug_key",
        20,
    ),
    ("/categories", "select=name,products(name)&slug=eq.category-7&products.limit=5", "", 600),
    ("/rpc/search_products", "query=walking shoe&result_limit=20", "", 20_000),
];

/// What is asked of all of them besides.
const COUNTS: &[&str] = &["", "count=planned", "count=estimated"];

fn ask(path: &str, query: &str, accept: &str, prefer: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.replace(' ', "%20"),
        headers: vec![
            ("accept".to_owned(), accept.to_owned()),
            ("prefer".to_owned(), prefer.to_owned()),
        ],
        ..Request::default()
    }
}

/// The plane's statements for a store whose products are filled.
pub(super) async fn its_statements_go_by_index(world: &World, store: &Store) {
    let settings = Settings { plans: true, rows_max: Some(1_000), ..Settings::default() };
    let plane = Plane::new(world.cluster.clone(), settings);
    let at = Entrance::Store(entrance(store));
    let answer = async |request: &Request| -> Response {
        souk::rest::answer(&plane, &at, request).await.unwrap()
    };
    let told = "application/vnd.pgrst.plan+json; options=analyze";
    let mut faults = Vec::new();
    for (path, query, index, rows_max) in READS {
        for count in COUNTS {
            let response = answer(&ask(path, query, told, count)).await;
            let text = String::from_utf8_lossy(&response.body).into_owned();
            assert_eq!(response.status, 200, "{query}: {text}");
            let plan: Value = serde_json::from_str(&text).unwrap();
            // An estimate counts up to the largest page there may be, and no further.
            let counted = if *count == "count=estimated" { 1_200 } else { 0 };
            let touched = touched(&plan[0]["Plan"]);
            let is_bounded = touched <= rows_max + counted;
            if !is_bounded || !(index.is_empty() || text.contains(index)) {
                faults.push(format!("{query} {count}: {touched} rows\n{text}"));
            }
        }
        let answered = answer(&ask(path, query, "application/json", "")).await;
        assert!(answered.body.len() > 2, "{query}: nothing is found");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // The control: what no index answers touches the whole table, and is noticed.
    let scan = answer(&ask("/products", "name=like.*nothing*&limit=20", told, "")).await;
    let plan: Value = serde_json::from_slice(&scan.body).unwrap();
    assert!(touched(&plan[0]["Plan"]) > 40_000);
}

/// Rows that the scans of a plan have met, those that a filter then removed included.
fn touched(node: &Value) -> u64 {
    let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
    let is_scan = node["Relation Name"].is_string();
    let own = (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let own = if is_scan { own as u64 } else { 0 };
    own + node["Plans"].as_array().into_iter().flatten().map(touched).sum::<u64>()
}
