//! Statements: constants with a name. The name stands before the text as a comment, so that the
//! server's log and `pg_stat_statements` show it, and labels the metrics.

/// One statement that this program may send.
#[derive(Debug, PartialEq, Eq)]
pub struct Sql {
    name: &'static str,
    text: &'static str,
}

impl Sql {
    /// A statement under the name `module.verb`; made by [`queries!`](crate::queries).
    pub const fn named(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }

    /// `module.verb`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is sent.
    pub fn text(&self) -> &'static str {
        self.text
    }
}

/// Declares a module's statements and collects them in `ALL`, for the test that prepares each.
///
/// ```ignore
/// queries! {
///     /// The store with this slug.
///     FIND = "stores.find": "select id from shared.stores where slug = $1";
/// }
/// ```
#[macro_export]
macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident = $label:literal: $text:expr;)+) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: $crate::db::Sql =
                $crate::db::Sql::named($label, concat!("/* ", $label, " */ ", $text));
        )+
        /// Every statement of this module.
        pub(crate) const ALL: &[$crate::db::Sql] =
            &[$($crate::db::Sql::named($label, concat!("/* ", $label, " */ ", $text))),+];
    };
}
