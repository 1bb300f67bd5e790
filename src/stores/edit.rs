//! Changing what a store is called, where it is found and how it looks.

use serde_json::{Map, Value, json};

use crate::base::currency::Currency;
use crate::base::locale::Locale;
use crate::base::slug::Slug;
use crate::db::{Error as DbError, SharedTx, StoreTx};
use crate::stores::{Access, Actor, Error, Store, audit, language, model, settings, theme};
use crate::{args, queries, store_columns};

/// Slugs a store may have given up; each is kept from everybody else for ever.
const OLD_SLUGS_MAX: i64 = 10;

queries! {
    /// Whether the store has prices in its currency.
    HAS_PRICES = "edit.has_prices": "select exists (select from products) as has_prices";
    /// What the store's own SQL must know of it.
    SETTLE = "edit.settle":
        "update settings set value = to_jsonb($1::text) where key = 'currency'";
    /// All but the slug, of the revision `$8`; what is null stays. The settings that `$7` names go.
    UPDATE = "edit.update":
        concat!("update shared.stores s
            set name = coalesce($2, s.name), currency = coalesce($3, s.currency),
                locale = coalesce($4, s.locale), theme = coalesce($5, s.theme),
                settings = (s.settings || $6) - $7::text[]
          where s.id = $1 and s.revision = $8 and s.status = 'active'
          returning ", store_columns!());
    /// The new slug, where nobody has changed the store since it was read.
    RENAME = "edit.rename":
        "update shared.stores s set slug = $2
          where s.id = $1 and s.revision = $3 and s.status = 'active' returning s.revision";
    /// The slug that was given up leads to the store from now on.
    LEAVE = "edit.leave": "insert into shared.old_slugs (slug, store_id) values ($1, $2)";
    /// A store takes an old slug of its own again.
    TAKE_BACK = "edit.take_back": "delete from shared.old_slugs where slug = $1 and store_id = $2";
    /// How many slugs a store has given up.
    COUNT_OLD = "edit.count_old":
        "select count(*) as given_up from shared.old_slugs where store_id = $1";
    /// Whether a slug was once another store's.
    WAS_ANOTHERS = "edit.was_anothers":
        "select exists (select from shared.old_slugs where slug = $1 and store_id <> $2) as taken";
    /// The store that gave a slug up, as long as the slug leads to it.
    LED_TO = "edit.led_to":
        concat!("select ", store_columns!(), "
           from shared.old_slugs o join shared.stores s on s.id = o.store_id
          where o.slug = $1 and o.leads_until > now() and s.status <> 'deleted'");
}

/// What is to change, checked; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    name: Option<String>,
    slug: Option<Slug>,
    currency: Option<Currency>,
    locale: Option<Locale>,
    theme: Option<Value>,
    settings: Map<String, Value>,
}

/// What somebody wants to change, as they sent it.
#[derive(Clone, Debug, Default)]
pub struct Wish<'a> {
    /// New name.
    pub name: Option<&'a str>,
    /// New slug.
    pub slug: Option<&'a str>,
    /// New currency; only while the store has no products.
    pub currency: Option<&'a str>,
    /// New locale.
    pub locale: Option<&'a str>,
    /// New theme, whole.
    pub theme: Option<Value>,
    /// Settings to set; null takes a key away.
    pub settings: Map<String, Value>,
}

impl Patch {
    /// Checks what somebody wants to change.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(wish: Wish<'_>) -> Result<Self, Error> {
        settings::check(&wish.settings)?;
        Ok(Self {
            name: wish.name.map(model::parse_name).transpose()?,
            slug: wish.slug.map(Slug::parse).transpose()?,
            currency: wish.currency.map(Currency::parse).transpose()?,
            locale: wish.locale.map(Locale::parse).transpose()?,
            theme: wish.theme.map(|theme| theme::parse(Some(theme))).transpose()?,
            settings: wish.settings,
        })
    }

    /// The locale, if it makes the store's language another one: then every product is indexed
    /// anew.
    pub fn other_language(&self, store: &Store) -> Option<&Locale> {
        self.locale.as_ref().filter(|locale| locale.language() != store.locale.language())
    }

    /// The settings to set, and the names of those to take away. A null further inside is a value.
    fn settings(&self) -> (Map<String, Value>, Vec<String>) {
        let (gone, set): (Map<_, _>, Map<_, _>) =
            self.settings.clone().into_iter().partition(|(_, value)| value.is_null());
        (set, gone.into_iter().map(|(key, _)| key).collect())
    }

    fn keys(&self) -> Vec<&'static str> {
        [
            ("name", self.name.is_some()),
            ("slug", self.slug.is_some()),
            ("currency", self.currency.is_some()),
            ("locale", self.locale.is_some()),
            ("theme", self.theme.is_some()),
            ("settings", !self.settings.is_empty()),
        ]
        .into_iter()
        .filter_map(|(key, is_there)| is_there.then_some(key))
        .collect()
    }
}

/// Changes a store: the store's own part, then what all stores share. The caller's transaction is
/// open on the store as `access` has it.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Unavailable`], [`Error::SlugTaken`], [`Error::CurrencyInUse`],
/// and [`DbError::StoreChanged`] when somebody else has changed the store since it was read.
pub async fn edit(
    tx: &StoreTx<'_>,
    access: &Access,
    patch: &Patch,
    actor: &Actor,
) -> Result<Store, Error> {
    access.require("settings")?;
    access.require_active()?;
    let store = &access.store;
    if let Some(currency) = patch.currency.filter(|currency| *currency != store.currency) {
        if tx.row(&HAS_PRICES, &[]).await?.get("has_prices")? {
            return Err(Error::CurrencyInUse);
        }
        tx.run(&SETTLE, args![currency.code()]).await?;
    }
    if let Some(locale) = patch.other_language(store) {
        language::settle(tx, locale).await?;
    }
    shared_part(&tx.shared().await?, store, patch, actor).await
}

async fn shared_part(
    tx: &SharedTx<'_>,
    store: &Store,
    patch: &Patch,
    actor: &Actor,
) -> Result<Store, Error> {
    let revision = match patch.slug.as_ref().filter(|slug| **slug != store.slug) {
        Some(slug) => rename(tx, store, slug).await?,
        None => store.revision,
    };
    let (set, gone) = patch.settings();
    let row = tx
        .find(
            &UPDATE,
            args![
                store.id,
                patch.name,
                patch.currency.map(Currency::code),
                patch.locale.as_ref().map(Locale::as_str),
                patch.theme,
                Value::Object(set),
                gone,
                revision,
            ],
        )
        .await;
    let row = match row {
        Err(DbError::Check { constraint }) if constraint == "stores_settings_check" => {
            return Err(Error::Settings { key: "it", reason: "is over 64 KiB" });
        }
        row => row?.ok_or(DbError::StoreChanged)?,
    };
    let changed = Store::from_row(&row)?;
    let detail = json!({
        "fields": patch.keys(), "slug": changed.slug, "slug_before": store.slug,
    });
    audit::record(tx, actor, Some(store.id), "store.changed", detail).await?;
    Ok(changed)
}

/// Gives the store its new slug. Answers the revision that it has then.
async fn rename(tx: &SharedTx<'_>, store: &Store, slug: &Slug) -> Result<i64, Error> {
    let taken = || Error::SlugTaken { slug: slug.to_string() };
    let given_up: i64 = tx.row(&COUNT_OLD, args![store.id]).await?.get("given_up")?;
    let took_back = tx.run(&TAKE_BACK, args![slug.as_str(), store.id]).await?;
    if took_back == 0 && given_up >= OLD_SLUGS_MAX {
        return Err(Error::SlugChanges { changes_max: OLD_SLUGS_MAX });
    }
    let revision = match tx.find(&RENAME, args![store.id, slug.as_str(), store.revision]).await {
        Ok(renamed) => renamed.ok_or(DbError::StoreChanged)?.get("revision")?,
        Err(DbError::Unique { .. }) => return Err(taken()),
        Err(error) => return Err(error.into()),
    };
    refuse_anothers(tx, store, slug).await?;
    tx.run(&LEAVE, args![store.slug.as_str(), store.id]).await?;
    Ok(revision)
}

/// Refuses a slug that another store gave up. Asked after the row has the slug: a store that was
/// just giving it up has been waited for by then.
pub(super) async fn refuse_anothers(
    tx: &SharedTx<'_>,
    store: &Store,
    slug: &Slug,
) -> Result<(), Error> {
    if tx.row(&WAS_ANOTHERS, args![slug.as_str(), store.id]).await?.get("taken")? {
        return Err(Error::SlugTaken { slug: slug.to_string() });
    }
    Ok(())
}

/// The store that gave this slug up within the last year.
///
/// # Errors
/// What Postgres answers.
pub async fn led_to(tx: &SharedTx<'_>, slug: &Slug) -> Result<Option<Store>, DbError> {
    tx.find(&LED_TO, args![slug.as_str()]).await?.as_ref().map(Store::from_row).transpose()
}
