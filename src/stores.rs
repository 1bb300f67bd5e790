//! The life of a store: born by a claim, found by its address, published, and the people in it.
//! Functions here are verbs over transactions; nothing here speaks HTTP.

pub mod access;
pub mod actor;
pub mod audit;
pub mod directory;
pub mod idempotency;
pub mod lifecycle;
pub mod model;
pub mod people;
pub mod provision;
pub mod sessions;
pub mod theme;

pub use access::Access;
pub use actor::Actor;
pub use model::{Address, NewStore, Status, Store};
pub use provision::provision;

use crate::base::slug::SlugError;

/// Why a verb on a store was refused. Each variant is something its caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The slug breaks a rule.
    #[error("{0}")]
    Slug(#[from] SlugError),
    /// Another store has the slug, or had it.
    #[error("the slug `{slug}` is taken")]
    SlugTaken {
        /// The slug that was asked for.
        slug: String,
    },
    /// The name is empty, too long, or has control characters.
    #[error("a store's name has 1 to 120 characters, none of them a control character")]
    Name,
    /// The currency is none.
    #[error("{0}")]
    Currency(#[from] crate::base::currency::CurrencyError),
    /// The locale is none.
    #[error("{0}")]
    Locale(#[from] crate::base::locale::LocaleError),
    /// The theme has an unknown key or a value that is not fit for a page.
    #[error("theme: {reason}")]
    Theme {
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// There is no such store, or the caller may not know of it.
    #[error("there is no such store")]
    NotFound,
    /// The caller is a member whose role does not allow this.
    #[error("the role {role} does not allow this")]
    Forbidden {
        /// The caller's role.
        role: String,
    },
    /// The owner's plan allows no further store.
    #[error("the plan allows {stores_max} stores")]
    PlanLimit {
        /// How many it allows.
        stores_max: i32,
    },
    /// The store is out of service and can't be changed.
    #[error("the store is {status}")]
    Unavailable {
        /// Its status.
        status: Status,
    },
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    /// No schema could be had in time.
    #[error("no schema could be made ready in time")]
    NoSchema,
    /// The e-mail address is none.
    #[error("an e-mail address has the form name@host")]
    Email,
    /// The template could not be built.
    #[error(transparent)]
    Template(#[from] crate::template::Error),
    /// Postgres refused.
    #[error(transparent)]
    Db(#[from] crate::db::Error),
}
