//! What a write or a function has given, for the rest of its statement.

use super::super::plan::Needs;
use super::{Checks, Sql, refusal};

/// What the rows are called that a write or a function has given.
pub(super) const GIVEN: &str = "\"_souk_given\"";

/// Among given rows, the row as a value of its relation's type.
pub(super) const ROW: &str = "\"_souk_row\"";

impl Sql<'_> {
    /// The columns that outer parts of the statement need.
    pub(super) fn given(&mut self, relation: &str, alias: &str, needs: &Needs) {
        let mut is_first = true;
        if needs.all {
            self.item(&mut is_first).ident(alias).push(".*");
        }
        for name in &needs.names {
            self.item(&mut is_first).column(alias, name);
        }
        if needs.row {
            self.item(&mut is_first).ident(alias).push(".*::").own(relation).push(" as ").push(ROW);
        }
        if is_first {
            self.push("1 as \"_souk_one\"");
        }
    }

    /// Values of the columns by which the first row is found again.
    pub(super) fn location(&mut self, columns: &[String]) {
        if columns.is_empty() {
            return;
        }
        self.push(", (select json_build_array(");
        self.list(columns, ", ", |sql, column| {
            sql.column("_souk_given", column).push("::text");
        });
        self.push(")::text from ").push(GIVEN).push(" limit 1)").named("location");
    }

    /// What fails if it does not hold.
    pub(super) fn checks(&mut self, checks: Checks) {
        if checks.single {
            self.push(", case when count(*) <> 1 then ");
            self.push(refusal::sql(refusal::SINGLE)).push(" end").named("single");
        }
        if checks.key {
            self.push(", case when count(*) <> 1 then ");
            self.push(refusal::sql(refusal::KEY)).push(" end").named("key");
        }
        if let Some(most) = checks.affected_max {
            self.push(", case when count(*) > ").param(most.to_string()).push("::int8 then ");
            self.push(refusal::sql(refusal::AFFECTED)).push(" end").named("affected");
        }
    }
}
