//! Following views to the tables they show.

use std::collections::HashSet;

use super::super::origin::{Origin, origins};
use super::super::queries;
use super::Loader;
use crate::args;
use crate::db::Error;

/// Views over views are followed this far.
const VIEW_DEPTH_MAX: usize = 8;

impl Loader<'_> {
    /// Follows views to the tables they show; answers relations that are not of the schema.
    pub(super) async fn views(&mut self, mut views: Vec<i64>) -> Result<HashSet<i64>, Error> {
        let mut outside = HashSet::new();
        for _ in 0..VIEW_DEPTH_MAX {
            if views.is_empty() {
                break;
            }
            for row in self.tx.rows(&queries::VIEWS, args![views]).await? {
                let action: String = row.get("action")?;
                self.origins.insert(row.get("relation")?, origins(&action));
            }
            let seen = self.origins.values().flatten().map(|origin| origin.relation);
            let new: Vec<i64> = seen
                .filter(|oid| !self.relations.contains_key(oid) && !outside.contains(oid))
                .collect::<HashSet<_>>()
                .into_iter()
                .collect();
            outside.extend(new.iter().copied());
            views.clear();
            for row in self.tx.rows(&queries::KINDS, args![new]).await? {
                if row.get("is_view")? {
                    views.push(row.get("oid")?);
                }
            }
        }
        // What is a view here resolves to what it shows.
        let views: Vec<i64> = self.origins.keys().copied().collect();
        for _ in 0..VIEW_DEPTH_MAX {
            for view in &views {
                let resolved =
                    self.origins[view].iter().map(|origin| self.resolve(*origin)).collect();
                self.origins.insert(*view, resolved);
            }
        }
        Ok(outside)
    }

    fn resolve(&self, origin: Origin) -> Origin {
        let deeper = self.origins.get(&origin.relation);
        let found = deeper.and_then(|inner| inner.iter().find(|o| o.number == origin.source));
        found.map_or(origin, |inner| Origin { number: origin.number, ..*inner })
    }
}
