//! POST, PATCH, PUT and DELETE of a table or view.

use serde_json::Value;

use super::answer::{Asked, Failure};
use super::body::{self, Payload};
use super::entrance::SchemaAt as Place;
use super::error::Error;
use super::media::{self, Media};
use super::plan::{self, Condition, Source};
use super::preferences::{Applies, Count, Preferences, Resolution, Returns};
use super::query::{Logic, Quantified, Query, Test};
use super::range::{self, Range};
use super::reading::{finish, handler};
use super::request::Request;
use super::response::Response;
use super::shape::find::relation;
use super::shape::{Column, Relation};
use super::sql::{self, Checks, Conflict, Form, Rows, Write};
use super::uri;
use crate::db::{Answer, Mode};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    fn of(method: &str) -> Self {
        match method {
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            _ => Self::Delete,
        }
    }
}

/// Writes to a relation.
pub(super) async fn write(
    asked: &Asked<'_>,
    place: &Place<'_>,
    name: &str,
) -> Result<Response, Failure> {
    let request = asked.request;
    let verb = Verb::of(&request.method);
    let query = Query::parse(&request.query, false)?;
    Range::requested(Range::ALL, query.range())?;
    if verb == Verb::Put && query.range() != Range::ALL {
        let message = "limit/offset querystring parameters are not allowed for PUT";
        return Err(Error::new(400, "PGRST114", message).into());
    }
    let payload = match verb {
        Verb::Delete => None,
        _ => Some(body::rows(request, query.columns.is_some())?),
    };
    let prefs = asked.preferences().await?;
    let accepted = media::accepted(request);
    let shape = asked.shape_with(place, |shape| shape.relation(name).is_some()).await?;
    let relation = relation(&shape, place.schema, name)?;
    let rules = plan::Rules { rows_max: None, ..asked.plane.rules() };
    let mut plan = plan::read(&shape, place.schema, relation, &query, Range::ALL, &rules)?;
    plan.source = Source::Given;
    if query.selects_nothing {
        // Then the answer has what is known of the rows without asking for more: their keys.
        plan.columns = relation.primary_key.iter().map(|name| plan::Output::of(name)).collect();
    }
    let conditions = std::mem::take(&mut plan.conditions);
    if asked.plane.settings.filter_required
        && conditions.is_empty()
        && matches!(verb, Verb::Patch | Verb::Delete)
    {
        return Err(unfiltered(verb).into());
    }
    let chosen = media::choose_or_plan(&accepted, asked.plane.settings.plans, |media| {
        media::is_for_rows(media) || handler(&shape, &plan, media).is_some()
    })?;
    let media = chosen.media;
    let work = Work { verb, relation, query: &query, prefs: &prefs, payload: payload.as_ref() };
    let write = work.write(&conditions)?;
    let shows = prefs.returns == Some(Returns::Representation);
    let handler = handler(&shape, &plan, &media);
    let bytes_max = asked.plane.settings.body_bytes_max;
    let form = Form { handler, ..Form::of(&media, bytes_max) };
    let location = work.location();
    let statement = sql::write(
        (&shape, place.schema),
        &plan,
        &conditions,
        &write,
        (shows.then_some(&form), location),
        work.checks(&media)?,
    )?;
    let rolls_back = prefs.rolls_back.unwrap_or(asked.plane.settings.rolls_back);
    let mode = Mode { rolls_back, ..Mode::default() };
    if let Some(wanted) = chosen.plan {
        return asked.tell_plan(place, &prefs, mode, (&statement, wanted), &[]).await;
    }
    let answer = asked.call(place, &prefs, mode, &statement, None).await?;
    let response = work.respond(&media, shows.then_some(place), &answer);
    finish(asked, response, &answer).map_err(Failure::from)
}

fn unfiltered(verb: Verb) -> Error {
    let word = if verb == Verb::Patch { "UPDATE" } else { "DELETE" };
    Error::new(400, "21000", format!("{word} requires a WHERE clause"))
}

/// The refusal of an update or delete that has no filter of its own, or whose filters can't be
/// read: for whoever hands requests on to a server that would take it.
pub fn refuse_unfiltered(request: &Request) -> Option<Response> {
    let verb = Verb::of(&request.method);
    let is_call = request.path.starts_with("/rpc/");
    if is_call || !matches!(request.method.as_str(), "PATCH" | "DELETE") {
        return None;
    }
    match Query::parse(&request.query, false) {
        Err(error) => Some(error.into_response()),
        Ok(query) => {
            let own = |path: &[String]| path.is_empty();
            let has_filter = query.filters.iter().any(|(path, _)| own(path))
                || query.logic.iter().any(|(path, _)| own(path));
            (!has_filter).then(|| unfiltered(verb).into_response())
        }
    }
}

/// A write that is asked for.
struct Work<'a> {
    verb: Verb,
    relation: &'a Relation,
    query: &'a Query,
    prefs: &'a Preferences,
    payload: Option<&'a Payload>,
}

impl<'a> Work<'a> {
    fn write(&self, conditions: &[Condition]) -> Result<Write<'a>, Error> {
        match self.verb {
            Verb::Post => {
                Ok(Write::Insert { rows: self.rows()?, conflict: self.conflict(), is_keyed: false })
            }
            Verb::Put => {
                self.check_key(conditions)?;
                let columns = self.relation.primary_key.clone();
                let conflict = Some(Conflict { columns, merges: true });
                Ok(Write::Insert { rows: self.rows()?, conflict, is_keyed: true })
            }
            Verb::Patch => Ok(Write::Update(self.rows()?)),
            Verb::Delete => Ok(Write::Delete),
        }
    }

    fn rows(&self) -> Result<Rows<'a>, Error> {
        let Some(payload) = self.payload else { return Err(Error::internal()) };
        let mut names: Vec<&str> = match &self.query.columns {
            Some(columns) if !payload.is_table => columns.iter().map(String::as_str).collect(),
            _ => payload.keys.iter().map(String::as_str).collect(),
        };
        names.sort_unstable();
        names.dedup();
        let column = |name: &str| -> Result<&'a Column, Error> {
            self.relation.column(name).ok_or_else(|| {
                let table = &self.relation.name;
                let message =
                    format!("Could not find the '{name}' column of '{table}' in the schema cache");
                Error::new(400, "PGRST204", message)
            })
        };
        Ok(Rows {
            json: &payload.json,
            is_array: payload.is_array,
            columns: names.into_iter().map(column).collect::<Result<_, _>>()?,
            with_defaults: self.prefs.missing_is_default == Some(true),
        })
    }

    /// Columns by which rows are known that are there already.
    fn conflict_columns(&self) -> Option<&'a [String]> {
        let key = (!self.relation.primary_key.is_empty()).then_some(&self.relation.primary_key[..]);
        self.query.on_conflict.as_deref().or(key)
    }

    fn conflict(&self) -> Option<Conflict> {
        let resolution = self.prefs.resolution?;
        let columns = self.conflict_columns()?.to_vec();
        Some(Conflict { columns, merges: resolution == Resolution::Merge })
    }

    /// PUT names all of the key, and nothing else.
    fn check_key(&self, conditions: &[Condition]) -> Result<(), Error> {
        let mut names: Vec<&str> = Vec::new();
        let mut is_plain = true;
        for condition in conditions {
            match condition {
                Condition::Logic(Logic::Filter(filter))
                    if !filter.is_negated
                        && filter.field.path.is_empty()
                        && matches!(filter.test, Test::Quantified(Quantified::Eq, None, _)) =>
                {
                    names.push(&filter.field.name);
                }
                _ => is_plain = false,
            }
        }
        names.sort_unstable();
        let mut key: Vec<&str> = self.relation.primary_key.iter().map(String::as_str).collect();
        key.sort_unstable();
        if !is_plain || key.is_empty() || names != key {
            let message =
                "Filters must include all and only primary key columns with 'eq' operators";
            return Err(Error::new(405, "PGRST105", message));
        }
        Ok(())
    }

    fn location(&self) -> &'a [String] {
        let wanted = self.verb == Verb::Post && self.prefs.returns == Some(Returns::HeadersOnly);
        if wanted { &self.relation.primary_key } else { &[] }
    }

    fn checks(&self, media: &Media) -> Result<Checks, Error> {
        let limits = matches!(self.verb, Verb::Patch | Verb::Delete);
        let affected_max = self.affected_max().filter(|_| limits);
        if affected_max.is_some_and(|most| most < 0) {
            return Err(too_many(affected_max.unwrap_or(0)));
        }
        Ok(Checks { single: media.is_single(), affected_max, key: self.verb == Verb::Put })
    }

    fn affected_max(&self) -> Option<i64> {
        self.prefs.max_affected.filter(|_| self.prefs.is_strict == Some(true))
    }

    /// The response, but for what functions want of it.
    fn respond(
        &self,
        media: &Media,
        shown: Option<&Place<'_>>,
        answer: &Answer,
    ) -> Result<Response, Error> {
        let rows = answer.number("page").unwrap_or(0);
        let counted = (self.prefs.count == Some(Count::Exact)).then_some(rows);
        let merges = self.verb == Verb::Put
            || (self.prefs.resolution == Some(Resolution::Merge)
                && self.conflict_columns().is_some());
        let has_new = answer.text("inserted").and_then(|n| n.parse::<i64>().ok()).unwrap_or(0) > 0;
        let status = match (self.verb, shown) {
            (Verb::Post, _) if merges && !has_new => 200,
            (Verb::Post, _) => 201,
            (Verb::Put, Some(_)) if has_new => 201,
            (Verb::Put, None) if has_new => 201,
            (_, Some(_)) => 200,
            (_, None) => 204,
        };
        let mut response = Response::new(status);
        if let Some(place) = shown {
            response.push("Content-Type", media.content_type());
            response.body = answer.text("body").unwrap_or_default().as_bytes().to_vec();
            if let Some(profile) = place.profile {
                response.push("Content-Profile", profile);
            }
        }
        match self.verb {
            Verb::Post | Verb::Delete => {
                response.push("Content-Range", range::content_range(0, 0, counted));
            }
            Verb::Patch => response.push("Content-Range", range::content_range(0, rows, counted)),
            Verb::Put => {}
        }
        if let Some(location) = self.location_of(answer) {
            response.push("Location", location);
        }
        let applies = Applies {
            resolution: self.verb == Verb::Post && self.conflict_columns().is_some(),
            missing: matches!(self.verb, Verb::Post | Verb::Patch),
            returns: true,
            max_affected: self.affected_max().is_some()
                && matches!(self.verb, Verb::Patch | Verb::Delete),
        };
        if let Some(applied) = self.prefs.applied(&applies) {
            response.push("Preference-Applied", applied);
        }
        Ok(response)
    }

    fn location_of(&self, answer: &Answer) -> Option<String> {
        let values: Vec<Value> = serde_json::from_str(answer.text("location")?).ok()?;
        let pairs: Vec<String> = self
            .relation
            .primary_key
            .iter()
            .zip(values)
            .map(|(name, value)| {
                let value = match value {
                    Value::String(text) => format!("eq.{text}"),
                    _ => "is.null".to_owned(),
                };
                format!("{}={}", uri::encode(name), uri::encode(&value))
            })
            .collect();
        Some(format!("/{}?{}", self.relation.name, pairs.join("&")))
    }
}

/// PGRST124.
pub(super) fn too_many(rows: i64) -> Error {
    Error::new(400, "PGRST124", "Query result exceeds max-affected preference constraint")
        .details(format!("The query affects {rows} rows"))
}
