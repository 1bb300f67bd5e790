//! All of a request that needs no database: what a fuzzer tries, millions of times.

use super::error::Error;
use super::media::{self, Writers, Written};
use super::plan::{self, Rules};
use super::preferences::Preferences;
use super::query::Query;
use super::range::Range;
use super::request::Request;
use super::shape::Shape;
use super::sql::{self, Counting, Form};
use super::target::Target;
use super::{body, uri};
use crate::db::Generated;

/// The schema that statements of a rehearsal name.
pub const SCHEMA: &str = "rehearsed";

/// Reads all that a request says, plans it, and makes the statement that would be sent.
///
/// # Errors
/// What the caller would be told.
pub fn rehearse(shape: &Shape, request: &Request) -> Result<Generated, Error> {
    let target = Target::of(request)?;
    let preferences = Preferences::read(request, true);
    preferences.check()?;
    let _ = uri::canonical(&request.query);
    if !request.is_read() {
        body::rows(request, false)?;
    }
    let (name, is_call) = match target {
        Target::Relation(name) => (name, false),
        Target::Function(name) => (name, true),
        Target::Root => (String::new(), false),
    };
    let query = Query::parse(&request.query, is_call)?;
    let header = request.header("range").map_or(Range::ALL, Range::from_header);
    let range = Range::requested(header, query.range())?.at_most(Some(1_000));
    let relation = super::shape::find::relation(shape, SCHEMA, &name)?;
    let rules = Rules { aggregates: true, rows_max: Some(1_000), depth_max: 16, embeds_max: 64 };
    let plan = plan::read(shape, SCHEMA, relation, &query, range, &rules)?;
    let accepted = media::accepted(request);
    let Written { media, writer, plan: wanted } =
        Writers::of(shape, &plan).choose(&accepted, true)?;
    let counting = Counting::All;
    let form = Form { media: &media, counting, is_head: false, bytes_max: 1 << 20, writer };
    let statement = sql::read(shape, SCHEMA, &plan, &form)?;
    Ok(match &wanted {
        Some(plan) => sql::explained(&statement, plan),
        None => statement,
    })
}
