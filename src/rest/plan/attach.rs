//! Filters, orders, ranges and logic trees find the relation they are about.

use super::super::error::Error;
use super::super::query::{Logic, Query};
use super::node::Node;
use super::{Condition, Order};

/// Hangs all of the query's parameters into its tree, last first, as PostgREST folds them.
pub(super) fn all(root: &mut Node<'_>, query: &Query) -> Result<(), Error> {
    for filter in query.filters.iter().rev().cloned() {
        root.at(filter, &|node, filter| {
            node.conditions.insert(0, Condition::Logic(Logic::Filter(filter)));
        })?;
    }
    for order in query.orders.iter().rev().cloned() {
        root.at(order, &|node, terms| {
            node.order = terms.into_iter().map(|term| Order { term, lateral: None }).collect();
        })?;
    }
    for range in query.ranges.iter().rev().cloned() {
        root.at(range, &|node, paging| node.range = paging.range())?;
    }
    for tree in query.logic.iter().rev().cloned() {
        root.at(tree, &|node, tree| node.conditions.insert(0, Condition::Logic(tree)))?;
    }
    Ok(())
}
