//! What responses to reads, writes and calls have in common.

use serde_json::{Map, Value};

use super::asked::Asked;
use super::error::Error;
use super::media::Media;
use super::preferences::Preferences;
use super::range::{self, Range};
use super::response::Response;
use crate::db::Answer;

/// A page of rows that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    /// What the caller prefers.
    pub(super) prefs: &'a Preferences,
    /// What the rows are written as.
    pub(super) media: &'a Media,
    /// Which rows they are.
    pub(super) range: Range,
    /// The schema, where the answer is to name it.
    pub(super) profile: Option<&'a str>,
}

impl Page<'_> {
    /// The response with this many rows out of all, as `begin` makes it with its status. A range
    /// beyond the last row is an answer with all headers of one, its media type among them, although
    /// the body is JSON.
    pub(super) fn respond(
        &self,
        rows: i64,
        total: Option<i64>,
        begin: impl FnOnce(u16) -> Response,
    ) -> Result<Response, Error> {
        if self.media.is_single() && rows != 1 {
            return Err(Error::not_single(rows));
        }
        let offset = i64::try_from(self.range.offset).unwrap_or(i64::MAX);
        let mut response = match range::status(offset, rows, total) {
            Ok(status) => begin(status),
            Err(error) => {
                let mut response = error.into_response();
                response
                    .headers
                    .retain(|(name, _)| name != "Proxy-Status" && name != "Content-Type");
                response.push("Content-Type", self.media.content_type());
                response
            }
        };
        response.push("Content-Range", range::content_range(offset, rows, total));
        Ok(response)
    }
}

/// The body of the answer, text or bytes.
pub(super) fn body(answer: &Answer) -> Vec<u8> {
    match answer.bytes("raw") {
        Some(bytes) => bytes.to_vec(),
        None => answer.text("body").unwrap_or_default().as_bytes().to_vec(),
    }
}

/// What every response ends with: the schema, where it is to be named, and the preferences that
/// were followed.
pub(super) fn end(response: &mut Response, profile: Option<&str>, applied: Option<String>) {
    if let Some(profile) = profile {
        response.push("Content-Profile", profile);
    }
    if let Some(applied) = applied {
        response.push("Preference-Applied", applied);
    }
}

/// The response as functions and triggers want it.
pub(super) fn finish(
    asked: &Asked<'_>,
    response: Result<Response, Error>,
    answer: &Answer,
) -> Result<Response, Error> {
    let mut response = response?;
    if response.body.len() > asked.plane.settings.body_bytes_max {
        return Err(Error::too_large());
    }
    if let Some(text) = answer.text("response_headers") {
        let wanted = headers(text).ok_or_else(Error::bad_headers)?;
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

/// Headers as a function writes them: an array of objects, each with a name and a text.
fn headers(text: &str) -> Option<Vec<(String, String)>> {
    let headers: Vec<Map<String, Value>> = serde_json::from_str(text).ok()?;
    let pair = |header: Map<String, Value>| match header.iter().next() {
        Some((name, Value::String(value))) if header.len() == 1 => {
            Some((name.clone(), value.clone()))
        }
        _ => None,
    };
    headers.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_objects_of_one_text_each() {
        let told = headers(r#"[{"A":"1"},{"A":"2"}]"#).unwrap();
        assert_eq!(told, [("A".to_owned(), "1".to_owned()), ("A".to_owned(), "2".to_owned())]);
        assert_eq!(headers("[]"), Some(Vec::new()));
        for text in ["", "x", "{}", "[1]", "[{}]", r#"[{"A":1}]"#, r#"[{"A":"1","B":"2"}]"#] {
            assert_eq!(headers(text), None, "{text}");
        }
    }
}
