//! The statement that reads.

use super::super::media::{Media, Writer};
use super::super::plan::{EmbeddedRead, Order, Read, Source};
use super::super::range::Range;
use super::body::ROWS;
use super::condition::EmbedTest;
use super::given::GIVEN;
use super::{Counting, Sql};
use crate::db::Generated;
use crate::rest::error::Error;
use crate::rest::shape::Shape;

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
    /// Who writes the body.
    pub(in crate::rest) writer: Writer<'a>,
}

impl Form<'_> {
    /// A form without a body or a count.
    pub(in crate::rest) fn of(media: &Media, bytes_max: usize) -> Form<'_> {
        Form { media, counting: Counting::No, is_head: false, bytes_max, writer: Writer::Plane }
    }
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
    sql.wanted(false);
    sql.push(" from (");
    sql.rows(read, None)?;
    sql.push(") as ").push(ROWS);
    Ok(sql.finish_within(form.bytes_max))
}

impl Sql<'_> {
    /// Rows of a relation; those of an embed with what ties them to their parent.
    pub(super) fn rows(
        &mut self,
        read: &Read<'_>,
        embedded: Option<(&Read<'_>, &EmbeddedRead<'_>)>,
    ) -> Result<(), Error> {
        self.push("select ");
        let mut is_first = true;
        for column in &read.columns {
            self.item(&mut is_first).output(read, column)?;
        }
        for embed in &read.embeds {
            self.embed_outputs(embed, &mut is_first)?;
        }
        if is_first && embedded.is_some_and(|(_, embed)| embed.way.is_to_one()) {
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
            self.conditions(read, &read.conditions, EmbedTest::Joined);
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
        let mut is_first = true;
        let begin = self.text.len();
        self.push(" group by ");
        for column in read.columns.iter().filter(|column| column.aggregate.is_none()) {
            self.item(&mut is_first).group(read, column)?;
        }
        for embed in &read.embeds {
            self.embed_groups(embed, &mut is_first);
        }
        if is_first {
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
