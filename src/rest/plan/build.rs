//! From a parsed query to a tree of relations.
//!
//! The steps are PostgREST's, and so is their order: what is said of an embed (a filter, an order,
//! a limit) moves it before its siblings, which is seen in the order of the answer's keys.

use super::super::error::Error;
use super::super::query::{IsValue, JsonKey, Logic, Query, SelectField, Test};
use super::super::range::Range;
use super::super::shape::{Relation, Relationship, Shape};
use super::node::Node;
use super::way::find;
use super::{Condition, EmbeddedRead, Order, Output, Read, Source, aggregate, attach};

/// What a plan may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rest) struct Rules {
    /// Whether aggregates are allowed.
    pub(in crate::rest) aggregates: bool,
    /// Most rows of the answer, and of each embed.
    pub(in crate::rest) rows_max: Option<u32>,
    /// How deep relations may be embedded.
    pub(in crate::rest) depth_max: usize,
    /// How many relations may be embedded in all.
    pub(in crate::rest) embeds_max: usize,
}

/// Plans the reading of `relation`, whose rows the range says.
pub(in crate::rest) fn read<'s>(
    shape: &'s Shape,
    schema: &str,
    relation: &'s Relation,
    query: &Query,
    range: Range,
    rules: &Rules,
) -> Result<Read<'s>, Error> {
    let mut left = rules.embeds_max;
    let mut root = Node::new(None, &query.select, rules.depth_max, &mut left)?;
    attach::all(&mut root, query)?;
    root.range = range;
    let finder = Finder { shape, schema, rules };
    let mut read = finder.resolve(root, relation, relation.name.clone(), 0)?;
    aggregate::check(&mut read, rules.aggregates)?;
    Ok(read)
}

/// Where names are looked up.
struct Finder<'s, 'a> {
    shape: &'s Shape,
    schema: &'a str,
    rules: &'a Rules,
}

impl<'s> Finder<'s, '_> {
    fn resolve(
        &self,
        node: Node<'_>,
        relation: &'s Relation,
        alias: String,
        depth: usize,
    ) -> Result<Read<'s>, Error> {
        let mut embeds = Vec::new();
        for child in node.children {
            embeds.push(self.embed(child, relation, depth + 1)?);
        }
        let mut order = node.order;
        for term in &mut order {
            term.lateral = related_order(term, &embeds, relation)?;
        }
        let conditions = node.conditions.into_iter().map(|c| null_embeds(c, &embeds)).collect();
        let columns = node.items.iter().map(|item| output(item)).collect();
        let (source, range) = (Source::Relation, node.range);
        Ok(Read { relation, source, alias, columns, conditions, order, range, embeds })
    }

    fn embed(
        &self,
        node: Node<'_>,
        parent: &'s Relation,
        depth: usize,
    ) -> Result<EmbeddedRead<'s>, Error> {
        let Some(embed) = node.embed else { return Err(Error::internal()) };
        let way: &'s Relationship = find(self.shape, self.schema, parent, embed)?;
        let Some(target) = self.shape.relation(&way.target) else { return Err(Error::internal()) };
        let key = node.key().to_owned();
        let (is_inner, is_spread) = (embed.is_inner, embed.is_spread);
        let is_silent = node.items.is_empty() && node.children.is_empty();
        let mut read = self.resolve(node, target, format!("{}_{depth}", target.name), depth)?;
        if !way.is_to_one() {
            read.range = read.range.at_most(self.rules.rows_max);
        }
        let is_silent = is_silent || (!is_spread && read.names().is_empty());
        let lateral = format!("{}_{key}_{depth}", parent.name);
        Ok(EmbeddedRead {
            read,
            way,
            key,
            lateral,
            is_inner,
            is_spread,
            is_silent,
            hoisted: Vec::new(),
        })
    }
}

fn output(item: &SelectField) -> Output {
    let name = match (&item.alias, item.aggregate) {
        (Some(alias), _) => Some(alias.clone()),
        (None, Some(aggregate)) => Some(aggregate.name().to_owned()),
        (None, None) if item.field.name == "*" => None,
        (None, None) => Some(
            item.field
                .path
                .iter()
                .rev()
                .find_map(|step| match &step.key {
                    JsonKey::Key(key) => Some(key.clone()),
                    JsonKey::Index(_) => None,
                })
                .unwrap_or_else(|| item.field.name.clone()),
        ),
    };
    Output {
        field: item.field.clone(),
        name,
        cast: item.cast.clone(),
        aggregate: item.aggregate,
        aggregate_cast: item.aggregate_cast.clone(),
    }
}

/// What an order by an embedded relation's column is qualified with.
fn related_order(
    order: &Order,
    embeds: &[EmbeddedRead<'_>],
    parent: &Relation,
) -> Result<Option<String>, Error> {
    let Some(name) = &order.term.relation else { return Ok(None) };
    let found = embeds.iter().find(|embed| embed.key == *name);
    let Some(embed) = found else { return Err(Error::not_embedded(name)) };
    if !embed.way.is_to_one() {
        let message = format!("A related order on '{name}' is not possible");
        let details = format!(
            "'{}' and '{name}' do not form a many-to-one or one-to-one relationship",
            parent.name
        );
        return Err(Error::new(400, "PGRST118", message).details(details));
    }
    Ok(Some(embed.lateral.clone()))
}

/// `embed=is.null` asks for parents without a partner.
fn null_embeds(condition: Condition, embeds: &[EmbeddedRead<'_>]) -> Condition {
    match condition {
        Condition::Logic(Logic::Filter(filter)) => {
            let is_embed = filter.field.path.is_empty()
                && embeds.iter().any(|embed| embed.key == filter.field.name);
            match filter.test {
                Test::Is(IsValue::Null) if is_embed => {
                    Condition::EmbedIsNull { key: filter.field.name, is_negated: filter.is_negated }
                }
                Test::Is(IsValue::NotNull) if is_embed => Condition::EmbedIsNull {
                    key: filter.field.name,
                    is_negated: !filter.is_negated,
                },
                _ => Condition::Logic(Logic::Filter(filter)),
            }
        }
        Condition::Logic(Logic::Group { is_negated, is_and, members }) => Condition::Group {
            is_negated,
            is_and,
            members: members
                .into_iter()
                .map(|m| null_embeds(Condition::Logic(m), embeds))
                .collect(),
        },
        other => other,
    }
}
