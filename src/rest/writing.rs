//! POST, PATCH, PUT and DELETE of a table or view.

mod respond;
mod unfiltered;
mod work;

use super::asked::{Asked, Failure};
use super::body;
use super::entrance::SchemaAt;
use super::error::Error;
use super::media::{self, Writers, Written};
use super::plan::{self, Source};
use super::preferences::Returns;
use super::query::Query;
use super::range::Range;
use super::respond::finish;
use super::response::Response;
use super::shape::find::relation;
use super::sql::{self, Form};
use crate::db::Mode;
pub use unfiltered::refuse_unfiltered;
use work::Work;

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
    place: &SchemaAt<'_>,
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
        return Err(unfiltered::refusal(verb).into());
    }
    prefs.check()?;
    let writers = Writers::of(&shape, &plan);
    let Written { media, writer, plan: wanted } =
        writers.choose(&accepted, asked.plane.settings.plans)?;
    let work = Work { verb, relation, query: &query, prefs: &prefs, payload: payload.as_ref() };
    let write = work.write(&conditions)?;
    let shows = prefs.returns == Some(Returns::Representation);
    let bytes_max = asked.plane.settings.body_bytes_max;
    let form = Form { writer, ..Form::of(&media, bytes_max) };
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
    if let Some(wanted) = wanted {
        return asked.tell_plan(place, &prefs, mode, (&statement, wanted), &[]).await;
    }
    let answer = asked.call(place, &prefs, mode, &statement, None).await?;
    let response = work.respond(&media, shows.then_some(place), &answer);
    finish(asked, Ok(response), &answer).map_err(Failure::from)
}
