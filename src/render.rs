//! What this program draws and writes for people: pages from templates, and pictures.
//!
//! Templates are strict: a name that the data does not have is an error, and every value is
//! escaped for HTML. They stand in `templates/`, the one style sheet in `assets/`.

pub mod picture;
pub mod theme;

use std::sync::LazyLock;

use handlebars::Handlebars;
use serde::Serialize;

/// The style sheet of all pages.
pub const STYLE: &str = include_str!("../assets/style.css");
/// The icon of all pages.
pub const ICON: &str = include_str!("../assets/icon.svg");

/// A page could not be made: a mistake in a template or in what it was given.
#[derive(Debug, thiserror::Error)]
#[error("the page could not be made")]
pub struct RenderError(#[from] handlebars::RenderError);

const TEMPLATES: &[(&str, &str)] = &[
    ("head", include_str!("../templates/head.hbs")),
    ("foot", include_str!("../templates/foot.hbs")),
    ("invitation", include_str!("../templates/invitation.hbs")),
    ("mailbox", include_str!("../templates/mailbox.hbs")),
    ("mail", include_str!("../templates/mail.hbs")),
    ("missing", include_str!("../templates/missing.hbs")),
    ("notice", include_str!("../templates/notice.hbs")),
    ("policy", include_str!("../templates/policy.hbs")),
    ("store_foot", include_str!("../templates/store_foot.hbs")),
    ("store_head", include_str!("../templates/store_head.hbs")),
    ("storefront", include_str!("../templates/storefront.hbs")),
    ("welcome", include_str!("../templates/welcome.hbs")),
];

static PAGES: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut pages = Handlebars::new();
    pages.set_strict_mode(true);
    for (name, text) in TEMPLATES {
        pages.register_template_string(name, text).expect("the program's own templates parse");
    }
    pages
});

/// A page of HTML.
///
/// # Errors
/// [`RenderError`].
pub fn page(name: &'static str, data: &impl Serialize) -> Result<String, RenderError> {
    Ok(PAGES.render(name, data)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_wrote_is_text_on_a_page_and_not_html() {
        let page = page("missing", &json!({ "title": "<script>", "theme": "\"><b>" })).unwrap();
        assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
    }

    #[test]
    fn a_name_that_is_not_in_the_data_is_an_error() {
        assert!(page("missing", &json!({ "title": "x" })).is_err());
    }
}
