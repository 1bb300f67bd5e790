//! The tables of a store, as one table of data: who may write them, and how many rows of the
//! fixture (`goods.sql`) each kind of reader sees. A table that is not here is a failure.

/// Who writes a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Members whose role has the permission.
    Content(&'static str),
    /// Verbs only.
    State,
    /// Nobody but the owner, who alone reads it too.
    Closed,
}

/// One table of a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    /// Rows that everybody reads; with none, `anon` has no right on the table at all.
    pub(crate) public: u64,
    /// Rows that are the shopper's own and not public.
    pub(crate) own: u64,
    /// Rows that no member may change, whatever the role.
    pub(crate) frozen: u64,
}

const fn table(name: &'static str, class: Class, public: u64, own: u64, frozen: u64) -> Table {
    Table { name, class, public, own, frozen }
}

/// Every table of the template.
pub(crate) const TABLES: &[Table] = &[
    table("addresses", Class::State, 0, 1, 0),
    table("categories", Class::Content("catalog"), 1, 0, 0),
    table("collection_items", Class::Content("catalog"), 1, 0, 0),
    table("collections", Class::Content("catalog"), 1, 0, 0),
    table("customers", Class::State, 0, 1, 0),
    table("discounts", Class::Content("discounts"), 0, 0, 0),
    table("inventory_items", Class::Content("catalog"), 0, 0, 0),
    table("locations", Class::Content("settings"), 1, 0, 0),
    table("pages", Class::Content("pages"), 1, 0, 0),
    table("policies", Class::Content("pages"), 1, 0, 0),
    table("product_images", Class::Content("catalog"), 1, 0, 0),
    table("products", Class::Content("catalog"), 1, 0, 0),
    table("refinery_schema_history", Class::Closed, 0, 0, 0),
    table("reviews", Class::State, 1, 1, 0),
    // A published revision is never changed.
    table("revisions", Class::Content("pages"), 0, 0, 1),
    // Currency and language are left to the verbs.
    table("settings", Class::Content("settings"), 3, 0, 2),
    table("variants", Class::Content("catalog"), 1, 0, 0),
];

/// The entry of a table.
pub(crate) fn find(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
