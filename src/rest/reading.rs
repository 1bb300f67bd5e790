//! GET, HEAD and OPTIONS of a table or view.

use super::asked::{Asked, Failure};
use super::entrance::SchemaAt;
use super::error::Error;
use super::media::{self, Writers, Written};
use super::plan;
use super::preferences::{Applies, Count, Preferences};
use super::query::Query;
use super::range::Range;
use super::respond::{self, Page};
use super::response::Response;
use super::shape::Relation;
use super::shape::find::relation;
use super::sql::{self, Counting, Form};
use super::uri;
use crate::base::percent;
use crate::db::{Answer, Mode};

/// Reads a relation.
pub(super) async fn read(
    asked: &Asked<'_>,
    place: &SchemaAt<'_>,
    name: &str,
) -> Result<Response, Failure> {
    let request = asked.request;
    let is_head = request.method == "HEAD";
    let query = Query::parse(&request.query, false)?;
    let range = Range::of(request, query.range())?;
    let prefs = asked.preferences().await?;
    let accepted = media::accepted(request);
    let shape = asked.shape_with(place, |shape| shape.relation(name).is_some()).await?;
    let relation = relation(&shape, place.schema, name)?;
    let rules = asked.plane.rules();
    let range = range.at_most(rules.rows_max);
    let plan = plan::read(&shape, place.schema, relation, &query, range, &rules)?;
    let writers = Writers::of(&shape, &plan);
    let Written { media, writer, plan: wanted } =
        writers.choose(&accepted, asked.plane.settings.plans)?;
    prefs.check()?;
    let counting = counting(&prefs, rules.rows_max);
    let bytes_max = asked.plane.settings.body_bytes_max;
    let form = Form { media: &media, counting, is_head, bytes_max, writer };
    let statement = sql::read(&shape, place.schema, &plan, &form)?;
    let explain = needs_plan(&prefs).then(|| sql::explain(&shape, place.schema, &plan));
    let mode = Mode { read_only: true, ..Mode::default() };
    if let Some(wanted) = wanted {
        return asked.tell_plan(place, &prefs, mode, (&statement, wanted), &[]).await;
    }
    let answer = asked.call(place, &prefs, mode, &statement, explain.as_ref()).await?;
    let page = Page { prefs: &prefs, media: &media, range, profile: place.profile };
    respond::finish(asked, respond(asked, &page, &answer), &answer).map_err(Failure::from)
}

/// How rows are counted beside the answer.
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

fn respond(asked: &Asked<'_>, page: &Page<'_>, answer: &Answer) -> Result<Response, Error> {
    let rows = answer.number("page").unwrap_or(0);
    let total = total(page.prefs, asked.plane.settings.rows_max, answer);
    let mut response = page.respond(rows, total, |status| {
        let mut response = Response::new(status);
        response.push("Content-Type", page.media.content_type());
        response.body = respond::body(answer);
        response
    })?;
    let path = String::from_utf8_lossy(&percent::decode(&asked.request.path)).into_owned();
    let canonical = uri::canonical(&asked.request.query);
    let question = if canonical.is_empty() { "" } else { "?" };
    response.push("Content-Location", format!("{path}{question}{canonical}"));
    respond::end(&mut response, page.profile, page.prefs.applied(&Applies::default()));
    Ok(response)
}

/// The methods that a relation takes.
pub(super) async fn options(
    asked: &Asked<'_>,
    place: &SchemaAt<'_>,
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
