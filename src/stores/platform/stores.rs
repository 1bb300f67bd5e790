//! What operators do with any store: find it, stop it and put it back into service, price it.

use serde_json::json;

use crate::db::{Error as DbError, SharedTx};
use crate::stores::{Actor, Error, Store, audit};
use crate::{args, queries, store_columns};

queries! {
    /// A page of stores, oldest first, after a key.
    SEARCH = "platform.stores":
        concat!("select ", store_columns!(), "
           from shared.stores s
          where ($1::uuid is null or s.id > $1)
            and ($2::text is null or s.status = $2)
            and ($3::integer is null or s.template_version = $3)
            and ($4::text is null or position(lower($4) in lower(s.name || ' ' || s.slug)) > 0)
          order by s.id limit $5");
    /// Sets a store's status.
    SET_STATUS = "platform.set_status":
        concat!("update shared.stores s set status = $2
          where s.id = $1 and s.status = $3 returning ", store_columns!());
    /// Sets a store's plan.
    SET_PLAN = "platform.set_plan":
        concat!("update shared.stores s set plan = $2
          where s.id = $1 and s.status <> 'deleted' returning ", store_columns!());
}

/// Which stores an operator looks for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// After the store with this id.
    pub after: Option<uuid::Uuid>,
    /// In service, suspended and so on.
    pub status: Option<String>,
    /// Version of the schema.
    pub version: Option<i32>,
    /// A part of the name or the slug.
    pub text: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// A page of the stores that are looked for, oldest first.
///
/// # Errors
/// What Postgres answers.
pub async fn search(tx: &SharedTx<'_>, search: &Search) -> Result<Vec<Store>, DbError> {
    let Search { after, status, version, text, limit } = search;
    let rows = tx.rows(&SEARCH, args![after, status, version, text, limit]).await?;
    rows.iter().map(Store::from_row).collect()
}

/// Whether a store is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// It is.
    Active,
    /// Its members read, nobody writes, shoppers are turned away.
    Suspended,
}

/// Stops a store, or puts it back into service. Again, and nothing happens.
///
/// # Errors
/// [`Error::Unavailable`] for one that is being moved.
pub async fn set_service(
    tx: &SharedTx<'_>,
    store: &Store,
    to: Service,
    actor: &Actor,
) -> Result<Store, Error> {
    let (to, from, action) = match to {
        Service::Active => ("active", "suspended", "store.resumed"),
        Service::Suspended => ("suspended", "active", "store.suspended"),
    };
    if store.status.to_string() == to {
        return Ok(store.clone());
    }
    let Some(row) = tx.find(&SET_STATUS, args![store.id, to, from]).await? else {
        return Err(Error::Unavailable { status: store.status });
    };
    audit::record(tx, actor, Some(store.id), action, json!({})).await?;
    Ok(Store::from_row(&row)?)
}

/// Puts a store on a plan.
///
/// # Errors
/// [`Error::Plan`] when there is no such plan.
pub async fn set_plan(
    tx: &SharedTx<'_>,
    store: &Store,
    plan: &str,
    actor: &Actor,
) -> Result<Store, Error> {
    if plan.contains('\0') {
        return Err(Error::Plan);
    }
    let row = match tx.find(&SET_PLAN, args![store.id, plan]).await {
        Ok(row) => row.ok_or(Error::NotFound)?,
        Err(DbError::Foreign { .. }) => return Err(Error::Plan),
        Err(error) => return Err(error.into()),
    };
    let detail = json!({ "plan": plan, "plan_before": store.plan });
    audit::record(tx, actor, Some(store.id), "store.plan_changed", detail).await?;
    Ok(Store::from_row(&row)?)
}
