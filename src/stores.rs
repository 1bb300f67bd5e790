//! The life of a store: born by a claim, found by its address, published, and the people in it.
//! Functions here are verbs over transactions; nothing here speaks HTTP.

pub mod access;
pub mod actor;
pub mod audit;
pub mod directory;
pub mod edit;
pub mod idempotency;
pub mod invitations;
pub mod language;
pub mod lifecycle;
pub mod members;
pub mod model;
pub mod ownership;
pub mod people;
pub mod platform;
pub mod preset;
pub mod provision;
pub mod retire;
pub mod sessions;
pub mod settings;
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
    #[error(transparent)]
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
    #[error(transparent)]
    Currency(#[from] crate::base::currency::CurrencyError),
    /// The locale is none.
    #[error(transparent)]
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
    /// A setting is not known, or has not the form that is asked for.
    #[error("settings: {key} {reason}")]
    Settings {
        /// Which.
        key: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// There are prices in the old currency.
    #[error("the currency can be changed only while the store has no products")]
    CurrencyInUse,
    /// The store has given up as many slugs as it may.
    #[error("a store may change its slug {changes_max} times")]
    SlugChanges {
        /// How often.
        changes_max: i64,
    },
    /// There is no such preset.
    #[error("there is no such preset")]
    Preset,
    /// There is no such plan.
    #[error("there is no such plan")]
    Plan,
    /// There is no such role.
    #[error("the roles are {roles}")]
    Role {
        /// Which there are.
        roles: &'static str,
    },
    /// The person is a member already.
    #[error("this person is a member already")]
    AlreadyMember,
    /// The store has no such member.
    #[error("the store has no such member")]
    NoSuchMember,
    /// Nobody is invited by this address or link.
    #[error("there is no such invitation")]
    NoSuchInvitation,
    /// The link was good for a while, and that is over.
    #[error("this invitation has expired; ask for another")]
    InvitationExpired,
    /// A store has an owner at all times.
    #[error("a store has at least one owner")]
    LastOwner,
    /// The plan allows no further member.
    #[error("the plan allows {members_max} members, invited ones included")]
    MembersLimit {
        /// How many it allows.
        members_max: i32,
    },
    /// Nobody has signed up with this address, or confirmed it.
    #[error("nobody has signed up with this address and confirmed it")]
    NoSuchUser,
    /// The platform has somebody who gives roles at all times.
    #[error("the platform has at least one super_admin")]
    LastSuperAdmin,
    /// The caller has no role on the platform.
    #[error("this is for people with a role on the platform")]
    NotPlatform,
    /// The owner's plan allows no further store.
    #[error("the owner's plan allows {stores_max} stores")]
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
