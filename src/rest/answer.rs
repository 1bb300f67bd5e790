//! From a request to its response: the pipeline.

use super::asked::{Asked, Failure, Stale};
use super::entrance::Entrance;
use super::error::Error;
use super::plane::Plane;
use super::request::Request;
use super::response::Response;
use super::target::Target;
use super::timing::Marks;
use super::{calling, cors, openapi, reading, writing};

/// Answers a request. Everything that is wrong with it is an answer too, but for a store that has
/// moved on.
///
/// # Errors
/// [`Stale`]; nothing was done then, and the request can be tried again with the store's new row.
pub async fn answer(
    plane: &Plane,
    entrance: &Entrance,
    request: &Request,
) -> Result<Response, Stale> {
    let marks = Marks::begin();
    let asked = Asked { plane, entrance, request, marks: &marks };
    let mut response = match answered(&asked).await {
        Ok(mut response) => {
            if plane.settings.has_timing {
                response.push("Server-Timing", marks.told());
            }
            response
        }
        Err(Failure::Stale(stale)) => return Err(stale),
        Err(Failure::Refused(error)) => error.into_response(),
    };
    if request.method == "HEAD" {
        response.body.clear();
    }
    cors::expose(request, &mut response, &plane.settings.origins);
    Ok(response)
}

/// The answer, once it is known to be of the store as it is now.
async fn answered(asked: &Asked<'_>) -> Result<Response, Failure> {
    let answered = respond(asked).await;
    if !matches!(answered, Err(Failure::Stale(_))) {
        asked.trust_memory().await?;
    }
    answered
}

/// Finds who answers a request, by its method and what it is about.
async fn respond(asked: &Asked<'_>) -> Result<Response, Failure> {
    if asked.request.query.len() > asked.plane.settings.query_bytes_max {
        return Err(Error::new(414, "PGRST100", "the query is too long").into());
    }
    let settings = &asked.plane.settings;
    let target = match (Target::of(asked.request)?, &settings.root) {
        (Target::Root, _) if settings.open_api.is_disabled => return Err(openapi::off().into()),
        (Target::Root, Some((_, function))) => Target::Function(function.clone()),
        (target, _) => target,
    };
    let place = asked.entrance.place(&asked.plane.settings, asked.request)?;
    match (asked.request.method.as_str(), &target) {
        ("GET" | "HEAD", Target::Relation(name)) => reading::read(asked, &place, name).await,
        ("POST" | "PUT" | "PATCH" | "DELETE", Target::Relation(name)) => {
            writing::write(asked, &place, name).await
        }
        ("GET" | "HEAD" | "POST", Target::Function(name)) => {
            calling::call(asked, &place, name).await
        }
        ("OPTIONS", Target::Function(name)) => calling::options(asked, &place, name).await,
        ("PUT" | "PATCH" | "DELETE", Target::Function(_)) => {
            let method = &asked.request.method;
            let message = format!("Cannot use the {method} method on RPC");
            Err(Error::new(405, "PGRST101", message).into())
        }
        ("OPTIONS", Target::Relation(name)) => reading::options(asked, &place, name).await,
        ("GET" | "HEAD", Target::Root) => openapi::describe(asked, &place).await,
        ("OPTIONS", Target::Root) => {
            asked.marks.read();
            Ok(openapi::options())
        }
        (method, _) => {
            let message = format!("Unsupported HTTP method: {method}");
            Err(Error::new(405, "PGRST117", message).into())
        }
    }
}
