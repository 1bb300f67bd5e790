//! Fills in what a template leaves open: the schema's name, where SQL must have it.

use handlebars::Handlebars;
use serde::Serialize;

use crate::base::schema::SchemaName;
use crate::db::schema_session::Render;

/// Handlebars, set for SQL: a missing name is an error and nothing is escaped.
pub(super) struct Template(Handlebars<'static>);

#[derive(Serialize)]
struct Names<'a> {
    schema: &'a str,
}

impl Template {
    pub(super) fn new() -> Self {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        handlebars.register_escape_fn(handlebars::no_escape);
        Self(handlebars)
    }
}

impl Render for Template {
    fn render(&self, text: &str, schema: &SchemaName) -> Result<String, String> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        self.0
            .render_template(text, &Names { schema: schema.as_str() })
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str) -> Result<String, String> {
        Template::new().render(text, &SchemaName::parse("tenant_a").unwrap())
    }

    #[test]
    fn the_schema_is_filled_in_and_nothing_is_escaped() {
        let text = "select 'O''Neil <&>', '{{schema}}'::regnamespace";
        assert_eq!(render(text).unwrap(), "select 'O''Neil <&>', 'tenant_a'::regnamespace");
    }

    #[test]
    fn a_name_nobody_has_is_an_error() {
        assert!(render("create table {{shcema}}.x ()").is_err());
    }
}
