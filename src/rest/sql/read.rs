//! The statement that reads.

use super::super::media::Media;
use super::super::plan::{EmbeddedRead, Order, Read, Source};
use super::super::range::Range;
use super::condition::Asked;
use super::given::GIVEN;
use super::refusal;
use super::{Counting, Sql};
use crate::db::Generated;
use crate::rest::error::Error;
use crate::rest::shape::{Handler, Shape};

/// What the rows are called where they become the body.
pub(super) const ROWS: &str = "\"_souk_rows\"";

/// How the rows are answered.
#[derive(Clone, Debug)]
pub(in crate::rest) struct Form<'a> {
    /// What they are written as.
    pub(in crate::rest) media: &'a Media,
    /// How they are counted besides.
    pub(in crate::rest) counting: Counting,
    /// Whether the body is left out.
    pub(in crate::rest) is_head: bool,
    /// Most bytes of the body.
    pub(in crate::rest) bytes_max: usize,
    /// The aggregate that writes the body, where the media type has one.
    pub(in crate::rest) handler: Option<&'a Handler>,
}

/// Reads rows of a relation and what is embedded in them.
pub(in crate::rest) fn read(
    shape: &Shape,
    schema: &str,
    read: &Read<'_>,
    form: &Form<'_>,
) -> Result<Generated, Error> {
    let mut sql = Sql::new(shape, schema);
    sql.push("select ");
    sql.total(read, form.counting);
    sql.push("::int8").named("total").push(", count(*)").named("page").push(", ");
    sql.answer(read, form);
    sql.settings(false);
    sql.push(" from (");
    sql.rows(read, None)?;
    sql.push(") as ").push(ROWS);
    Ok(sql.finish_within(form.bytes_max))
}

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

    /// What functions and triggers want of the response. Where the transaction may write, a wish
    /// that can't be granted fails here, so that nothing is committed; elsewhere it is found later.
    pub(super) fn settings(&mut self, writes: bool) {
        const HEADERS: &str = "nullif(current_setting('response.headers', true), '')";
        const STATUS: &str = "nullif(current_setting('response.status', true), '')";
        if !writes {
            self.push(", ").push(HEADERS).named("response_headers").push(", ");
            self.push(STATUS).named("response_status");
            return;
        }
        self.push(", case when ").push(HEADERS).push(" is null then null when exists (");
        self.push("select from json_array_elements(case json_typeof(").push(HEADERS);
        self.push("::json) when 'array' then ").push(HEADERS).push("::json else '[1]' end");
        self.push(
            ") as h where json_typeof(h) <> 'object' or (select count(*) <> 1 or \
             bool_or(json_typeof(e.value) <> 'string') from json_each(case when json_typeof(h) = \
             'object' then h else '{}' end) as e)) then (",
        );
        self.push(refusal::sql(refusal::HEADERS)).push(")::text else ").push(HEADERS).push(" end");
        self.named("response_headers").push(", case when ").push(STATUS).push(" is null or ");
        self.push(STATUS).push(" ~ '^[0-9]{3}$' then ").push(STATUS).push(" else (");
        self.push(refusal::sql(refusal::STATUS)).push(")::text end").named("response_status");
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

    /// Rows of a relation; those of an embed with what ties them to their parent.
    pub(super) fn rows(
        &mut self,
        read: &Read<'_>,
        embedded: Option<(&Read<'_>, &EmbeddedRead<'_>)>,
    ) -> Result<(), Error> {
        self.push("select ");
        let mut comma = false;
        for column in &read.columns {
            if std::mem::replace(&mut comma, true) {
                self.push(", ");
            }
            self.output(read, column)?;
        }
        for embed in &read.embeds {
            self.embed_outputs(embed, &mut comma)?;
        }
        if !comma && embedded.is_some_and(|(_, embed)| embed.way.is_to_one()) {
            // Nothing of it is in the answer, but its parent may be ordered by it.
            self.ident(&read.alias).push(".*");
        }
        self.push(" from ");
        match embedded {
            None => self.from(read),
            Some((parent, embed)) => self.source(parent, embed),
        }
        for embed in &read.embeds {
            self.join(read, embed)?;
        }
        let mut word = " where ";
        if let Some((parent, embed)) = embedded
            && !embed.way.is_computed
        {
            self.push(word);
            self.ties(parent, embed);
            word = " and ";
        }
        if !read.conditions.is_empty() {
            self.push(word);
            self.conditions(read, &read.conditions, Asked::Joined);
        }
        self.groups(read)?;
        self.order(read);
        self.range(read.range);
        Ok(())
    }

    /// Where the rows of a plan come from.
    pub(super) fn from(&mut self, read: &Read<'_>) {
        match read.source {
            Source::Relation => self.own(&read.relation.name),
            Source::Given => self.push(GIVEN).push(" as ").ident(&read.alias),
        };
    }

    fn groups(&mut self, read: &Read<'_>) -> Result<(), Error> {
        if !read.is_grouped() {
            return Ok(());
        }
        let mut comma = false;
        let begin = self.text.len();
        self.push(" group by ");
        for column in read.columns.iter().filter(|column| column.aggregate.is_none()) {
            if std::mem::replace(&mut comma, true) {
                self.push(", ");
            }
            self.group(read, column)?;
        }
        for embed in &read.embeds {
            self.embed_groups(embed, &mut comma);
        }
        if !comma {
            self.text.truncate(begin);
        }
        Ok(())
    }

    fn order(&mut self, read: &Read<'_>) {
        if read.order.is_empty() {
            return;
        }
        self.push(" order by ");
        self.list(&read.order, ", ", |sql, Order { term, lateral }| {
            match lateral {
                Some(lateral) => {
                    let relation = read
                        .embeds
                        .iter()
                        .find(|embed| embed.lateral == *lateral)
                        .map_or(read.relation, |embed| embed.read.relation);
                    sql.field(lateral, relation, &term.field);
                }
                None => sql.field(&read.alias, read.relation, &term.field),
            }
            match term.is_descending {
                Some(true) => sql.push(" desc"),
                Some(false) => sql.push(" asc"),
                None => sql,
            };
            match term.are_nulls_first {
                Some(true) => sql.push(" nulls first"),
                Some(false) => sql.push(" nulls last"),
                None => sql,
            };
        });
    }

    fn range(&mut self, range: Range) {
        if let Some(limit) = range.limit {
            self.push(" limit ").param(limit.to_string());
        }
        if range.offset != 0 {
            self.push(" offset ").param(range.offset.to_string());
        }
    }
}
