//! What the database is told of a request: settings that functions and policies may read.

use serde_json::{Map, Value};

use super::Asked;
use crate::db::Generated;
use crate::rest::entrance::{Entrance, SchemaAt};
use crate::rest::plane::ISOLATION;
use crate::rest::preferences::Preferences;
use crate::rest::sql;

impl Asked<'_> {
    /// Settings of a request at a plain entrance, in the order in which they are made.
    pub(super) fn plain_settings(
        &self,
        place: &SchemaAt<'_>,
        prefs: &Preferences,
        headers: &str,
        role: &[(String, String)],
        own: &[(String, String)],
    ) -> Generated {
        let caller = self.entrance.caller();
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let extra = self.plane.settings.extra_search_path.iter();
        let path: Vec<String> =
            std::iter::once(place.schema).chain(extra.map(String::as_str)).map(quoted).collect();
        let (path, cookies) = (path.join(", "), self.cookies());
        let mut settings = vec![("search_path", path.as_str())];
        settings.extend(role.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        settings.extend([
            ("role", caller.role.as_str()),
            ("request.jwt.claims", caller.claims.as_str()),
            ("request.method", self.request.method.as_str()),
            ("request.path", self.request.path.as_str()),
            ("request.headers", headers),
            ("request.cookies", cookies.as_str()),
        ]);
        if let Some(zone) = &prefs.timezone {
            settings.push(("timezone", zone));
        }
        settings.extend(self.plane.settings.app.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let hoisted = &self.plane.settings.hoisted;
        let hoisted = own.iter().filter(|(name, _)| hoisted.contains(name) && name != ISOLATION);
        settings.extend(hoisted.map(|(name, value)| (name.as_str(), value.as_str())));
        sql::settings(&settings)
    }

    /// The request's headers as JSON, without the cookies, which are told apart. At a store, without
    /// what proves who the caller is.
    pub(super) fn headers(&self) -> String {
        let is_store = matches!(self.entrance, Entrance::Store(_));
        let mut headers = Map::new();
        for (name, value) in &self.request.headers {
            let is_secret = matches!(name.as_str(), "authorization" | "apikey");
            if !(is_secret && is_store || name == "cookie") {
                headers.insert(name.clone(), Value::from(value.as_str()));
            }
        }
        Value::Object(headers).to_string()
    }

    fn cookies(&self) -> String {
        let header = self.request.header("cookie").unwrap_or_default();
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let cookies: Map<String, Value> =
            pairs.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Value::Object(cookies).to_string()
    }
}
