//! Rows that are added, and what becomes of those that are there.

use super::super::super::plan::{Condition, Read};
use super::super::Sql;
use super::{Conflict, Rows};

/// The number of rows that were added and not merely changed, where both may be.
pub(super) const INSERTED: &str = "current_setting('souk.inserted', true)";

/// A step of that count, and what the count then never is.
type Step = (&'static str, &'static str);
const UP: Step = ("+ 1", "'0'");
const DOWN: Step = ("- 1", "'-1'");

impl Sql<'_> {
    /// Adds rows; what becomes of those that are there already, `conflict` says. Rows that `key`
    /// does not let through are not added.
    pub(super) fn insert(
        &mut self,
        read: &Read<'_>,
        rows: &Rows<'_>,
        conflict: Option<&Conflict>,
        key: &[Condition],
    ) {
        self.push("insert into ").own(&read.relation.name);
        if !rows.columns.is_empty() {
            self.push(" (");
            self.list(&rows.columns, ", ", |sql, column| {
                sql.ident(&column.name);
            });
            self.push(")");
        }
        self.push(" select ");
        self.list(&rows.columns, ", ", |sql, column| sql.given_value(column));
        self.push(" from ");
        self.payload(read, rows);
        let mut word = " where ";
        if conflict.is_some() {
            // Counted up for each row that comes, and down again for each that was there.
            self.push(word).count_inserted(UP);
            word = " and ";
        }
        if !key.is_empty() {
            self.push(word);
            self.list(key, " and ", |sql, condition| {
                if let Condition::Logic(logic) = condition {
                    sql.logic("pgrst_body", read.relation, logic);
                }
            });
        }
        let Some(conflict) = conflict else { return };
        self.push(" on conflict (");
        self.list(&conflict.columns, ", ", |sql, column| {
            sql.ident(column);
        });
        if !conflict.merges || rows.columns.is_empty() {
            self.push(") do nothing");
            return;
        }
        self.push(") do update set ");
        self.list(&rows.columns, ", ", |sql, column| {
            sql.ident(&column.name).push(" = excluded.").ident(&column.name);
        });
        self.push(" where ").count_inserted(DOWN);
    }

    /// Counts a row on its way through a condition, which holds for each.
    fn count_inserted(&mut self, (step, never): Step) {
        self.push("set_config('souk.inserted', (coalesce(nullif(").push(INSERTED);
        self.push(", '')::int4, 0) ").push(step).push(")::text, true) <> ").push(never);
    }
}
