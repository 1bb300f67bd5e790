//! What a plan needs of the rows that a write or a function gives it. Nothing else is asked of
//! them: a caller may be allowed to see some columns only.

use super::super::query::Logic;
use super::super::shape::Relation;
use super::{Condition, Read};

/// Columns that a plan needs of rows given to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::rest) struct Needs {
    /// Whether it needs all columns of the relation.
    pub(in crate::rest) all: bool,
    /// Columns by name: what is not among all of them, or those few.
    pub(in crate::rest) names: Vec<String>,
    /// Whether it needs the row as a value of its relation's type.
    pub(in crate::rest) row: bool,
}

impl Needs {
    /// What the columns and embeds of the answer need.
    pub(in crate::rest) fn of_answer(read: &Read<'_>) -> Self {
        let all = read.columns.iter().any(|c| c.field.name == "*" && c.aggregate.is_none());
        let mut needs = Self { all, ..Self::default() };
        for column in read.columns.iter().filter(|column| column.field.name != "*") {
            needs.add(read.relation, &column.field.name);
        }
        for embed in &read.embeds {
            needs.row |= embed.way.is_computed;
            for (ours, _) in &embed.way.columns {
                needs.add(read.relation, ours);
            }
        }
        needs
    }

    /// What the conditions and the order need besides.
    #[must_use]
    pub(in crate::rest) fn and_tests(mut self, read: &Read<'_>) -> Self {
        let mut conditions: Vec<&Condition> = read.conditions.iter().collect();
        while let Some(condition) = conditions.pop() {
            match condition {
                Condition::Logic(logic) => self.add_logic(read.relation, logic),
                Condition::Group { members, .. } => conditions.extend(members),
                Condition::EmbedIsNull { .. } => {}
            }
        }
        for order in read.order.iter().filter(|order| order.lateral.is_none()) {
            self.add(read.relation, &order.term.field.name);
        }
        self
    }

    /// Needs a column of this name.
    pub(in crate::rest) fn add(&mut self, relation: &Relation, name: &str) {
        let is_among_all = self.all && !relation.computed.iter().any(|(own, _)| own == name);
        if !is_among_all && self.names.iter().all(|known| known != name) {
            self.names.push(name.to_owned());
        }
    }

    fn add_logic(&mut self, relation: &Relation, logic: &Logic) {
        match logic {
            Logic::Filter(filter) => self.add(relation, &filter.field.name),
            Logic::Group { members, .. } => {
                for member in members {
                    self.add_logic(relation, member);
                }
            }
        }
    }
}
