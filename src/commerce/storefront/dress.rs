//! What a storefront shows around its products: logo, menu and policies.

use serde_json::Value;

use crate::db::{Cluster, Error, StoreTx};
use crate::stores::Store;
use crate::{args, queries};

queries! {
    /// Sets a public setting.
    SET = "storefront.set":
        "insert into settings (key, value, is_public) values ($1, $2, true)
         on conflict (key) do update set value = excluded.value, is_public = true";
    /// Publishes a policy.
    PUBLISH = "storefront.publish":
        "insert into policies (kind, title, body, status) values ($1, $2, $3, 'published')
         on conflict (kind) do update
            set title = excluded.title, body = excluded.body, status = excluded.status";
    /// The text of a published policy.
    POLICY = "storefront.policy":
        "select title, body from policies where kind = $1 and status = 'published'";
}

/// What a store is dressed in.
#[derive(Clone, Debug)]
pub struct Dress<'a> {
    /// `{"url", "alt"}`.
    pub logo: Value,
    /// `[{"title", "path"}]`.
    pub menu: Value,
    /// Kind, title and text of each.
    pub policies: &'a [(&'a str, &'a str, &'a str)],
}

/// Dresses a store.
///
/// # Errors
/// What Postgres answers.
pub async fn dress(tx: &StoreTx<'_>, dress: &Dress<'_>) -> Result<(), Error> {
    tx.run(&SET, args!["logo", dress.logo]).await?;
    tx.run(&SET, args!["menu", dress.menu]).await?;
    for (kind, title, body) in dress.policies {
        tx.run(&PUBLISH, args![*kind, *title, *body]).await?;
    }
    Ok(())
}

/// Title and text of a published policy.
///
/// # Errors
/// [`Error::StoreChanged`] when the store is not as it was read, and what Postgres answers.
pub async fn policy(
    cluster: &Cluster,
    store: &Store,
    claims: &str,
    kind: &str,
) -> Result<Option<(String, String)>, Error> {
    let row =
        cluster.store_tx(store.reference(), claims, async |tx| tx.find(&POLICY, args![kind]).await);
    let Some(row) = row.await? else { return Ok(None) };
    Ok(Some((row.get("title")?, row.get("body")?)))
}
