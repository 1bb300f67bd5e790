//! The demo store of `souk dev`: made the first time, by the verbs that make every store, from a
//! Shopify file of our own. What its owner does with it afterwards is left alone.

use crate::app::AppState;
use crate::base::slug::Slug;
use crate::commerce::{export, import};
use crate::stores::provision::Owner;
use crate::stores::{self, Access, Actor, Address, Error, NewStore, Store};

/// The products, with pictures that the program draws.
const PRODUCTS: &[u8] = include_bytes!("../assets/demo.csv");
const NAME: &str = "Demo Market";
/// Who signs up with this address owns it.
const OWNER: &str = "demo@souk.localhost";

/// The demo store's slug.
///
/// # Errors
/// Never: the slug is a good one.
pub fn slug() -> anyhow::Result<Slug> {
    Ok(Slug::parse("demo")?)
}

/// Makes the demo store unless it was made before; one that a crash left empty is filled. Answers
/// whether it is there.
///
/// # Errors
/// What the verbs answer.
pub async fn ensure(app: &AppState) -> anyhow::Result<bool> {
    let address = Address::Slug(slug()?);
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
    let new = NewStore::parse(NAME, "demo", Some("EUR"), Some("en-GB"), Some("warm".into()))?;
    let owner = Owner::Email(OWNER.to_owned());
    stores::provision(&app.cluster, &app.filler, &new, &owner, &actor(), None).await
}

/// Ours, never shown to anybody, and without a product: its making was cut short.
async fn is_unfinished(app: &AppState, store: &Store) -> anyhow::Result<bool> {
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

async fn fill(app: &AppState, store: Store) -> anyhow::Result<()> {
    let options = import::Options { all_or_nothing: true };
    let report = import::run(&app.cluster, &store, &actor(), PRODUCTS, options).await?;
    anyhow::ensure!(report.errors.is_empty(), "its file has faults:\n{}", report.to_text());
    let access = Access::of_operator(store);
    app.cluster
        .shared_tx(None, async |tx| stores::lifecycle::publish(tx, &access, &actor()).await)
        .await?;
    Ok(())
}
