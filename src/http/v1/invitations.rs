//! Invitations: taking one back under `/v1/stores/{store}/invitations`, and
//! `/v1/invitations/{secret}`, where the link of one leads. Whoever has the link was written to, so
//! it needs no key to be read, and an account to be accepted.

use axum::Json;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::AppState;
use crate::http::extract::{Path, Person, StoreAddress};
use crate::http::problem::Result;
use crate::stores::access;
use crate::stores::invitations::{self, Invitation, Offer};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(accept)).routes(routes!(withdraw))
}

/// Somebody who was asked and has not come yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationOut {
    email: String,
    role: String,
    created_at: jiff::Timestamp,
    /// Until when the link is good; null for a store's first owner, for whom the place is kept.
    expires_at: Option<jiff::Timestamp>,
}

/// What an invitation offers.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferOut {
    store_id: Uuid,
    store_name: String,
    slug: String,
    /// The address that was written to.
    email: String,
    role: String,
}

impl From<Invitation> for InvitationOut {
    fn from(invitation: Invitation) -> Self {
        let Invitation { email, role, created_at, expires_at } = invitation;
        Self { email, role, created_at, expires_at }
    }
}

impl From<Offer> for OfferOut {
    fn from(offer: Offer) -> Self {
        let Offer { store_id, store_name, slug, email, role, is_public: _ } = offer;
        Self { store_id: store_id.uuid(), store_name, slug, email, role }
    }
}

/// Read an invitation.
///
/// Browsers, which ask for HTML, are led to its page.
#[utoipa::path(get, path = "/v1/invitations/{secret}", tag = "Members", security(()),
    params(("secret" = String, Path, description = "From the mail's link")),
    responses((status = 200, description = "The invitation", body = OfferOut)))]
async fn show(
    State(app): State<AppState>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(Redirect::to(&format!("/invitations/{secret}")).into_response());
    }
    let offer =
        app.cluster.shared_tx(None, async |tx| invitations::offer(tx, &secret).await).await?;
    Ok(Json(OfferOut::from(offer)).into_response())
}

/// Accept an invitation, as whoever you are signed in as.
#[utoipa::path(post, path = "/v1/invitations/{secret}/accept", tag = "Members",
    params(("secret" = String, Path, description = "From the mail's link")),
    responses((status = 200, description = "What you are now", body = OfferOut)))]
async fn accept(
    State(app): State<AppState>,
    person: Person,
    Path(secret): Path<String>,
) -> Result<Json<OfferOut>> {
    let offer = app
        .cluster
        .shared_tx(None, async |tx| {
            invitations::accept(tx, &secret, person.user, &person.actor()).await
        })
        .await?;
    Ok(Json(offer.into()))
}

/// Take an invitation back.
#[utoipa::path(delete, path = "/v1/stores/{store}/invitations/{email}", tag = "Members",
    params(("store" = String, Path, description = "Slug or id"),
           ("email" = String, Path, description = "The address")),
    responses((status = 204, description = "The link is worth nothing any more")))]
async fn withdraw(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
    Path((_, email)): Path<(String, String)>,
) -> Result<StatusCode> {
    app.cluster
        .shared_tx(None, async |tx| {
            let access = access::of_member(tx, &address, person.user).await?;
            invitations::withdraw(tx, &access, &email, &person.actor()).await
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
