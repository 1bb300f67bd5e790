//! What a store shows of itself to anybody: its menu, logo and policies, and what is on its shelf.

mod dress;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::db::{Cluster, Error, StoreTx};
use crate::stores::Store;
use crate::{args, queries};

pub(crate) use dress::ALL as DRESS;
pub use dress::{Dress, dress, policy};

queries! {
    /// The public settings that a storefront is built from.
    SETTINGS = "storefront.settings":
        "select key, value from settings where is_public and key in ('logo', 'menu')";
    /// The published policies; their texts are read at `/rest/v1/policies`.
    POLICIES = "storefront.policies":
        "select kind, title from policies where status = 'published' order by kind";
    /// The newest products with their first picture.
    SHELF = "storefront.shelf":
        "select p.slug, p.name, p.price_minor, i.url, i.alt
           from products p
           left join lateral (select m.url, m.alt from product_images m
                               where m.product_id = p.id order by m.position limit 1) i on true
          where p.status = 'active'
          order by p.created_at desc, p.slug
          limit $1";
}

/// A store's public configuration. What it does not have is null.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Storefront {
    /// What its owner calls it.
    pub name: String,
    /// Its name in the address.
    pub slug: String,
    /// What its prices are in.
    pub currency: &'static str,
    /// Language and region.
    pub locale: String,
    /// Custom properties of its pages.
    #[schema(value_type = Object)]
    pub theme: Value,
    /// Where its logo is: an address, or an object with `url` and `alt`.
    #[schema(value_type = Option<Object>)]
    pub logo: Option<Value>,
    /// What its pages link to: a list of `title` and `path`.
    #[schema(value_type = Option<Vec<Object>>)]
    pub menu: Option<Value>,
    /// Its published policies.
    pub policies: Option<Vec<Policy>>,
}

/// A policy, without its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Policy {
    kind: String,
    title: String,
}

/// A product on the shelf.
#[derive(Clone, Debug)]
pub struct Ware {
    /// Its handle.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its price.
    pub price_minor: i64,
    /// Its first picture and what that shows.
    pub image: Option<(String, String)>,
}

/// A store's public configuration, and up to `shelf_max` of its newest products.
///
/// # Errors
/// [`Error::StoreChanged`] when the store is not as it was read, and what Postgres answers.
pub async fn load(
    cluster: &Cluster,
    store: &Store,
    claims: &str,
    shelf_max: i64,
) -> Result<(Storefront, Vec<Ware>), Error> {
    cluster
        .store_tx(store.reference(), claims, async |tx| {
            Ok((public(tx, store).await?, shelf(tx, shelf_max).await?))
        })
        .await
}

async fn public(tx: &StoreTx<'_>, store: &Store) -> Result<Storefront, Error> {
    let mut front = Storefront {
        name: store.name.clone(),
        slug: store.slug.to_string(),
        currency: store.currency.code(),
        locale: store.locale.to_string(),
        theme: store.theme.value(),
        logo: None,
        menu: None,
        policies: None,
    };
    for row in tx.rows(&SETTINGS, args![]).await? {
        let value = Some(row.get("value")?);
        match row.get::<String>("key")?.as_str() {
            "logo" => front.logo = value,
            _ => front.menu = value,
        }
    }
    let mut policies = Vec::new();
    for row in tx.rows(&POLICIES, args![]).await? {
        policies.push(Policy { kind: row.get("kind")?, title: row.get("title")? });
    }
    front.policies = (!policies.is_empty()).then_some(policies);
    Ok(front)
}

async fn shelf(tx: &StoreTx<'_>, shelf_max: i64) -> Result<Vec<Ware>, Error> {
    if shelf_max == 0 {
        return Ok(Vec::new());
    }
    let rows = tx.rows(&SHELF, args![shelf_max]).await?;
    rows.iter()
        .map(|row| {
            let (url, alt) = (row.get::<Option<String>>("url")?, row.get::<Option<String>>("alt")?);
            Ok(Ware {
                slug: row.get("slug")?,
                name: row.get("name")?,
                price_minor: row.get("price_minor")?,
                image: url.map(|url| (url, alt.unwrap_or_default())),
            })
        })
        .collect()
}
