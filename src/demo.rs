//! The demo store of `souk dev`: made the first time, by the verbs that make every store, from a
//! Shopify file of our own. What its owner does with it afterwards is left alone.

use serde_json::{Value, json};

use crate::app::AppState;
use crate::base::slug::{Slug, SlugError};
use crate::commerce::storefront::{self, Dress};
use crate::commerce::{export, import};
use crate::db;
use crate::stores::edit::{self, Patch, Wish};
use crate::stores::lifecycle::{self, Publication};
use crate::stores::members::Owner;
use crate::stores::{self, Access, Actor, Address, Error, NewStore, Store};

/// The products, with pictures that the program draws.
const PRODUCTS: &[u8] = include_bytes!("../assets/demo.csv");
const NAME: &str = "Demo Market";
/// Who signs up with this address owns it.
const OWNER: &str = "demo@souk.localhost";
/// What the store promises: kind, title and text.
const POLICIES: &[(&str, &str, &str)] = &[
    (
        "shipping",
        "Delivery",
        "Orders leave our stall within two working days.\n\nWithin the country a parcel takes one \
         to three days and costs 4.90; from 60.00 on it is free. Abroad it takes up to a week. \
         You get a message with a link to follow it.",
    ),
    (
        "refund",
        "Returns",
        "Something is not what you hoped for? Send it back unused within 30 days.\n\nWe pay the \
         way back and refund the price within 14 days of having it. What broke on its way to you \
         is replaced at once: a photograph is enough.",
    ),
    (
        "privacy",
        "Privacy",
        "We keep your name, your address and your orders to deliver what you bought, and because \
         the law asks us to.\n\nNobody else gets them but who carries the parcel. Write to us to \
         see what we have, or to have it deleted.",
    ),
];

/// Why there is no demo store.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The program's own file is not as it should be.
    #[error("its file has faults:\n{0}")]
    File(String),
    /// It could not be imported.
    #[error(transparent)]
    Import(#[from] import::ImportError),
    /// A verb was refused.
    #[error(transparent)]
    Store(#[from] Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// The demo store's slug.
///
/// # Errors
/// Never: the slug is a good one.
pub fn slug() -> Result<Slug, SlugError> {
    Slug::parse("demo")
}

/// Makes the demo store unless it was made before; one that a crash left empty is filled. Answers
/// whether it is there.
///
/// # Errors
/// What the verbs answer.
pub async fn ensure(app: &AppState) -> Result<bool, DemoError> {
    let address = Address::Slug(slug().map_err(Error::Slug)?);
    let found =
        app.cluster.shared_tx(None, async |tx| stores::access::find(tx, &address).await).await;
    match found {
        Ok(store) if is_unfinished(app, &store).await? => fill(app, store).await?,
        Ok(store) => return Ok(store.published_at.is_some()),
        Err(Error::NotFound) => match make(app).await {
            Ok(store) => fill(app, store).await?,
            // It was made once, and deleted.
            Err(Error::SlugTaken { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        },
        Err(error) => return Err(error.into()),
    }
    Ok(true)
}

fn actor() -> Actor {
    Actor { user: None, name: "demo", request_id: None }
}

async fn make(app: &AppState) -> Result<Store, Error> {
    let theme = json!({
        "name": "warm", "primary": "#9c3f16", "accent": "#f2b84b", "radius": 16,
    });
    let new = NewStore::parse(NAME, "demo", Some("EUR"), Some("en-GB"), Some(theme))?;
    let owner = Owner::Email(OWNER.to_owned());
    stores::provision(&app.cluster, &app.filler, &new, &owner, &actor(), None).await
}

/// Ours, never shown to anybody, and without a product: its making was cut short.
async fn is_unfinished(app: &AppState, store: &Store) -> Result<bool, db::Error> {
    if store.name != NAME || store.published_at.is_some() {
        return Ok(false);
    }
    let claims = actor().claims();
    let page = app
        .cluster
        .store_tx(store.reference(), &claims, async |tx| {
            export::page(tx, store.currency, None).await
        })
        .await?;
    Ok(page.rows.is_empty())
}

/// The products come last but one: as long as there are none, all of this is done again.
async fn fill(app: &AppState, store: Store) -> Result<(), DemoError> {
    let (actor, claims) = (actor(), actor().claims());
    let store = app
        .cluster
        .store_tx(store.reference(), &claims, async |tx| {
            storefront::dress(tx, &dress()).await?;
            let access = Access::of_operator(store.clone());
            edit::edit(tx, &access, &Patch::parse(words())?, &actor).await
        })
        .await?;
    let options = import::Options { all_or_nothing: true };
    let report = import::run(&app.cluster, &store, &actor, PRODUCTS, options).await?;
    if !report.errors.is_empty() {
        return Err(DemoError::File(report.to_text()));
    }
    let access = Access::of_operator(store);
    app.cluster
        .shared_tx(None, async |tx| {
            lifecycle::set_public(tx, &access, &actor, Publication::Open).await
        })
        .await?;
    Ok(())
}

fn dress() -> Dress<'static> {
    Dress {
        logo: json!({ "url": "/store/v1/picture/market-basket.svg", "alt": "" }),
        menu: json!([
            { "title": "Everything", "path": "/" },
            { "title": "Delivery", "path": "/policies/shipping" },
            { "title": "Returns", "path": "/policies/refund" },
        ]),
        policies: POLICIES,
    }
}

fn words() -> Wish<'static> {
    let settings = json!({
        "tagline": "Useful things from small workshops, on one stall.",
        "banner": { "text": "Free delivery from 60.00 EUR" },
        "contact": { "email": OWNER },
    });
    let settings = match settings {
        Value::Object(settings) => settings,
        _ => serde_json::Map::new(),
    };
    Wish { settings, ..Wish::default() }
}
