//! `/invitations/{secret}`: where the mail of an invitation leads. It says what is offered, and is
//! accepted on the spot by whoever has an account or makes one, without a script and without a
//! session that stays.

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Form, Router};
use serde_json::json;

use super::html;
use crate::app::{App, AppState};
use crate::base::slug::Slug;
use crate::http::extract::{CallerAddress, Path};
use crate::http::gateway::sign_in::{Credentials, Verdict};
use crate::http::log::RequestId;
use crate::http::problem::{Problem, Result};
use crate::stores::invitations::{self, Offer};
use crate::stores::{Actor, Error};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/invitations/{secret}", get(show).post(accept))
}

/// The page of an invitation, its secret still to be added.
pub(crate) fn link(app: &App) -> String {
    format!("{}/invitations/", app.http.url())
}

async fn show(State(app): State<AppState>, Path(secret): Path<String>) -> Result<Response> {
    match offer(&app, &secret).await {
        Ok(offer) => form(StatusCode::OK, &offer, &offer.email, None),
        Err(error) => over(error),
    }
}

/// The offer is read first: a secret that is none lets nobody try passwords here.
async fn accept(
    State(app): State<AppState>,
    Path(secret): Path<String>,
    CallerAddress(from): CallerAddress,
    request_id: Option<axum::Extension<RequestId>>,
    sent: std::result::Result<Form<Credentials>, FormRejection>,
) -> Result<Response> {
    let offer = match offer(&app, &secret).await {
        Ok(offer) => offer,
        Err(error) => return over(error),
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let Ok(Form(credentials)) = sent else {
        let message = "Fill in both fields, then choose one of the two buttons.";
        return form(refused, &offer, &offer.email, Some(message));
    };
    let user = match credentials.verify(&app, from).await {
        Verdict::Known(user) => user,
        Verdict::ToConfirm => return to_confirm(&offer, credentials.email()),
        Verdict::Refused(reason) => {
            return form(refused, &offer, credentials.email(), Some(&reason));
        }
    };
    let actor = Actor::user(user, request_id.map(|id| id.0.0));
    let accepted = app
        .cluster
        .shared_tx(None, async |tx| invitations::accept(tx, &secret, user, &actor).await)
        .await;
    match accepted {
        Ok(offer) => welcome(&app, &offer),
        Err(error @ Error::PlanLimit { .. }) => {
            let message = format!("You can't own one more store: {error}.");
            form(StatusCode::FORBIDDEN, &offer, credentials.email(), Some(&message))
        }
        Err(error) => over(error),
    }
}

async fn offer(app: &App, secret: &str) -> std::result::Result<Offer, Error> {
    app.cluster.shared_tx(None, async |tx| invitations::offer(tx, secret).await).await
}

fn form(status: StatusCode, offer: &Offer, email: &str, message: Option<&str>) -> Result<Response> {
    let page = json!({
        "title": format!("Work on {}", offer.store_name),
        "theme": "plain",
        "store": offer.store_name,
        "role": offer.role,
        "may": what_it_may(&offer.role),
        "invited": offer.email,
        "email": email,
        "message": message,
    });
    html(status, "invitation", &page)
}

/// What a role is for, in a few words.
fn what_it_may(role: &str) -> &'static str {
    match role {
        "owner" => "everything, the store itself included",
        "admin" => "everything but payouts and the store itself",
        "manager" => "products, pages, orders and customers",
        "staff" => "orders, deliveries and stock",
        _ => "a look at everything, without changing it",
    }
}

fn welcome(app: &App, offer: &Offer) -> Result<Response> {
    let slug = Slug::parse(&offer.slug).map_err(Problem::internal)?;
    let text = format!(
        "You work on it as {} from now on. Sign in on this platform with the account you just used, \
         wherever you manage stores.",
        offer.role
    );
    let link = offer.is_public.then(|| app.store_url(&slug));
    notice(
        StatusCode::OK,
        ("Done", &format!("Welcome to {}", offer.store_name), &text),
        link.as_deref(),
    )
}

fn to_confirm(offer: &Offer, email: &str) -> Result<Response> {
    let text = format!(
        "A mail is on its way to {email}. Follow its link to show that the address is yours. If it \
         is the address that was invited, you work on {} from then on; if not, open the invitation \
         once more and sign in.",
        offer.store_name
    );
    notice(StatusCode::ACCEPTED, ("One more step", "Look into your mail", &text), None)
}

/// What is left of an invitation that can't be accepted, or the failure that it was.
fn over(error: Error) -> Result<Response> {
    match error {
        Error::InvitationExpired => notice(
            StatusCode::GONE,
            (
                "Too late",
                "This invitation has expired",
                "It was good for two weeks. Ask whoever invited you to do it again.",
            ),
            None,
        ),
        Error::NoSuchInvitation => notice(
            StatusCode::NOT_FOUND,
            (
                "Nothing here",
                "This invitation is no longer there",
                "It has been used, or was taken back. If it was you who accepted it, you are in: \
                 there is nothing more to do. If not, ask whoever invited you.",
            ),
            None,
        ),
        error => Err(error.into()),
    }
}

fn notice(
    status: StatusCode,
    (mark, title, text): (&str, &str, &str),
    store_url: Option<&str>,
) -> Result<Response> {
    let page = json!({
        "title": title, "theme": "plain", "mark": mark, "text": text, "store_url": store_url,
    });
    html(status, "notice", &page)
}
