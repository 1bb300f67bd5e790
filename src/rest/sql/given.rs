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
        let mut comma = false;
        let mut next = |sql: &mut Self| {
            if std::mem::replace(&mut comma, true) {
                sql.push(", ");
            }
        };
        if needs.all {
            next(self);
            self.ident(alias).push(".*");
        }
        for name in &needs.names {
            next(self);
            self.column(alias, name);
        }
        if needs.row {
            next(self);
            self.ident(alias).push(".*::").own(relation).push(" as ").push(ROW);
        }
        if !comma {
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
