//! `/v1/platform/members`: who has a role on the platform.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::AppState;
use crate::http::extract::{Body, Path, Person};
use crate::http::problem::Result;
use crate::stores;
use crate::stores::platform::{self, PlatformMember};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, grant)).routes(routes!(revoke))
}

/// A role for somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantIn {
    /// Of an account whose address is confirmed.
    email: String,
    /// `super_admin`, `admin`, `support`, `analyst` or `developer`.
    role: String,
}

/// Somebody with a role on the platform.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlatformMemberOut {
    user_id: Uuid,
    email: Option<String>,
    role: String,
    created_at: jiff::Timestamp,
}

/// Everybody with a role on the platform.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlatformMembersOut {
    members: Vec<PlatformMemberOut>,
}

impl From<PlatformMember> for PlatformMemberOut {
    fn from(member: PlatformMember) -> Self {
        let PlatformMember { user, email, role, created_at } = member;
        Self { user_id: user.uuid(), email, role, created_at }
    }
}

/// List everybody with a role on the platform.
#[utoipa::path(get, path = "/v1/platform/members", tag = "Platform",
    responses((status = 200, description = "Everybody", body = PlatformMembersOut)))]
async fn list(State(app): State<AppState>, person: Person) -> Result<Json<PlatformMembersOut>> {
    let members = app
        .cluster
        .shared_tx(None, async |tx| {
            platform::require(tx, person.user, "members").await?;
            Ok::<_, stores::Error>(platform::members::list(tx).await?)
        })
        .await?;
    let members = members.into_iter().map(PlatformMemberOut::from).collect();
    Ok(Json(PlatformMembersOut { members }))
}

/// Give somebody a role on the platform, or another one.
#[utoipa::path(post, path = "/v1/platform/members", tag = "Platform", request_body = GrantIn,
    responses((status = 201, description = "They have the role", body = PlatformMemberOut)))]
async fn grant(
    State(app): State<AppState>,
    person: Person,
    body: Body<GrantIn>,
) -> Result<(StatusCode, Json<PlatformMemberOut>)> {
    let GrantIn { email, role } = body.value;
    let member = app
        .cluster
        .shared_tx(None, async |tx| {
            platform::require(tx, person.user, "grant").await?;
            platform::grant(tx, &email, &role, &person.actor()).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(member.into())))
}

/// Take somebody's role on the platform away.
#[utoipa::path(delete, path = "/v1/platform/members/{user_id}", tag = "Platform",
    params(("user_id" = Uuid, Path, description = "The person")),
    responses((status = 204, description = "They have none any more")))]
async fn revoke(
    State(app): State<AppState>,
    person: Person,
    Path(user): Path<String>,
) -> Result<StatusCode> {
    app.cluster
        .shared_tx(None, async |tx| {
            platform::require(tx, person.user, "grant").await?;
            let user = user.parse().map_err(|_| stores::Error::NoSuchUser)?;
            platform::revoke(tx, user, &person.actor()).await
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
