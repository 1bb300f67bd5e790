//! What a function is given, and what rows it answers.

use std::collections::BTreeSet;

use crate::base::hex;
use crate::rest::body::{self, Kind, Payload};
use crate::rest::error::Error;
use crate::rest::query::Query;
use crate::rest::request::Request;
use crate::rest::shape::{Function, Relation, Returns};
use crate::rest::sql::Arguments;

/// What the caller gives to a function.
pub(super) enum Given {
    /// Texts by name: parameters of the URL, or a form.
    Texts(Vec<(String, String)>),
    /// A JSON body.
    Json(Payload),
    /// A body as it stands.
    Whole(String),
}

impl Given {
    /// What a request gives. `kind` is the kind of its body, where it has one.
    pub(super) fn of(request: &Request, query: &Query, kind: Option<Kind>) -> Result<Self, Error> {
        let body = &request.body;
        match kind {
            None => Ok(Self::Texts(query.arguments.clone())),
            Some(Kind::Json) if body.is_empty() => body::json(b"{}", false).map(Self::Json),
            Some(Kind::Json) => body::json(body, query.columns.is_some()).map(Self::Json),
            Some(Kind::Form) => Ok(Self::Texts(body::form(body)?.0)),
            Some(Kind::Csv) => body::rows(request, true).map(Self::Json),
            Some(Kind::Bytes) => Ok(Self::Whole(bytea(body))),
            Some(Kind::Text | Kind::Xml) => {
                Ok(Self::Whole(String::from_utf8_lossy(body).into_owned()))
            }
        }
    }

    /// The names of what is given.
    pub(super) fn names<'a>(&'a self, query: &'a Query) -> BTreeSet<&'a str> {
        match (self, &query.columns) {
            (Self::Texts(pairs), _) => pairs.iter().map(|(name, _)| name.as_str()).collect(),
            (Self::Json(_), Some(columns)) => columns.iter().map(String::as_str).collect(),
            (Self::Json(payload), None) => payload.keys.iter().map(String::as_str).collect(),
            (Self::Whole(_), _) => BTreeSet::new(),
        }
    }

    /// What of it the function takes, as a statement has it.
    pub(super) fn arguments<'a>(
        &'a self,
        function: &'a Function,
        takes_whole: bool,
        request: &Request,
        query: &Query,
    ) -> Arguments<'a> {
        match self {
            Self::Whole(text) => Arguments::Whole(text.clone()),
            Self::Json(payload) if takes_whole => {
                // The body as it came, unless it was no object and no array.
                let is_empty = request.body.is_empty();
                Arguments::Whole(if payload.json == "[]" && !is_empty {
                    payload.json.clone()
                } else {
                    String::from_utf8_lossy(&request.body).into_owned()
                })
            }
            Self::Json(payload) => {
                let names = self.names(query);
                let arguments =
                    function.arguments.iter().filter(|a| names.contains(a.name.as_str())).collect();
                Arguments::Json { json: &payload.json, is_array: payload.is_array, arguments }
            }
            Self::Texts(pairs) => {
                let values = |name: &str| -> Vec<String> {
                    pairs.iter().filter(|(key, _)| key == name).map(|(_, v)| v.clone()).collect()
                };
                let named = function.arguments.iter().map(|a| (a, values(&a.name)));
                Arguments::Texts(named.filter(|(_, values)| !values.is_empty()).collect())
            }
        }
    }
}

/// Bytes as Postgres writes them.
fn bytea(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 + bytes.len() * 2);
    text.push_str("\\x");
    hex::push(&mut text, bytes);
    text
}

/// A relation for rows of which the shape knows nothing.
pub(super) fn unshaped(function: &Function) -> Relation {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_into_one_text() {
        let text = bytea(&[0, 15, 16, 255]);
        assert_eq!(text, "\\x000f10ff");
        assert_eq!(text.capacity(), text.len());
        assert_eq!(bytea(&[]), "\\x");
    }
}
