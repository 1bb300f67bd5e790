//! A storefront on the command line, with the `postgrest` client as it comes: what a developer does
//! first with a store's address.
//!
//! ```sh
//! cargo run --example storefront -- http://localhost:4545/s/demo sb_publishable_… [PRODUCT]
//! ```
#![allow(unreachable_pub, reason = "a test calls these functions too")]

use anyhow::{Context, Result, bail};
use postgrest::{Builder, Postgrest};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(store), Some(key)) = (arguments.next(), arguments.next()) else {
        bail!("usage: storefront STORE_ADDRESS PUBLISHABLE_KEY [PRODUCT]");
    };
    match arguments.next() {
        None => print!("{}", visit(&store, &key).await?),
        Some(slug) => match product(&store, &key, &slug).await? {
            Some(product) => println!("{product:#}"),
            None => bail!("there is no product {slug}"),
        },
    }
    Ok(())
}

/// A walk through a store; answers what was seen.
///
/// # Errors
/// What the store answers instead.
pub async fn visit(store: &str, key: &str) -> Result<String> {
    // The client knows nothing of API keys: the header is ours to set.
    let shop = Postgrest::new(format!("{store}/rest/v1")).insert_header("apikey", key);
    let mut seen = format!("{} products\n", count(&shop).await?);

    seen += "\nThe cheapest:\n";
    let cheapest = shop
        .from("products")
        .select("name,slug,price_minor")
        .eq("status", "active")
        .order("price_minor.asc,slug.asc")
        .limit(3);
    seen += &shelf(&rows(cheapest).await?);

    seen += "\nPresents under 20:\n";
    let presents = shop
        .from("products")
        .select("name,slug,price_minor,categories!inner(name)")
        .cs("keywords", "{gifts}")
        .lt("price_minor", "2000")
        .order("price_minor.desc,slug.asc");
    seen += &shelf(&rows(presents).await?);

    let second = shop.from("products").select("name,slug,price_minor").order("slug").range(2, 3);
    seen += "\nThe second page of two:\n";
    seen += &shelf(&rows(second).await?);

    seen += "\nFound by a word:\n";
    let asked = json!({ "query": "smoky tea", "result_limit": 3 }).to_string();
    let found = shop.rpc("search_products", asked).select("name,slug,price_minor");
    seen += &shelf(&rows(found).await?);
    Ok(seen)
}

/// One product with its variants, or none where the store has none of that name.
///
/// # Errors
/// What the store answers instead.
pub async fn product(store: &str, key: &str, slug: &str) -> Result<Option<Value>> {
    let shop = Postgrest::new(format!("{store}/rest/v1")).insert_header("apikey", key);
    let one = shop
        .from("products")
        .select("name,option_names,variants(sku,option_values,price_minor)")
        .eq("slug", slug)
        .single();
    let answer = one.execute().await?;
    // Not exactly one row.
    if answer.status() == 406 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&answer.error_for_status()?.text().await?)?))
}

/// How many products there are, by the header that says so.
async fn count(shop: &Postgrest) -> Result<u64> {
    let answer = shop.from("products").select("id").exact_count().execute().await?;
    let answer = answer.error_for_status()?;
    let range = answer.headers().get("content-range").context("no Content-Range")?;
    let total = range.to_str()?.rsplit('/').next().unwrap_or_default();
    Ok(total.parse()?)
}

async fn rows(request: Builder) -> Result<Vec<Value>> {
    let answer = request.execute().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    if !status.is_success() {
        bail!("{status}: {text}");
    }
    Ok(serde_json::from_str(&text)?)
}

/// A line for each product.
fn shelf(products: &[Value]) -> String {
    let line = |product: &Value| {
        let minor = product["price_minor"].as_i64().unwrap_or_default();
        let name = product["name"].as_str().unwrap_or_default();
        format!("  {:>4}.{:02}  {name}\n", minor / 100, minor % 100)
    };
    products.iter().map(line).collect()
}
