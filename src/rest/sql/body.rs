//! The rows as the body of the answer.

use super::super::media::{Media, Writer};
use super::super::plan::Read;
use super::{Form, RAW, Sql};
use crate::rest::shape::Handler;

/// What the rows are called where they become the body.
pub(super) const ROWS: &str = "\"_souk_rows\"";

impl Sql<'_> {
    /// The rows as the body.
    pub(super) fn answer(&mut self, read: &Read<'_>, form: &Form<'_>) {
        match form.writer {
            _ if form.is_head => {
                self.push("''");
            }
            Writer::Aggregate(handler) => return self.handled(ROWS, read, handler),
            Writer::Plane | Writer::Value => self.body(read, form.media),
        }
        self.push(" as body");
    }

    /// What an aggregate makes of the rows.
    pub(super) fn handled(&mut self, rows: &str, read: &Read<'_>, handler: &Handler) {
        self.own(&handler.function).push("(").push(rows);
        if handler.relation.is_some() {
            self.push("::").own(&read.relation.name);
        }
        self.push(")").as_body(handler.is_bytes);
    }

    /// Ends an expression whose value is the body.
    pub(super) fn as_body(&mut self, is_bytes: bool) {
        if is_bytes {
            self.push("::bytea").named(RAW);
        } else {
            self.push("::text as body");
        }
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
