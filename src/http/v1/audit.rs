//! `/v1/audit`: what happened to stores, and who did it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store_out::{cut, page_limit};
use crate::app::AppState;
use crate::base::id::UserId;
use crate::db::SharedTx;
use crate::http::extract::{Person, Query};
use crate::http::problem::Result;
use crate::stores::audit::{self, About, Entry};
use crate::stores::{self, Address, access, platform};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditIn {
    /// Slug or id of a store; without it, all that you may see.
    store: Option<String>,
    /// The `next` of the page before.
    before: Option<Uuid>,
    /// At most so many; 100 unless fewer are asked for.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryOut {
    id: Uuid,
    at: jiff::Timestamp,
    /// Who, if it was a person.
    user_id: Option<Uuid>,
    /// `user`, `cli`, `housekeeping` …
    actor: String,
    store_id: Option<Uuid>,
    /// `store.created` and so on.
    action: String,
    #[schema(value_type = Object)]
    detail: Value,
    request_id: Option<String>,
}

/// A page of entries, the newest first; `next` is the `before` of the next page.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditOut {
    entries: Vec<EntryOut>,
    next: Option<Uuid>,
}

impl From<Entry> for EntryOut {
    fn from(entry: Entry) -> Self {
        let Entry { id, at, user_id, actor, store_id, action, detail, request_id } = entry;
        Self { id, at, user_id, actor, store_id, action, detail, request_id }
    }
}

/// Read the audit log, the newest entries first.
///
/// Owners see that of their stores, people with a platform role all of it.
#[utoipa::path(get, path = "/v1/audit", tag = "Audit", params(AuditIn),
    responses((status = 200, description = "A page of entries", body = AuditOut)))]
async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(asked): Query<AuditIn>,
) -> Result<Json<AuditOut>> {
    let limit = page_limit(asked.limit);
    let entries = app
        .cluster
        .shared_tx(None, async |tx| {
            let about = about(tx, person.user, asked.store.as_deref()).await?;
            Ok::<_, stores::Error>(audit::list(tx, about, asked.before, limit + 1).await?)
        })
        .await?;
    let (entries, next) = cut(entries, limit, |entry| entry.id);
    Ok(Json(AuditOut { entries: entries.into_iter().map(EntryOut::from).collect(), next }))
}

/// Which entries somebody may see.
async fn about(
    tx: &SharedTx<'_>,
    user: UserId,
    store: Option<&str>,
) -> std::result::Result<About, stores::Error> {
    let is_platform = match platform::require(tx, user, "audit").await {
        Ok(()) => true,
        Err(stores::Error::NotPlatform | stores::Error::Forbidden { .. }) => false,
        Err(error) => return Err(error),
    };
    let Some(store) = store else {
        return Ok(if is_platform { About::Everything } else { About::StoresOf(user) });
    };
    let address = Address::parse(store)?;
    if is_platform {
        return Ok(About::Store(access::find(tx, &address).await?.id));
    }
    let access = access::of_member(tx, &address, user).await?;
    access.require("ownership")?;
    Ok(About::Store(access.store.id))
}
