//! Embedded relations: a lateral join each.

use super::super::plan::{EmbeddedRead, Hoisted, Read, Source};
use super::Sql;
use super::condition::EmbedTest;
use super::given::ROW;
use crate::rest::error::Error;

impl Sql<'_> {
    /// What an embed gives to its parent's columns, as items of a list.
    pub(super) fn embed_outputs(
        &mut self,
        embed: &EmbeddedRead<'_>,
        is_first: &mut bool,
    ) -> Result<(), Error> {
        if embed.is_spread {
            for name in embed.shown_names() {
                self.item(is_first);
                self.spread_value(embed, &name);
                self.push(" as ").ident(&name);
            }
            for hoisted in &embed.hoisted {
                self.item(is_first);
                self.hoisted(embed, hoisted)?;
            }
        } else if !embed.is_silent {
            self.item(is_first);
            self.embed_value(embed);
            self.push(" as ").ident(&embed.key);
        }
        Ok(())
    }

    /// What an embed's values are grouped by.
    pub(super) fn embed_groups(&mut self, embed: &EmbeddedRead<'_>, is_first: &mut bool) {
        if embed.is_spread {
            for name in embed.shown_names() {
                self.item(is_first);
                self.spread_value(embed, &name);
            }
        } else if !embed.is_silent {
            self.item(is_first);
            self.embed_value(embed);
        }
    }

    fn embed_value(&mut self, embed: &EmbeddedRead<'_>) {
        if embed.way.is_to_one() {
            self.push("row_to_json(").ident(&embed.lateral).push(".*)::jsonb");
        } else {
            self.push("coalesce(").column(&embed.lateral, &embed.lateral).push(", '[]')");
        }
    }

    fn spread_value(&mut self, embed: &EmbeddedRead<'_>, name: &str) {
        if embed.way.is_to_one() {
            self.column(&embed.lateral, name);
        } else {
            self.push("coalesce(").column(&embed.lateral, name).push(", '[]')");
        }
    }

    fn hoisted(&mut self, embed: &EmbeddedRead<'_>, hoisted: &Hoisted) -> Result<(), Error> {
        let cast = hoisted.cast.as_deref().map(|name| self.cast(name)).transpose()?;
        if cast.is_some() {
            self.push("cast(");
        }
        self.push(hoisted.aggregate.name()).push("(");
        self.column(&embed.lateral, &hoisted.column).push(")");
        if let Some(cast) = cast {
            self.push(" as ").push(&cast).push(")");
        }
        self.push(" as ").ident(&hoisted.name);
        Ok(())
    }

    /// The join that brings an embed's rows to its parent's.
    pub(super) fn join(
        &mut self,
        parent: &Read<'_>,
        embed: &EmbeddedRead<'_>,
    ) -> Result<(), Error> {
        self.push(if embed.is_inner { " inner join lateral (" } else { " left join lateral (" });
        if embed.way.is_to_one() {
            self.rows(&embed.read, Some((parent, embed)))?;
        } else {
            self.push("select ");
            if embed.is_spread {
                self.push("nullif(count(*), 0) as ").ident(&embed.lateral);
                for name in embed.read.names() {
                    self.push(", json_agg(").column(&embed.lateral, &name).push(")::jsonb as ");
                    self.ident(&name);
                }
            } else {
                self.push("json_agg(").ident(&embed.lateral).push(".*)::jsonb as ");
                self.ident(&embed.lateral);
            }
            self.push(" from (");
            self.rows(&embed.read, Some((parent, embed)))?;
            self.push(") as ").ident(&embed.lateral);
        }
        self.push(") as ").ident(&embed.lateral).push(" on ");
        if embed.is_inner && !embed.way.is_to_one() {
            self.column(&embed.lateral, &embed.lateral).push(" is not null");
        } else {
            self.push("true");
        }
        Ok(())
    }

    /// Where an embed's rows come from, and what ties them to the parent's.
    pub(super) fn source(&mut self, parent: &Read<'_>, embed: &EmbeddedRead<'_>) {
        let (way, alias) = (embed.way, embed.read.alias.as_str());
        if way.is_computed {
            self.own(&way.constraint).push("(").ident(&parent.alias);
            match parent.source {
                Source::Relation => self.push(".*"),
                Source::Given => self.push(".").push(ROW),
            };
            self.push(") as ").ident(alias);
            return;
        }
        self.own(&way.target).push(" as ").ident(alias);
        if let Some(junction) = &way.junction {
            self.push(", ").own(&junction.name).push(" as ").ident(&between(alias));
        }
    }

    /// The conditions that tie an embed's rows to its parent's.
    pub(super) fn ties(&mut self, parent: &Read<'_>, embed: &EmbeddedRead<'_>) {
        let (way, alias) = (embed.way, embed.read.alias.as_str());
        let near = match &way.junction {
            Some(_) => between(alias),
            None => alias.to_owned(),
        };
        self.list(&way.columns, " and ", |sql, (ours, theirs)| {
            sql.column(&near, theirs).push(" = ").column(&parent.alias, ours);
        });
        if let Some(junction) = &way.junction {
            for (ours, theirs) in &junction.columns {
                self.push(" and ").column(alias, theirs).push(" = ").column(&near, ours);
            }
        }
    }

    /// The rows of an embed, as a question whether there are any.
    pub(super) fn exists(&mut self, parent: &Read<'_>, embed: &EmbeddedRead<'_>) {
        self.push("select 1 from ");
        self.source(parent, embed);
        let mut word = " where ";
        if !embed.way.is_computed {
            self.push(word);
            self.ties(parent, embed);
            word = " and ";
        }
        self.tests(&embed.read, word);
    }

    /// Conditions and inner embeds of a relation that is only asked for its rows' number.
    pub(super) fn tests(&mut self, read: &Read<'_>, first: &'static str) {
        let mut word = first;
        if !read.conditions.is_empty() {
            self.push(word);
            self.conditions(read, &read.conditions, EmbedTest::Apart);
            word = " and ";
        }
        for inner in read.embeds.iter().filter(|inner| inner.is_inner) {
            self.push(word).push("exists (");
            self.exists(read, inner);
            self.push(")");
            word = " and ";
        }
    }
}

/// What the columns of a junction are qualified with.
fn between(alias: &str) -> String {
    format!("{alias}_between")
}
