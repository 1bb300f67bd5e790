//! What a new store can begin with: categories, pages, policies and a theme, all the owner's to
//! change. Policies are drafts: what a store promises is for its owner to say.

use serde::Deserialize;
use serde_json::Value;

use crate::db::{Error as DbError, StoreTx};
use crate::stores::Error;
use crate::{args, queries};

queries! {
    /// Categories in the order they are listed.
    CATEGORIES = "preset.categories":
        "insert into categories (name, slug, description, position)
         select c.value ->> 'name', c.value ->> 'slug', c.value ->> 'description', c.nth
           from jsonb_array_elements($1) with ordinality as c (value, nth)";
    /// Pages, public from the start.
    PAGES = "preset.pages":
        "insert into pages (title, slug, status, sections)
         select p.value ->> 'title', p.value ->> 'slug', 'published', p.value -> 'sections'
           from jsonb_array_elements($1) as p (value)";
    /// Policies, as drafts.
    POLICIES = "preset.policies":
        "insert into policies (kind, title, body)
         select p.value ->> 'kind', p.value ->> 'title', p.value ->> 'body'
           from jsonb_array_elements($1) as p (value)";
}

/// The presets, by name.
const PRESETS: &[(&str, &str)] = &[
    ("plain", include_str!("preset/plain.json")),
    ("fashion", include_str!("preset/fashion.json")),
    ("food", include_str!("preset/food.json")),
    ("home", include_str!("preset/home.json")),
    ("beauty", include_str!("preset/beauty.json")),
    ("crafts", include_str!("preset/crafts.json")),
];
/// The policies that every preset drafts.
const DRAFTS: &str = include_str!("preset/policies.json");

/// A preset.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The theme, unless the owner asks for another.
    pub theme: Value,
    categories: Value,
    pages: Value,
}

impl Preset {
    /// The preset with a name.
    ///
    /// # Errors
    /// [`Error::Preset`] when there is none.
    pub fn find(name: &str) -> Result<Self, Error> {
        let (_, text) = PRESETS.iter().find(|(known, _)| *known == name).ok_or(Error::Preset)?;
        serde_json::from_str(text).map_err(|_| Error::Preset)
    }

    /// Fills a store that has nothing yet.
    ///
    /// # Errors
    /// What Postgres answers.
    pub async fn seed(&self, tx: &StoreTx<'_>) -> Result<(), DbError> {
        let policies: Value = serde_json::from_str(DRAFTS).unwrap_or_default();
        tx.run(&CATEGORIES, args![self.categories]).await?;
        tx.run(&PAGES, args![self.pages]).await?;
        tx.run(&POLICIES, args![policies]).await?;
        Ok(())
    }
}

/// The names of all presets.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_whole() {
        for name in names() {
            let preset = Preset::find(name).unwrap();
            assert!(crate::stores::theme::parse(Some(preset.theme)).is_ok(), "{name}");
            let slugs = |list: &Value| -> Vec<String> {
                let list = list.as_array().unwrap();
                list.iter().map(|one| one["slug"].as_str().unwrap().to_owned()).collect()
            };
            assert!(slugs(&preset.pages).contains(&"home".to_owned()), "{name}");
            assert_eq!(slugs(&preset.categories).is_empty(), name == "plain", "{name}");
        }
        let drafts: Vec<Value> = serde_json::from_str(DRAFTS).unwrap();
        assert_eq!(drafts.len(), 4);
        assert!(matches!(Preset::find("no-such"), Err(Error::Preset)));
    }
}
