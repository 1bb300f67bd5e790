//! Stores that are not as their remembered rows say. Every statement in a store is refused when it
//! has moved on; what is answered without one, or by one that ran too late, asks here.

use super::{Asked, Failure};
use crate::db::Refusal;
use crate::rest::entrance::Entrance;

/// SQLSTATE of a column, a function, a type or a table that is not there, and of a type that is
/// not what the statement takes it for.
const OUTRUN: [&str; 5] = ["42703", "42883", "42704", "42P01", "42804"];

/// The store is not as the caller read it: it must be read again, and the request tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// It is at another revision.
    Changed,
    /// It is not there.
    Missing,
}

impl Asked<'_> {
    /// Goes on unless an answer rests on what is remembered of the store alone, such as that it has
    /// no table of a name, and the store has moved on since.
    pub(in crate::rest) async fn trust_memory(&self) -> Result<(), Failure> {
        match self.entrance {
            Entrance::Store(store) if !self.marks.is_planned() => {
                match self.plane.cluster.rest_is_current(store.store).await {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(Failure::Stale(Stale::Changed)),
                    Err(error) => Err(self.failed(error.into())),
                }
            }
            _ => Ok(()),
        }
    }

    /// Whether the statement names what is not there because the store was migrated after the
    /// request had entered it: it then waited for the migration, and met another shape.
    pub(super) async fn is_outrun(&self, refusal: &Refusal) -> bool {
        match self.entrance {
            Entrance::Store(store) if OUTRUN.contains(&refusal.code.as_str()) => {
                let current = self.plane.cluster.rest_is_current(store.store).await;
                matches!(current, Ok(false))
            }
            _ => false,
        }
    }
}
