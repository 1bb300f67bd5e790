//! A store as it stands in `shared.stores`, and what is needed to make one.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::base::currency::Currency;
use crate::base::id::StoreId;
use crate::base::locale::Locale;
use crate::base::schema::SchemaName;
use crate::base::slug::Slug;
use crate::db::{Error as DbError, Row, StoreRef};
use crate::stores::preset::Preset;
use crate::stores::{Error, theme};

/// Columns of a store, for every statement that reads one under the alias `s`.
#[macro_export]
macro_rules! store_columns {
    () => {
        "s.id, s.slug, s.schema_name, s.name, s.status, s.published_at, s.revision,
         s.template_version, s.fingerprint, s.currency, s.locale, s.theme, s.settings, s.plan,
         s.created_at"
    };
}

/// Longest name of a store, in characters.
const NAME_MAX: usize = 120;

/// Whether a store is in service. Published or not is another matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In service.
    Active,
    /// Stopped by an operator: members read, nobody writes.
    Suspended,
    /// On its way to another cluster: read only for the moment.
    Moving,
    /// Gone for everyone; its data is kept for a while.
    Deleted,
}

impl Status {
    fn parse(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "suspended" => Self::Suspended,
            "moving" => Self::Moving,
            _ => Self::Deleted,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Moving => "moving",
            Self::Deleted => "deleted",
        })
    }
}

/// JSON as its text. A process remembers many stores; parsed, a theme of one key is half a kilobyte.
#[derive(Clone, Debug)]
pub struct Json(Box<str>);

impl Json {
    fn new(value: &Value) -> Self {
        Self(value.to_string().into())
    }

    /// What it says.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

/// A store's row, as of one revision.
#[derive(Clone, Debug)]
pub struct Store {
    /// Identity.
    pub id: StoreId,
    /// Name in the address.
    pub slug: Slug,
    /// Where its data is.
    pub schema: SchemaName,
    /// What its owner calls it.
    pub name: String,
    /// In service or not.
    pub status: Status,
    /// Since when strangers see it.
    pub published_at: Option<Timestamp>,
    /// What this row was read at; a transaction in the store is refused when it has moved on.
    pub revision: i64,
    /// Version of its schema.
    pub template_version: i32,
    /// Fingerprint of its schema.
    pub fingerprint: String,
    /// What its prices are in.
    pub currency: Currency,
    /// Language and region.
    pub locale: Locale,
    /// Custom properties of its pages.
    pub theme: Json,
    /// What else its owner has set; known keys.
    pub settings: Json,
    /// Its plan.
    pub plan: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Reads a row that has [`store_columns`].
    pub(crate) fn from_row(row: &Row) -> Result<Self, DbError> {
        let text = |column| row.get::<String>(column);
        let damaged = |column: &'static str| DbError::Damaged { column };
        Ok(Self {
            id: row.id("id")?,
            slug: Slug::parse(&text("slug")?).map_err(|_| damaged("slug"))?,
            schema: SchemaName::parse(&text("schema_name")?).map_err(|_| damaged("schema_name"))?,
            name: text("name")?,
            status: Status::parse(&text("status")?),
            published_at: row.get("published_at")?,
            revision: row.get("revision")?,
            template_version: row.get("template_version")?,
            fingerprint: text("fingerprint")?,
            currency: Currency::parse(&text("currency")?).map_err(|_| damaged("currency"))?,
            locale: Locale::parse(&text("locale")?).map_err(|_| damaged("locale"))?,
            theme: Json::new(&row.get("theme")?),
            settings: Json::new(&row.get("settings")?),
            plan: text("plan")?,
            created_at: row.get("created_at")?,
        })
    }

    /// What a transaction in this store is opened with.
    pub fn reference(&self) -> StoreRef {
        StoreRef { id: self.id, revision: self.revision }
    }
}

/// How somebody names a store: by its slug in an address, or by its id.
#[derive(Clone, Debug)]
pub enum Address {
    /// The slug.
    Slug(Slug),
    /// The id.
    Id(StoreId),
}

impl Address {
    /// Reads a path segment; what is neither names no store.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        Slug::parse(text).map(Self::Slug).map_err(|_| Error::NotFound)
    }
}

/// What a store is made with, checked.
#[derive(Clone, Debug)]
pub struct NewStore {
    /// What its owner calls it.
    pub name: String,
    /// Name in the address.
    pub slug: Slug,
    /// What its prices are in.
    pub currency: Currency,
    /// Language and region.
    pub locale: Locale,
    /// Custom properties of its pages.
    pub theme: Value,
    /// What it begins with, if not with nothing.
    pub preset: Option<Preset>,
}

impl NewStore {
    /// Checks what somebody asked for. Absent: USD, `en`, the plain theme.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(
        name: &str,
        slug: &str,
        currency: Option<&str>,
        locale: Option<&str>,
        theme: Option<Value>,
    ) -> Result<Self, Error> {
        Ok(Self {
            slug: Slug::parse(slug)?,
            name: parse_name(name)?,
            currency: Currency::parse(currency.unwrap_or("USD"))?,
            locale: locale.map(Locale::parse).transpose()?.unwrap_or_default(),
            theme: theme::parse(theme)?,
            preset: None,
        })
    }

    /// The same, beginning with a preset; its theme holds where none was asked for.
    ///
    /// # Errors
    /// [`Error::Preset`].
    pub fn with_preset(self, name: &str, has_theme: bool) -> Result<Self, Error> {
        let preset = Preset::find(name)?;
        let theme = if has_theme { self.theme } else { theme::parse(Some(preset.theme.clone()))? };
        Ok(Self { theme, preset: Some(preset), ..self })
    }
}

pub(super) fn parse_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > NAME_MAX || name.chars().any(char::is_control) {
        return Err(Error::Name);
    }
    Ok(name.to_owned())
}
