//! What a store's pages are made from.

use serde_json::{Value, json};

use crate::app::App;
use crate::base::money::format_minor;
use crate::commerce::storefront::{Storefront, Ware};
use crate::http::gateway::storefront::tag;
use crate::render::theme;
use crate::stores::Store;

/// Entries of a menu that are shown.
const MENU_MAX: usize = 8;

/// What stands around every page of a store.
pub(super) fn frame(app: &App, store: &Store, front: &Storefront, title: &str) -> Value {
    let settings = store.settings.value();
    json!({
        "title": title,
        "theme": front.theme["name"].as_str().unwrap_or("plain"),
        "theme_tag": tag(theme::css(&front.theme).as_bytes()).trim_matches('"'),
        "name": front.name,
        "logo": logo(front.logo.as_ref()),
        "menu": menu(front.menu.as_ref()),
        "banner": settings["banner"]["text"].as_str(),
        "contact": settings["contact"]["email"].as_str(),
        "policies": front.policies.as_deref().unwrap_or_default(),
        "platform_url": app.http.url(),
    })
}

/// The store's first page.
pub(super) fn home(app: &App, store: &Store, front: &Storefront, shelf: &[Ware]) -> Value {
    let mut page = frame(app, store, front, &front.name);
    let settings = store.settings.value();
    let tagline = settings["tagline"].as_str();
    page["tagline"] = tagline.unwrap_or("Everything on the shelf today.").into();
    page["wares"] = shelf.iter().map(|ware| card(store, ware)).collect();
    page["is_empty"] = shelf.is_empty().into();
    page["url"] = app.store_url(&store.slug).into();
    page["api_url"] = format!("{}/s/{}", app.http.url(), store.slug).into();
    page["key"] = app.keys.publishable().unwrap_or("<publishable key>").into();
    page
}

/// A policy's page.
pub(super) fn policy(
    app: &App,
    store: &Store,
    front: &Storefront,
    title: &str,
    text: &str,
) -> Value {
    let mut page = frame(app, store, front, title);
    page["text"] = text.into();
    page
}

fn card(store: &Store, ware: &Ware) -> Value {
    let (image, alt) = ware
        .image
        .clone()
        .unwrap_or_else(|| (format!("/store/v1/picture/{}.svg", ware.slug), String::new()));
    let price = format_minor(ware.price_minor, store.currency);
    json!({
        "name": ware.name, "image": image, "alt": alt,
        "price": format!("{price} {}", store.currency.code()),
    })
}

/// A logo is an address, or an object with one and what it shows.
fn logo(logo: Option<&Value>) -> Value {
    let Some(logo) = logo else { return Value::Null };
    let url = logo.as_str().or(logo["url"].as_str()).filter(|url| is_good(url));
    url.map_or(Value::Null, |url| json!({ "url": url, "alt": logo["alt"].as_str().unwrap_or("") }))
}

/// What of a menu can be shown: it is the owner's, and may be anything.
fn menu(menu: Option<&Value>) -> Vec<Value> {
    let entries = menu.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let shown = entries.iter().filter_map(|entry| {
        let (title, path) = (entry["title"].as_str()?, entry["path"].as_str()?);
        is_good(path).then(|| json!({ "title": title, "path": path }))
    });
    shown.take(MENU_MAX).collect()
}

/// An address on this host, or elsewhere on the web.
fn is_good(url: &str) -> bool {
    (url.starts_with('/') && !url.starts_with("//")) || url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_owner_wrote_is_shown_as_far_as_it_can_be() {
        let written = json!([
            { "title": "All", "path": "/" }, { "title": "Blog", "path": "https://blog.example" },
            { "title": "Run", "path": "javascript:alert(1)" }, { "title": 7, "path": "/" }, "x",
            { "title": "Away", "path": "//evil.example" },
        ]);
        let titles: Vec<Value> =
            menu(Some(&written)).iter().map(|entry| entry["title"].clone()).collect();
        assert_eq!(titles, ["All", "Blog"]);
        assert_eq!(menu(Some(&json!({ "a": 1 }))), Vec::<Value>::new());
        assert_eq!(logo(Some(&json!("/logo.svg")))["url"], "/logo.svg");
        assert_eq!(logo(Some(&json!({ "url": "data:text/html,x" }))), Value::Null);
    }
}
