//! The response to a call.

use crate::db::Answer;
use crate::rest::asked::Asked;
use crate::rest::error::Error;
use crate::rest::preferences::{Applies, Count};
use crate::rest::reading::total;
use crate::rest::respond::{Page, body, end};
use crate::rest::response::Response;
use crate::rest::shape::{Function, Returns};

/// The response, but for what the function wants of it.
pub(super) fn respond(
    asked: &Asked<'_>,
    function: &Function,
    page: &Page<'_>,
    answer: &Answer,
) -> Result<Response, Error> {
    let is_one = !function.has_columns && !function.returns_set;
    let rows = if is_one { 1 } else { answer.number("page").unwrap_or(0) };
    let total = match page.prefs.count {
        Some(Count::Planned) => None,
        _ => total(page.prefs, asked.plane.settings.rows_max, answer),
    };
    let is_void = function.returns == Returns::Void;
    let mut response = page.respond(rows, total, |status| {
        let mut response = Response::new(if is_void { 204 } else { status });
        if !is_void {
            response.push("Content-Type", page.media.content_type());
            response.body = body(answer);
        }
        response
    })?;
    let is_strict = page.prefs.is_strict == Some(true);
    let applies = Applies { max_affected: is_strict, ..Applies::default() };
    let profile = page.profile.filter(|_| !is_void);
    end(&mut response, profile, page.prefs.applied(&applies));
    Ok(response)
}
