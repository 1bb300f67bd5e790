//! The rows as the body of the answer.

use super::super::media::Media;
use super::super::plan::Read;
use super::{Form, Sql};
use crate::rest::shape::Handler;

/// What the rows are called where they become the body.
pub(super) const ROWS: &str = "\"_souk_rows\"";

impl Sql<'_> {
    /// The rows as the body.
    pub(super) fn answer(&mut self, read: &Read<'_>, form: &Form<'_>) {
        match form.handler {
            _ if form.is_head => {
                self.push("''");
            }
            Some(handler) => self.handled(read, handler),
            None => self.body(read, form.media),
        }
        self.push(" as body");
    }

    fn handled(&mut self, read: &Read<'_>, handler: &Handler) {
        self.own(&handler.function).push("(").push(ROWS);
        if handler.relation.is_some() {
            self.push("::").own(&read.relation.name);
        }
        self.push(")::text");
    }

    /// The body, made of all rows.
    fn body(&mut self, read: &Read<'_>, media: &Media) {
        let text = match media {
            Media::ArrayStripped => {
                "coalesce(json_strip_nulls(json_agg(\"_souk_rows\".*)), '[]')::text"
            }
            Media::Object { stripped: false } => {
                "coalesce(json_agg(\"_souk_rows\".*)->0, 'null')::text"
            }
            Media::Object { stripped: true } => {
                "coalesce(json_strip_nulls(json_agg(\"_souk_rows\".*)->0), 'null')::text"
            }
            Media::Csv => return self.csv(read),
            Media::Json | Media::Any | Media::OpenApi | Media::Plan(_) | Media::Other(_) => {
                "coalesce(json_agg(\"_souk_rows\".*), '[]')::text"
            }
        };
        self.push(text);
    }

    /// Names of the columns, then the rows; nothing but a line's end where there are none.
    fn csv(&mut self, read: &Read<'_>) {
        self.push("case when count(*) = 0 then '' else ");
        let is_known = !read.relation.columns.is_empty()
            || read.columns.iter().all(|column| column.name.is_some());
        if is_known {
            self.param(read.names().join(",")).push("::text");
        } else {
            self.push(
                "(select string_agg(k, ',') from \
                 json_object_keys(json_agg(\"_souk_rows\".*)->0) as k)",
            );
        }
        self.push(
            " end || e'\\n' || coalesce(string_agg(substring((\"_souk_rows\".*)::text, 2, \
             length((\"_souk_rows\".*)::text) - 2), e'\\n'), '')",
        );
    }
}
