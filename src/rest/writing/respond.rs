//! The response to a write.

use serde_json::Value;

use super::Verb;
use super::work::Work;
use crate::base::percent;
use crate::db::Answer;
use crate::rest::entrance::SchemaAt;
use crate::rest::media::Media;
use crate::rest::preferences::{Applies, Count, Resolution};
use crate::rest::range;
use crate::rest::respond::{body, end};
use crate::rest::response::Response;

impl Work<'_> {
    /// The response, but for what functions want of it.
    pub(super) fn respond(
        &self,
        media: &Media,
        shown: Option<&SchemaAt<'_>>,
        answer: &Answer,
    ) -> Response {
        let rows = answer.number("page").unwrap_or(0);
        let is_counted = matches!(self.prefs.count, Some(Count::Exact | Count::Estimated));
        let counted = is_counted.then_some(rows);
        let mut response = Response::new(self.status(shown.is_some(), answer));
        if shown.is_some() {
            response.push("Content-Type", media.content_type());
            response.body = body(answer);
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
        let profile = shown.and_then(|place| place.profile);
        end(&mut response, profile, self.prefs.applied(&applies));
        response
    }

    fn status(&self, is_shown: bool, answer: &Answer) -> u16 {
        let merges = self.verb == Verb::Put
            || (self.prefs.resolution == Some(Resolution::Merge)
                && self.conflict_columns().is_some());
        let has_new = answer.text("inserted").and_then(|n| n.parse::<i64>().ok()).unwrap_or(0) > 0;
        match self.verb {
            Verb::Post if merges && !has_new => 200,
            Verb::Post => 201,
            Verb::Put if has_new => 201,
            Verb::Put | Verb::Patch | Verb::Delete if is_shown => 200,
            Verb::Put | Verb::Patch | Verb::Delete => 204,
        }
    }

    /// Where the new row is found.
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
                format!("{}={}", percent::encode(name), percent::encode(&value))
            })
            .collect();
        Some(format!("/{}?{}", self.relation.name, pairs.join("&")))
    }
}
