//! The query as a tree of relations whose names have not been looked up.

use super::super::error::Error;
use super::super::query::{At, Embed, SelectField, SelectItem};
use super::super::range::Range;
use super::{Condition, Order};

/// A relation of the query before its names are looked up.
pub(super) struct Node<'q> {
    /// The embed as it is written; none for the relation that is asked for.
    pub(super) embed: Option<&'q Embed>,
    pub(super) items: Vec<&'q SelectField>,
    pub(super) conditions: Vec<Condition>,
    pub(super) order: Vec<Order>,
    pub(super) range: Range,
    pub(super) children: Vec<Node<'q>>,
}

impl<'q> Node<'q> {
    /// The tree of a selection. Each embed, at whatever depth, takes one from `embeds_left`.
    pub(super) fn new(
        embed: Option<&'q Embed>,
        items: &'q [SelectItem],
        depth_left: usize,
        embeds_left: &mut usize,
    ) -> Result<Self, Error> {
        let mut node = Self {
            embed,
            items: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
            range: Range::ALL,
            children: Vec::new(),
        };
        for item in items {
            match item {
                SelectItem::Field(field) => node.items.push(field),
                SelectItem::Embed(embed) => {
                    if depth_left == 0 || *embeds_left == 0 {
                        let message = "The request embeds too many relations";
                        return Err(Error::new(400, "PGRSTX02", message));
                    }
                    *embeds_left -= 1;
                    let (items, depth) = (&embed.items, depth_left - 1);
                    node.children.push(Node::new(Some(embed), items, depth, embeds_left)?);
                }
            }
        }
        Ok(node)
    }

    /// Its key in the answer: its alias, or its name.
    pub(super) fn key(&self) -> &str {
        self.embed.map_or("", |embed| embed.alias.as_deref().unwrap_or(&embed.name))
    }

    /// Whether a parameter means it: also one that calls it by its name where it has an alias.
    fn is_called(&self, name: &str) -> bool {
        self.key() == name || self.embed.is_some_and(|embed| embed.name == name)
    }

    /// Does something to the relation at the end of the path, and moves each on the way to the
    /// front of its siblings.
    pub(super) fn at<T>(
        &mut self,
        (path, what): At<T>,
        act: &impl Fn(&mut Node<'q>, T),
    ) -> Result<(), Error> {
        let mut node = self;
        for name in &path {
            let found = node.children.iter().position(|child| child.is_called(name));
            let Some(place) = found else { return Err(Error::not_embedded(name)) };
            node.children[..=place].rotate_right(1);
            node = &mut node.children[0];
        }
        act(node, what);
        Ok(())
    }
}
