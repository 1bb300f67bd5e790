//! A write, from what was asked for to what a statement is made of.

use super::Verb;
use crate::rest::body::Payload;
use crate::rest::error::{Error, echo};
use crate::rest::media::Media;
use crate::rest::plan::Condition;
use crate::rest::preferences::{Preferences, Resolution, Returns};
use crate::rest::query::{Logic, Quantified, Query, Test};
use crate::rest::shape::{Column, Relation};
use crate::rest::sql::{Checks, Conflict, Rows, Write};

/// A write that is asked for.
pub(super) struct Work<'a> {
    pub(super) verb: Verb,
    pub(super) relation: &'a Relation,
    pub(super) query: &'a Query,
    pub(super) prefs: &'a Preferences,
    pub(super) payload: Option<&'a Payload>,
}

impl<'a> Work<'a> {
    /// As a statement has it.
    pub(super) fn write(&self, conditions: &[Condition]) -> Result<Write<'a>, Error> {
        match self.verb {
            Verb::Post => {
                Ok(Write::Insert { rows: self.rows()?, conflict: self.conflict(), is_keyed: false })
            }
            Verb::Put => {
                self.check_key(conditions)?;
                let columns = self.relation.primary_key.clone();
                let conflict = Some(Conflict { columns, merges: true });
                Ok(Write::Insert { rows: self.rows()?, conflict, is_keyed: true })
            }
            Verb::Patch => Ok(Write::Update(self.rows()?)),
            Verb::Delete => Ok(Write::Delete),
        }
    }

    fn rows(&self) -> Result<Rows<'a>, Error> {
        let Some(payload) = self.payload else { return Err(Error::internal()) };
        let mut names: Vec<&str> = match &self.query.columns {
            Some(columns) if !payload.is_table => columns.iter().map(String::as_str).collect(),
            _ => payload.keys.iter().map(String::as_str).collect(),
        };
        names.sort_unstable();
        names.dedup();
        let column = |name: &str| -> Result<&'a Column, Error> {
            self.relation.column(name).ok_or_else(|| {
                let (name, table) = (echo::name(name), &self.relation.name);
                let message =
                    format!("Could not find the '{name}' column of '{table}' in the schema cache");
                Error::new(400, "PGRST204", message)
            })
        };
        Ok(Rows {
            json: &payload.json,
            is_array: payload.is_array,
            columns: names.into_iter().map(column).collect::<Result<_, _>>()?,
            with_defaults: self.prefs.missing_is_default == Some(true),
        })
    }

    /// Columns by which rows are known that are there already.
    pub(super) fn conflict_columns(&self) -> Option<&'a [String]> {
        let key = (!self.relation.primary_key.is_empty()).then_some(&self.relation.primary_key[..]);
        self.query.on_conflict.as_deref().or(key)
    }

    fn conflict(&self) -> Option<Conflict> {
        let resolution = self.prefs.resolution?;
        let columns = self.conflict_columns()?.to_vec();
        Some(Conflict { columns, merges: resolution == Resolution::Merge })
    }

    /// PUT names all of the key, and nothing else.
    fn check_key(&self, conditions: &[Condition]) -> Result<(), Error> {
        let mut names: Vec<&str> = Vec::new();
        let mut is_plain = true;
        for condition in conditions {
            match condition {
                Condition::Logic(Logic::Filter(filter))
                    if !filter.is_negated
                        && filter.field.path.is_empty()
                        && matches!(filter.test, Test::Quantified(Quantified::Eq, None, _)) =>
                {
                    names.push(&filter.field.name);
                }
                _ => is_plain = false,
            }
        }
        names.sort_unstable();
        let mut key: Vec<&str> = self.relation.primary_key.iter().map(String::as_str).collect();
        key.sort_unstable();
        if !is_plain || key.is_empty() || names != key {
            let message =
                "Filters must include all and only primary key columns with 'eq' operators";
            return Err(Error::new(405, "PGRST105", message));
        }
        Ok(())
    }

    /// Columns that say where the new row is found, where the caller wants that.
    pub(super) fn location(&self) -> &'a [String] {
        let wanted = self.verb == Verb::Post && self.prefs.returns == Some(Returns::HeadersOnly);
        if wanted { &self.relation.primary_key } else { &[] }
    }

    /// What must hold for the write to stay.
    pub(super) fn checks(&self, media: &Media) -> Result<Checks, Error> {
        let limits = matches!(self.verb, Verb::Patch | Verb::Delete);
        let affected_max = self.affected_max().filter(|_| limits);
        if affected_max.is_some_and(|most| most < 0) {
            return Err(Error::too_many(affected_max.unwrap_or(0)));
        }
        Ok(Checks { single: media.is_single(), affected_max, key: self.verb == Verb::Put })
    }

    /// Most rows that the caller lets be written.
    pub(super) fn affected_max(&self) -> Option<i64> {
        self.prefs.max_affected.filter(|_| self.prefs.is_strict == Some(true))
    }
}
