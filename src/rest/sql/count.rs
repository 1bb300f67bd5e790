//! Counting: the rows there are, besides the rows of the answer.

use super::super::plan::Read;
use super::Sql;
use crate::db::Generated;
use crate::rest::shape::Shape;

/// How rows are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rest) enum Counting {
    /// They are not.
    No,
    /// All of them.
    All,
    /// No further than this.
    UpTo(i64),
}

impl Sql<'_> {
    /// The number of a relation's rows, as a value.
    pub(super) fn total(&mut self, read: &Read<'_>, counting: Counting) {
        match counting {
            Counting::No => {
                self.push("null");
            }
            Counting::All => {
                self.push("(select count(*) from ");
                self.from(read);
                self.tests(read, " where ");
                self.push(")");
            }
            Counting::UpTo(most) => {
                self.push("(select count(*) from (select 1 from ");
                self.from(read);
                self.tests(read, " where ");
                self.push(" limit ").param(most.to_string()).push(") as counted)");
            }
        }
    }
}

/// The plan of the count, from which the number of rows is guessed.
pub(in crate::rest) fn explain(shape: &Shape, schema: &str, read: &Read<'_>) -> Generated {
    let mut sql = Sql::new(shape, schema);
    sql.push("explain (format json) select 1 from ");
    sql.own(&read.relation.name);
    sql.tests(read, " where ");
    sql.finish()
}
