//! A store's language: that of its own SQL, and of every product's words. Search stems a shopper's
//! words in the store's language and a product's in the product's, so the two change together.

use uuid::Uuid;

use crate::base::locale::Locale;
use crate::db::{Error, StoreTx};
use crate::{args, queries};

/// Products of one statement: each is indexed anew, and a statement has seconds.
const PAGE: i64 = 1_000;

queries! {
    /// The language of new products, and of what shoppers type.
    SETTLE = "language.settle":
        "update settings set value = to_jsonb($1::text) where key = 'language'";
    /// Takes a page of products over into the language.
    TRANSLATE = "language.translate":
        "with page as (
             select id from products where $2::uuid is null or id > $2 order by id limit $3
         ), changed as (
             update products p set language = $1
               from page where p.id = page.id and p.language <> $1
         )
         select (select id from page order by id desc limit 1) as last,
                (select count(*) from page) as seen";
}

/// Makes it the language of a store: part of [`super::edit`].
pub(super) async fn settle(tx: &StoreTx<'_>, locale: &Locale) -> Result<(), Error> {
    // A product that is being added takes the language it finds; so nobody adds one meanwhile.
    tx.lock_writers("products").await?;
    tx.run(&SETTLE, args![locale.language()]).await?;
    let mut after: Option<Uuid> = None;
    loop {
        let row = tx.row(&TRANSLATE, args![locale.language(), after, PAGE]).await?;
        if row.get::<i64>("seen")? < PAGE {
            return Ok(());
        }
        after = row.get("last")?;
    }
}
