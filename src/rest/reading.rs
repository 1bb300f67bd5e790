//! GET, HEAD and OPTIONS of a table or view.

use super::answer::{Asked, Failure};
use super::entrance::SchemaAt as Place;
use super::error::Error;
use super::media::{self, Media};
use super::plan;
use super::preferences::{Applies, Count, Preferences};
use super::query::Query;
use super::range::{self, Range};
use super::response::Response;
use super::shape::find::relation;
use super::shape::{Handler, Relation, Shape};
use super::sql::{self, Counting, Form};
use super::uri;
use crate::db::{Answer, Mode};

/// Reads a relation.
pub(super) async fn read(
    asked: &Asked<'_>,
    place: &Place<'_>,
    name: &str,
) -> Result<Response, Failure> {
    let request = asked.request;
    let is_head = request.method == "HEAD";
    let query = Query::parse(&request.query, false)?;
    let header =
        request.header("range").filter(|_| !is_head).map_or(Range::ALL, Range::from_header);
    let range = Range::requested(header, query.range())?;
    let prefs = asked.preferences().await?;
    let accepted = media::accepted(request);
    let shape = asked.shape_with(place, |shape| shape.relation(name).is_some()).await?;
    let relation = relation(&shape, place.schema, name)?;
    let rules = asked.plane.rules();
    let range = range.at_most(rules.rows_max);
    let plan = plan::read(&shape, place.schema, relation, &query, range, &rules)?;
    let chosen = media::choose_or_plan(&accepted, asked.plane.settings.plans, |media| {
        media::is_for_rows(media) || handler(&shape, &plan, media).is_some()
    })?;
    let media = chosen.media;
    let handler = handler(&shape, &plan, &media);
    let counting = counting(&prefs, rules.rows_max);
    let bytes_max = asked.plane.settings.body_bytes_max;
    let form = Form { media: &media, counting, is_head, bytes_max, handler };
    let statement = sql::read(&shape, place.schema, &plan, &form)?;
    let explain = needs_plan(&prefs).then(|| sql::explain(&shape, place.schema, &plan));
    let mode = Mode { read_only: true, ..Mode::default() };
    if let Some(wanted) = chosen.plan {
        return asked.tell_plan(place, &prefs, mode, (&statement, wanted), &[]).await;
    }
    let answer = asked.call(place, &prefs, mode, &statement, explain.as_ref()).await?;
    let response = respond(asked, place, &prefs, &media, range, &answer);
    finish(asked, response, &answer).map_err(Failure::from)
}

/// The aggregate that writes the plan's rows as a media type. One for rows of the relation wants
/// whole rows.
pub(super) fn handler<'s>(
    shape: &'s Shape,
    plan: &plan::Read<'_>,
    media: &Media,
) -> Option<&'s Handler> {
    let Media::Other(name) = media else { return None };
    let is_whole = plan.embeds.is_empty() && plan.columns.iter().all(|c| c.name.is_none());
    shape.handler(name, &plan.relation.name).filter(|h| h.relation.is_none() || is_whole)
}

/// What functions and triggers want of the response.
pub(super) fn finish(
    asked: &Asked<'_>,
    response: Result<Response, Error>,
    answer: &Answer,
) -> Result<Response, Error> {
    let mut response = response?;
    if response.body.len() > asked.plane.settings.body_bytes_max {
        return Err(too_large());
    }
    if let Some(text) = answer.text("response_headers") {
        let headers: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(text).map_err(|_| Error::bad_headers())?;
        let mut wanted = Vec::new();
        for header in headers {
            match header.iter().next() {
                Some((name, serde_json::Value::String(value))) if header.len() == 1 => {
                    wanted.push((name.clone(), value.clone()));
                }
                _ => return Err(Error::bad_headers()),
            }
        }
        response
            .headers
            .retain(|(name, _)| wanted.iter().all(|(other, _)| !other.eq_ignore_ascii_case(name)));
        response.headers.extend(wanted);
    }
    if let Some(text) = answer.text("response_status") {
        let status = text.parse().ok().filter(|status| (100..1000).contains(status));
        response.status = status.ok_or_else(Error::bad_status)?;
    }
    if matches!(response.status, 204 | 304) {
        response.body.clear();
    }
    Ok(response)
}

pub(super) fn counting(prefs: &Preferences, rows_max: Option<u32>) -> Counting {
    match (prefs.count, rows_max) {
        (Some(Count::Exact), _) | (Some(Count::Estimated), None) => Counting::All,
        (Some(Count::Estimated), Some(most)) => Counting::UpTo(i64::from(most) + 1),
        (Some(Count::Planned) | None, _) => Counting::No,
    }
}

fn needs_plan(prefs: &Preferences) -> bool {
    matches!(prefs.count, Some(Count::Planned | Count::Estimated))
}

/// The number of all rows, counted or guessed.
pub(super) fn total(prefs: &Preferences, rows_max: Option<u32>, answer: &Answer) -> Option<i64> {
    let counted = answer.number("total");
    let guessed = || answer.explained()?.get(0)?.get("Plan")?.get("Plan Rows")?.as_f64();
    #[expect(clippy::cast_possible_truncation, reason = "a guess of the planner")]
    let guessed = || guessed().map(|rows| rows as i64);
    match prefs.count? {
        Count::Exact => counted,
        Count::Planned => guessed(),
        Count::Estimated => match (counted, rows_max) {
            (Some(counted), Some(most)) if counted <= i64::from(most) => Some(counted),
            (Some(counted), _) => Some(counted.max(guessed().unwrap_or(0))),
            (None, _) => guessed(),
        },
    }
}

/// The response of a read.
fn respond(
    asked: &Asked<'_>,
    place: &Place<'_>,
    prefs: &Preferences,
    media: &Media,
    range: Range,
    answer: &Answer,
) -> Result<Response, Error> {
    let rows = answer.number("page").unwrap_or(0);
    if media.is_single() && rows != 1 {
        return Err(not_single(rows));
    }
    let body = answer.text("body").unwrap_or_default();
    let total = total(prefs, asked.plane.settings.rows_max, answer);
    let offset = i64::try_from(range.offset).unwrap_or(i64::MAX);
    let mut response = Response::new(200);
    match range::status(offset, rows, total) {
        Ok(status) => {
            response.status = status;
            response.push("Content-Type", media.content_type());
            response.body = body.as_bytes().to_vec();
        }
        Err(error) => response = without_proxy_status(error),
    }
    response.push("Content-Range", range::content_range(offset, rows, total));
    let path = String::from_utf8_lossy(&uri::decode(&asked.request.path, false)).into_owned();
    let canonical = uri::canonical(&asked.request.query);
    let question = if canonical.is_empty() { "" } else { "?" };
    response.push("Content-Location", format!("{path}{question}{canonical}"));
    if let Some(profile) = place.profile {
        response.push("Content-Profile", profile);
    }
    if let Some(applied) = prefs.applied(&Applies::default()) {
        response.push("Preference-Applied", applied);
    }
    Ok(response)
}

/// A range beyond the last row is an answer with all headers of one.
pub(super) fn without_proxy_status(error: Error) -> Response {
    let mut response = error.into_response();
    response.headers.retain(|(name, _)| name != "Proxy-Status");
    response
}

/// The body is larger than the settings allow.
pub(super) fn too_large() -> Error {
    Error::new(413, "PGRSTX01", "The answer is larger than this server sends")
        .hint("Ask for fewer rows or columns.".to_owned())
}

/// PGRST116.
pub(super) fn not_single(rows: i64) -> Error {
    Error::new(406, "PGRST116", "Cannot coerce the result to a single JSON object")
        .details(format!("The result contains {rows} rows"))
}

/// The methods that a relation takes.
pub(super) async fn options(
    asked: &Asked<'_>,
    place: &Place<'_>,
    name: &str,
) -> Result<Response, Failure> {
    let shape = asked.shape_with(place, |shape| shape.relation(name).is_some()).await?;
    let relation = relation(&shape, place.schema, name)?;
    let mut response = Response::new(200);
    response.push("Access-Control-Allow-Origin", "*");
    response.push("Allow", allowed(relation));
    Ok(response)
}

fn allowed(relation: &Relation) -> String {
    let mut methods = vec!["OPTIONS", "GET", "HEAD"];
    if relation.is_insertable {
        methods.push("POST");
        if relation.is_updatable && !relation.primary_key.is_empty() {
            methods.push("PUT");
        }
    }
    if relation.is_updatable {
        methods.push("PATCH");
    }
    if relation.is_deletable {
        methods.push("DELETE");
    }
    methods.join(",")
}
