//! The statement that reads.

use super::super::media::Media;
use super::super::plan::{EmbeddedRead, Order, Read};
use super::super::range::Range;
use super::condition::Asked;
use super::{Counting, Sql};
use crate::db::Generated;
use crate::rest::error::Error;
use crate::rest::shape::Shape;

/// What the rows are called where they become the body.
const ROWS: &str = "\"_souk_rows\"";

/// How the rows are answered.
#[derive(Clone, Debug)]
pub(in crate::rest) struct Form<'a> {
    /// What they are written as.
    pub(in crate::rest) media: &'a Media,
    /// How they are counted besides.
    pub(in crate::rest) counting: Counting,
    /// Whether the body is left out.
    pub(in crate::rest) is_head: bool,
}

/// Reads rows of a relation and what is embedded in them.
pub(in crate::rest) fn read(
    shape: &Shape,
    schema: &str,
    read: &Read<'_>,
    form: &Form<'_>,
) -> Result<Generated, Error> {
    let mut sql = Sql::new(shape, schema);
    let mut from = Sql::new(shape, schema);
    from.own(&read.relation.name);
    sql.push("select ");
    sql.total(read, &from.text, form.counting);
    sql.push("::int8 as total, count(*) as page, ");
    if form.is_head {
        sql.push("''");
    } else {
        sql.body(read, form.media);
    }
    sql.push(
        " as body, nullif(current_setting('response.headers', true), '') as response_headers, \
         nullif(current_setting('response.status', true), '') as response_status from (",
    );
    sql.rows(read, None)?;
    sql.push(") as ").push(ROWS);
    Ok(sql.finish())
}

impl Sql<'_> {
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
            Media::Csv => return self.csv(&read.names()),
            Media::Json | Media::Any | Media::OpenApi | Media::Other(_) => {
                "coalesce(json_agg(\"_souk_rows\".*), '[]')::text"
            }
        };
        self.push(text);
    }

    /// Names of the columns, then the rows; nothing but a line's end where there are none.
    fn csv(&mut self, names: &[String]) {
        self.push("case when count(*) = 0 then '' else ").param(names.join(",")).push(
            "::text end || e'\\n' || coalesce(string_agg(substring((\"_souk_rows\".*)::text, 2, \
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
            None => {
                self.own(&read.relation.name);
            }
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
            self.conditions(read, Asked::Joined);
        }
        self.groups(read)?;
        self.order(read);
        self.range(read.range);
        Ok(())
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
