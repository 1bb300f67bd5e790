//! The plan of a request, in place of what it answers.

use super::{Asked, Failure};
use crate::db::{Generated, Mode};
use crate::rest::entrance::SchemaAt;
use crate::rest::media::{Media, Plan};
use crate::rest::preferences::Preferences;
use crate::rest::response::Response;
use crate::rest::sql;

impl Asked<'_> {
    /// Answers how Postgres runs a statement.
    pub(in crate::rest) async fn tell_plan(
        &self,
        place: &SchemaAt<'_>,
        prefs: &Preferences,
        mode: Mode,
        (statement, plan): (&Generated, Plan),
        own: &[(String, String)],
    ) -> Result<Response, Failure> {
        let explained = sql::explained(statement, &plan);
        let answer = self.call_with(place, prefs, mode, (&explained, None), own).await?;
        let mut response = Response::new(200);
        response.push("Content-Type", Media::Plan(Box::new(plan)).content_type());
        if let Some(profile) = place.profile {
            response.push("Content-Profile", profile);
        }
        response.body = answer.lines().into_bytes();
        Ok(response)
    }
}
