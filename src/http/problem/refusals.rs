//! Which refusal of the inside reads how outside.

use axum::http::StatusCode;

use super::Problem;
use crate::{db, stores};

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        use db::Error as E;
        let unavailable = |code, message: &str| {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message).because(NotReady)
        };
        match error {
            E::Overloaded | E::WaitedTooLong => {
                unavailable("overloaded", "too many requests at once; try again")
            }
            E::Unavailable(_) | E::Certificate(_) | E::NoLogin { .. } => {
                unavailable("database_unavailable", "the database is not reachable; try again")
                    .because(error)
            }
            E::Collision | E::LockTimeout | E::StoreChanged | E::Timeout { .. } => {
                unavailable("busy", "the store is busy; try again").because(error)
            }
            E::TooLarge(_) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error.to_string())
            }
            E::DiskFull(_) => {
                let message = "the database's disk is full; nothing was changed";
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", message).because(error)
            }
            E::StoreMissing => Self::store_not_found(),
            E::Unique { .. }
            | E::Foreign { .. }
            | E::Check { .. }
            | E::Denied { .. }
            | E::Poisoned
            | E::Column { .. }
            | E::Damaged { .. }
            | E::NoRow { .. }
            | E::Query { .. } => Self::internal(error),
        }
    }
}

impl From<stores::Error> for Problem {
    fn from(error: stores::Error) -> Self {
        use stores::Error as E;
        let refuse = |status, code| Self::new(status, code, error.to_string());
        let (unprocessable, conflict) = (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT);
        match &error {
            E::Slug(_) => refuse(unprocessable, "invalid_slug")
                .hint("3 to 40 characters of a-z, 0-9 and single inner dashes"),
            E::Name => refuse(unprocessable, "invalid_name"),
            E::Currency(_) => refuse(unprocessable, "invalid_currency"),
            E::Locale(_) => refuse(unprocessable, "invalid_locale"),
            E::Theme { .. } => refuse(unprocessable, "invalid_theme"),
            E::Email => refuse(unprocessable, "invalid_email"),
            E::Settings { .. } => refuse(unprocessable, "invalid_settings"),
            E::Preset => refuse(unprocessable, "invalid_preset"),
            E::Plan => refuse(unprocessable, "invalid_plan"),
            E::Role { .. } => refuse(unprocessable, "invalid_role"),
            E::SlugTaken { .. } => refuse(conflict, "slug_taken"),
            E::IdempotencyMismatch => refuse(conflict, "idempotency_mismatch"),
            E::CurrencyInUse => refuse(conflict, "currency_in_use"),
            E::AlreadyMember => refuse(conflict, "already_member"),
            E::LastOwner => refuse(conflict, "last_owner"),
            E::LastSuperAdmin => refuse(conflict, "last_super_admin"),
            E::NotFound => Self::store_not_found(),
            E::NoSuchMember => refuse(StatusCode::NOT_FOUND, "member_not_found"),
            E::NoSuchInvitation => refuse(StatusCode::NOT_FOUND, "invitation_not_found"),
            E::InvitationExpired => refuse(StatusCode::GONE, "invitation_expired"),
            E::NoSuchUser => refuse(StatusCode::NOT_FOUND, "user_not_found"),
            E::Forbidden { .. } | E::NotPlatform => refuse(StatusCode::FORBIDDEN, "forbidden"),
            E::PlanLimit { .. } | E::MembersLimit { .. } => {
                refuse(StatusCode::FORBIDDEN, "plan_limit")
            }
            E::SlugChanges { .. } => refuse(StatusCode::FORBIDDEN, "slug_changes"),
            E::Unavailable { status: stores::Status::Suspended } => {
                refuse(StatusCode::FORBIDDEN, "store_suspended")
            }
            E::Unavailable { .. } => refuse(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
            E::NoSchema => refuse(StatusCode::SERVICE_UNAVAILABLE, "busy"),
            E::Template(_) => Self::internal(error),
            E::Db(_) => match error {
                E::Db(error) => error.into(),
                other => Self::internal(other),
            },
        }
    }
}

/// Why a 503 without another cause was sent.
#[derive(Debug, thiserror::Error)]
#[error("the request was shed")]
pub(super) struct NotReady;
