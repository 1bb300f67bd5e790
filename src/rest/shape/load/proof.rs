//! Whether a store's schema is what its row says: one that somebody has changed by hand is not to
//! give its shape to others.

use crate::args;
use crate::db::{Error, Tx};
use crate::queries;
use crate::rest::shape::{ShapeSource, StoreSource};

queries! {
    /// Stands in a schema as a role that may use it: so definitions are printed as its owner sees
    /// them, without its name.
    STAND_IN = "rest.proof.stand_in":
        "select set_config('role', $1, true),
                set_config('search_path', quote_ident($2) || ', pg_temp', true)";
    /// The login again.
    STAND_OUT = "rest.proof.stand_out":
        "select set_config('role', 'none', true),
                set_config('search_path', 'pg_catalog', true)";
}

/// Whether the schema of a source has the fingerprint that is the key. Asked last, so that nothing
/// that was read before is of a later state.
pub(super) async fn is_of_key(
    tx: &Tx<'_>,
    source: &ShapeSource<'_>,
    store: &StoreSource<'_>,
) -> Result<bool, Error> {
    let is_of_key = match store.fingerprint {
        Some(take) => {
            tx.rows(&STAND_IN, args![store.role, source.schema]).await?;
            let taken: String = tx.row(take, args![source.schema]).await?.get("fingerprint")?;
            tx.rows(&STAND_OUT, &[]).await?;
            taken == source.key
        }
        None => true,
    };
    tx.guard(store.store).await?;
    Ok(is_of_key)
}
