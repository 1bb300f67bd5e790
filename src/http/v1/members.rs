//! `/v1/stores/{store}/members`: who works in a store.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::invitations::InvitationOut;
use crate::app::AppState;
use crate::base::id::UserId;
use crate::http::extract::{Body, Path, Person, StoreAddress};
use crate::http::pages::invitation;
use crate::http::problem::{Problem, Result};
use crate::stores::members::{Added, Member};
use crate::stores::{self, access, members};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(set_role, remove))
}

/// Somebody to work in a store.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberIn {
    email: String,
    /// `owner` (given by owners only), `admin`, `manager`, `staff` or `viewer`.
    role: String,
}

/// Another role for a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleIn {
    role: String,
}

/// A member of a store.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberOut {
    user_id: Uuid,
    email: Option<String>,
    role: String,
    created_at: jiff::Timestamp,
}

/// Everybody in a store.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembersOut {
    members: Vec<MemberOut>,
    invitations: Vec<InvitationOut>,
}

impl From<Member> for MemberOut {
    fn from(member: Member) -> Self {
        let Member { user, email, role, created_at } = member;
        Self { user_id: user.uuid(), email, role, created_at }
    }
}

/// List members and open invitations.
#[utoipa::path(get, path = "/v1/stores/{store}/members", tag = "Members",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "Everybody", body = MembersOut)))]
async fn list(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Json<MembersOut>> {
    let (members, invitations) = app
        .cluster
        .shared_tx(None, async |tx| {
            let access = access::of_member(tx, &address, person.user).await?;
            members::list(tx, &access).await
        })
        .await?;
    Ok(Json(MembersOut {
        members: members.into_iter().map(MemberOut::from).collect(),
        invitations: invitations.into_iter().map(InvitationOut::from).collect(),
    }))
}

/// Add somebody.
///
/// Whoever has an account is a member at once; anybody else gets a mail with a link.
#[utoipa::path(post, path = "/v1/stores/{store}/members", tag = "Members",
    request_body = MemberIn,
    params(("store" = String, Path, description = "Slug or id")),
    responses(
        (status = 201, description = "They are a member", body = MemberOut),
        (status = 202, description = "They were written to", body = InvitationOut)))]
async fn add(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
    body: Body<MemberIn>,
) -> Result<Response> {
    let MemberIn { email, role } = body.value;
    let link = invitation::link(&app);
    let access = access::open(&app.cluster, &address, person.user).await?;
    access.require("members")?;
    app.limits.invitation(person.user, app.clock.now()).map_err(Problem::too_many_requests)?;
    let added = app
        .cluster
        .shared_tx(None, async |tx| {
            let access = access::of_member(tx, &address, person.user).await?;
            members::add(tx, &access, &email, &role, &link, &person.actor()).await
        })
        .await?;
    Ok(match added {
        Added::Member(member) => {
            (StatusCode::CREATED, Json(MemberOut::from(member))).into_response()
        }
        Added::Invited(invited) => {
            (StatusCode::ACCEPTED, Json(InvitationOut::from(invited))).into_response()
        }
    })
}

/// Give a member another role.
#[utoipa::path(patch, path = "/v1/stores/{store}/members/{user_id}", tag = "Members",
    request_body = RoleIn,
    params(("store" = String, Path, description = "Slug or id"),
           ("user_id" = Uuid, Path, description = "The member")),
    responses((status = 200, description = "The member", body = MemberOut)))]
async fn set_role(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
    Path((_, user)): Path<(String, String)>,
    body: Body<RoleIn>,
) -> Result<Json<MemberOut>> {
    let member = app
        .cluster
        .shared_tx(None, async |tx| {
            let access = access::of_member(tx, &address, person.user).await?;
            let user = member_id(&user)?;
            members::set_role(tx, &access, user, &body.value.role, &person.actor()).await
        })
        .await?;
    Ok(Json(member.into()))
}

/// Remove a member, or leave.
#[utoipa::path(delete, path = "/v1/stores/{store}/members/{user_id}", tag = "Members",
    params(("store" = String, Path, description = "Slug or id"),
           ("user_id" = Uuid, Path, description = "The member")),
    responses((status = 204, description = "They are none any more")))]
async fn remove(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
    Path((_, user)): Path<(String, String)>,
) -> Result<StatusCode> {
    app.cluster
        .shared_tx(None, async |tx| {
            let access = access::of_member(tx, &address, person.user).await?;
            members::remove(tx, &access, member_id(&user)?, &person.actor()).await
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is no id is nobody's.
fn member_id(text: &str) -> std::result::Result<UserId, stores::Error> {
    text.parse().map_err(|_| stores::Error::NoSuchMember)
}
