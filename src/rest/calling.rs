//! Calls of functions.

use std::collections::BTreeSet;

use super::answer::{Asked, Failure};
use super::body::{self, Kind, Payload};
use super::entrance::SchemaAt as Place;
use super::error::Error;
use super::media::{self, Chosen, Media};
use super::plan::{self, Output, Source, routine};
use super::plane::ISOLATION;
use super::preferences::{Applies, Count, Preferences};
use super::query::Query;
use super::range::{self, Range};
use super::reading::{counting, finish, handler, not_single, total};
use super::response::Response;
use super::shape::{Function, Relation, Returns, Volatility};
use super::sql::{self, Arguments, Call, Checks, Form};
use crate::db::{Answer, Isolation, Mode};

/// What the caller gives to a function.
enum Given {
    /// Texts by name: parameters of the URL, or a form.
    Texts(Vec<(String, String)>),
    /// A JSON body.
    Json(Payload),
    /// A body as it stands.
    Whole(String),
}

/// Calls a function by GET, HEAD or POST.
pub(super) async fn call(
    asked: &Asked<'_>,
    place: &Place<'_>,
    name: &str,
) -> Result<Response, Failure> {
    let request = asked.request;
    let is_post = request.method == "POST";
    let is_head = request.method == "HEAD";
    let query = Query::parse(&request.query, !is_post)?;
    let header = request
        .header("range")
        .filter(|_| request.method == "GET")
        .map_or(Range::ALL, Range::from_header);
    let range = Range::requested(header, query.range())?;
    let kind = if is_post { Some(Kind::of(request)?) } else { None };
    let given = given(asked, &query, kind)?;
    let prefs = asked.preferences().await?;
    let accepted = media::accepted(request);
    let shape = asked.shape_with(place, |shape| !shape.functions(name).is_empty()).await?;
    let names = given.names(&query);
    let found = routine::find(&shape, place.schema, name, &names, kind)?;
    let function = found.function;
    let arguments = arguments(function, found.takes_whole, &given, asked, &query);
    let is_scalar = !function.has_columns;
    let own = unshaped(function);
    let relation = match &function.returns {
        Returns::Relation(name) => shape.relation(name).unwrap_or(&own),
        Returns::Void | Returns::Scalar(_) | Returns::Record(_) => &own,
    };
    let rules = asked.plane.rules();
    let range = range.at_most(rules.rows_max);
    let mut plan = plan::read(&shape, place.schema, relation, &query, range, &rules)?;
    plan.source = Source::Given;
    if is_scalar {
        if plan.columns.iter().all(|column| column.name.is_none()) {
            plan.columns = vec![Output::of("pgrst_scalar")];
        }
        plan.embeds.clear();
    }
    let has_plans = asked.plane.settings.plans;
    let has_handler = |media: &Media| handler(&shape, &plan, media).is_some();
    let chosen = choose(&accepted, has_plans, function, has_handler)?;
    let media = chosen.media;
    let handler = handler(&shape, &plan, &media);
    let writes = is_post && function.volatility == Volatility::Volatile;
    let checks = checks(&prefs, function, &media, writes)?;
    let counting = counting(&prefs, rules.rows_max);
    let bytes_max = asked.plane.settings.body_bytes_max;
    let form = Form { media: &media, counting, is_head, bytes_max, handler };
    let call = Call { function, arguments, is_scalar };
    let statement = sql::call((&shape, place.schema), &plan, &call, &form, (writes, checks))?;
    let rolls_back = prefs.rolls_back.unwrap_or(asked.plane.settings.rolls_back);
    let hoists = asked.plane.settings.hoisted.iter().any(|name| name == ISOLATION);
    let isolation = isolation(function).filter(|_| hoists);
    let mode = Mode { read_only: !writes, isolation, rolls_back };
    if let Some(wanted) = chosen.plan {
        let explained = (&statement, wanted);
        return asked.tell_plan(place, &prefs, mode, explained, &function.settings).await;
    }
    let answer =
        asked.call_with(place, &prefs, mode, (&statement, None), &function.settings).await?;
    let response = respond(asked, place, &prefs, &media, function, range, &answer);
    finish(asked, response, &answer).map_err(Failure::from)
}

fn given(asked: &Asked<'_>, query: &Query, kind: Option<Kind>) -> Result<Given, Error> {
    let body = &asked.request.body;
    match kind {
        None => Ok(Given::Texts(query.arguments.clone())),
        Some(Kind::Json) if body.is_empty() => body::json(b"{}", false).map(Given::Json),
        Some(Kind::Json) => body::json(body, query.columns.is_some()).map(Given::Json),
        Some(Kind::Form) => Ok(Given::Texts(body::form(body)?.0)),
        Some(Kind::Csv) => body::rows(asked.request, true).map(Given::Json),
        Some(Kind::Bytes) => {
            let hex: String = body.iter().map(|byte| format!("{byte:02x}")).collect();
            Ok(Given::Whole(format!("\\x{hex}")))
        }
        Some(Kind::Text | Kind::Xml) => {
            Ok(Given::Whole(String::from_utf8_lossy(body).into_owned()))
        }
    }
}

impl Given {
    fn names<'a>(&'a self, query: &'a Query) -> BTreeSet<&'a str> {
        match (self, &query.columns) {
            (Self::Texts(pairs), _) => pairs.iter().map(|(name, _)| name.as_str()).collect(),
            (Self::Json(_), Some(columns)) => columns.iter().map(String::as_str).collect(),
            (Self::Json(payload), None) => payload.keys.iter().map(String::as_str).collect(),
            (Self::Whole(_), _) => BTreeSet::new(),
        }
    }
}

fn arguments<'a>(
    function: &'a Function,
    takes_whole: bool,
    given: &'a Given,
    asked: &Asked<'_>,
    query: &Query,
) -> Arguments<'a> {
    match given {
        Given::Whole(text) => Arguments::Whole(text.clone()),
        Given::Json(payload) if takes_whole => {
            // The body as it came, unless it was no object and no array.
            let is_same = payload.json == "[]" || asked.request.body.is_empty();
            let body = String::from_utf8_lossy(&asked.request.body).into_owned();
            let text =
                if is_same && !asked.request.body.is_empty() { payload.json.clone() } else { body };
            Arguments::Whole(text)
        }
        Given::Json(payload) => {
            let names = given.names(query);
            let arguments =
                function.arguments.iter().filter(|a| names.contains(a.name.as_str())).collect();
            Arguments::Json { json: &payload.json, is_array: payload.is_array, arguments }
        }
        Given::Texts(pairs) => {
            let values = |name: &str| -> Vec<String> {
                pairs.iter().filter(|(key, _)| key == name).map(|(_, v)| v.clone()).collect()
            };
            let named = function.arguments.iter().map(|a| (a, values(&a.name)));
            Arguments::Texts(named.filter(|(_, values)| !values.is_empty()).collect())
        }
    }
}

/// A relation for rows of which the shape knows nothing.
fn unshaped(function: &Function) -> Relation {
    let name = match &function.returns {
        Returns::Record(name) if function.has_columns => name,
        _ => &function.name,
    };
    Relation {
        name: name.clone(),
        comment: None,
        columns: Vec::new(),
        primary_key: Vec::new(),
        is_insertable: false,
        is_updatable: false,
        is_deletable: false,
        computed: Vec::new(),
        relationships: Vec::new(),
    }
}

/// The media type of the answer: one for rows, or the one that the function makes.
fn choose(
    accepted: &[Media],
    has_plans: bool,
    function: &Function,
    has_handler: impl Fn(&Media) -> bool,
) -> Result<Chosen, Error> {
    let own = match &function.returns {
        Returns::Scalar(name) if name.contains('/') && !function.returns_set => Some(name.as_str()),
        _ => None,
    };
    if own == Some("*/*") {
        let media = Media::Other("application/octet-stream".to_owned());
        return Ok(Chosen { media, plan: None });
    }
    media::choose_or_plan(accepted, has_plans, |media| match media {
        Media::Other(name) => own == Some(name.as_str()) || has_handler(media),
        media => media::is_for_rows(media),
    })
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
        return Err(super::writing::too_many(affected_max.unwrap_or(0)));
    }
    Ok(Checks { single: media.is_single() && writes, affected_max, key: false })
}

fn isolation(function: &Function) -> Option<Isolation> {
    let setting = function.settings.iter().find(|(name, _)| name == ISOLATION);
    super::plane::isolation(&setting?.1)
}

fn respond(
    asked: &Asked<'_>,
    place: &Place<'_>,
    prefs: &Preferences,
    media: &Media,
    function: &Function,
    range: Range,
    answer: &Answer,
) -> Result<Response, Error> {
    let is_one = !function.has_columns && !function.returns_set;
    let rows = if is_one { 1 } else { answer.number("page").unwrap_or(0) };
    if media.is_single() && rows != 1 {
        return Err(not_single(rows));
    }
    let counted = match prefs.count {
        Some(Count::Planned) => None,
        _ => total(prefs, asked.plane.settings.rows_max, answer),
    };
    let offset = i64::try_from(range.offset).unwrap_or(i64::MAX);
    let mut response = Response::new(200);
    match range::status(offset, rows, counted) {
        Ok(_) if function.returns == Returns::Void => response.status = 204,
        Ok(status) => {
            response.status = status;
            response.push("Content-Type", media.content_type());
            response.body = match answer.bytes("raw") {
                Some(bytes) => bytes.to_vec(),
                None => answer.text("body").unwrap_or_default().as_bytes().to_vec(),
            };
        }
        Err(error) => response = super::reading::without_proxy_status(error),
    }
    response.push("Content-Range", range::content_range(offset, rows, counted));
    if let Some(profile) = place.profile.filter(|_| function.returns != Returns::Void) {
        response.push("Content-Profile", profile);
    }
    let strict = prefs.is_strict == Some(true);
    let applies = Applies { max_affected: strict, ..Applies::default() };
    if let Some(applied) = prefs.applied(&applies) {
        response.push("Preference-Applied", applied);
    }
    Ok(response)
}

/// The methods that a function takes.
pub(super) async fn options(
    asked: &Asked<'_>,
    place: &Place<'_>,
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
