//! A store's language: that of its own SQL, and of every product's words. Search stems a shopper's
//! words in the store's language and a product's in the product's, so the two change together.
//!
//! Every product is stemmed and indexed anew, a millisecond or two for a long text: tens of
//! thousands take minutes. Whoever asks for it has time for that and a place among the imports.

use uuid::Uuid;

use crate::base::locale::Locale;
use crate::db::{Error, Row, StoreTx};
use crate::{args, queries};

/// Products of one statement: each is indexed anew, and a statement has seconds.
const PAGE: i64 = 1_000;

queries! {
    /// The language of new products, and of what shoppers type.
    SETTLE = "language.settle":
        "update settings set value = to_jsonb($1::text) where key = 'language'";
    /// The last product of every full page.
    PAGES = "language.pages":
        "select id from (select id, row_number() over (order by id) as nth from products) as counted
          where nth % $1 = 0 order by id";
    /// Takes a page of products over into the language. By its two ends, so that the index finds
    /// it: a list of ids is joined with all there are.
    TRANSLATE = "language.translate":
        "update products set language = $1
          where language <> $1
            and ($2::uuid is null or id > $2) and ($3::uuid is null or id <= $3)";
}

/// Makes it the language of a store: part of [`super::edit`].
pub(super) async fn settle(tx: &StoreTx<'_>, locale: &Locale) -> Result<(), Error> {
    // A product that is being added takes the language it finds; so nobody adds one meanwhile.
    tx.lock_writers("products").await?;
    tx.run(&SETTLE, args![locale.language()]).await?;
    let ends = tx.rows(&PAGES, args![PAGE]).await?;
    let ends = ends.iter().map(|row: &Row| row.get("id")).collect::<Result<Vec<Uuid>, _>>()?;
    let mut after: Option<Uuid> = None;
    for last in ends.into_iter().map(Some).chain([None]) {
        tx.run(&TRANSLATE, args![locale.language(), after, last]).await?;
        after = last;
    }
    Ok(())
}
