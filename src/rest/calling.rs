//! Calls of functions.

mod given;
mod respond;

use std::collections::BTreeSet;

use super::asked::{Asked, Failure};
use super::body::Kind;
use super::entrance::SchemaAt;
use super::error::Error;
use super::media::{self, Media, Writers, Written};
use super::plan::{self, Output, Source, routine};
use super::plane::ISOLATION;
use super::preferences::Preferences;
use super::query::Query;
use super::range::Range;
use super::reading::counting;
use super::respond::{Page, finish};
use super::response::Response;
use super::shape::{Function, Returns, Volatility};
use super::sql::{self, Call, Checks, Form};
use crate::db::{Isolation, Mode};
use given::Given;

/// Calls a function by GET, HEAD or POST.
pub(super) async fn call(
    asked: &Asked<'_>,
    place: &SchemaAt<'_>,
    name: &str,
) -> Result<Response, Failure> {
    let request = asked.request;
    let is_post = request.method == "POST";
    let is_head = request.method == "HEAD";
    let query = Query::parse(&request.query, !is_post)?;
    let range = Range::of(request, query.range())?;
    let kind = if is_post { Some(Kind::of(request)?) } else { None };
    let given = Given::of(request, &query, kind)?;
    let prefs = asked.preferences().await?;
    let accepted = media::accepted(request);
    let shape = asked.shape_with(place, |shape| !shape.functions(name).is_empty()).await?;
    let found = routine::find(&shape, place.schema, name, &given.names(&query), kind)?;
    let function = found.function;
    let arguments = given.arguments(function, found.takes_whole, request, &query);
    let is_scalar = !function.has_columns;
    let own = given::unshaped(function);
    let relation = match &function.returns {
        Returns::Relation(name) => shape.relation(name).unwrap_or(&own),
        Returns::Void | Returns::Scalar(_) | Returns::Record(_) => &own,
    };
    let rules = asked.plane.rules();
    let range = range.at_most(rules.rows_max);
    let mut plan = plan::read(&shape, place.schema, relation, &query, range, &rules)?;
    plan.source = Source::Given;
    let writers = Writers::of(&shape, &plan).of_call(function);
    let Written { media, writer, plan: wanted } =
        writers.choose(&accepted, asked.plane.settings.plans)?;
    prefs.check()?;
    if is_scalar {
        has_one_value(&mut plan);
    }
    let writes = is_post && function.volatility == Volatility::Volatile;
    let checks = checks(&prefs, function, &media, writes)?;
    let counting = counting(&prefs, rules.rows_max);
    let bytes_max = asked.plane.settings.body_bytes_max;
    let form = Form { media: &media, counting, is_head, bytes_max, writer };
    let call = Call { function, arguments, is_scalar };
    let statement = sql::call((&shape, place.schema), &plan, &call, &form, (writes, checks))?;
    let rolls_back = prefs.rolls_back.unwrap_or(asked.plane.settings.rolls_back);
    let hoists = asked.plane.settings.hoisted.iter().any(|name| name == ISOLATION);
    let isolation = isolation(function).filter(|_| hoists);
    let mode = Mode { read_only: !writes, isolation, rolls_back };
    if let Some(wanted) = wanted {
        let explained = (&statement, wanted);
        return asked.tell_plan(place, &prefs, mode, explained, &function.settings).await;
    }
    let answer =
        asked.call_with(place, &prefs, mode, (&statement, None), &function.settings).await?;
    let page = Page { prefs: &prefs, media: &media, range, profile: place.profile };
    let response = respond::respond(asked, function, &page, &answer);
    finish(asked, response, &answer).map_err(Failure::from)
}

/// Rows of a plan are values without a name.
fn has_one_value(plan: &mut plan::Read<'_>) {
    if plan.columns.iter().all(|column| column.name.is_none()) {
        plan.columns = vec![Output::of("pgrst_scalar")];
    }
    plan.embeds.clear();
}

fn checks(
    prefs: &Preferences,
    function: &Function,
    media: &Media,
    writes: bool,
) -> Result<Checks, Error> {
    let affected_max = prefs.max_affected.filter(|_| prefs.is_strict == Some(true));
    if affected_max.is_some() && !function.returns_set {
        let message = "Function must return SETOF or TABLE when max-affected preference is used with handling=strict";
        return Err(Error::new(400, "PGRST128", message));
    }
    if affected_max.is_some_and(|most| most < 0) {
        return Err(Error::too_many(affected_max.unwrap_or(0)));
    }
    Ok(Checks { single: media.is_single() && writes, affected_max, key: false })
}

fn isolation(function: &Function) -> Option<Isolation> {
    let setting = function.settings.iter().find(|(name, _)| name == ISOLATION);
    super::plane::isolation(&setting?.1)
}

/// The methods that a function takes.
pub(super) async fn options(
    asked: &Asked<'_>,
    place: &SchemaAt<'_>,
    name: &str,
) -> Result<Response, Failure> {
    let shape = asked.shape_with(place, |shape| !shape.functions(name).is_empty()).await?;
    let found = routine::find(&shape, place.schema, name, &BTreeSet::new(), None)?;
    let mut response = Response::new(200);
    response.push("Access-Control-Allow-Origin", "*");
    let allowed = match found.function.volatility {
        Volatility::Volatile => "OPTIONS,POST",
        Volatility::Stable | Volatility::Immutable => "OPTIONS,GET,HEAD,POST",
    };
    response.push("Allow", allowed);
    Ok(response)
}
