//! A configuration file to begin with.

use std::fmt::Write;

use crate::rest::standalone::settings::{Kind, SETTINGS};

/// Every setting with its default, as a comment.
pub(super) fn text() -> String {
    let mut out = String::new();
    for setting in SETTINGS {
        let is_plain =
            matches!(setting.kind, Kind::Number | Kind::Switch) && !setting.default.is_empty();
        let quote = if is_plain { "" } else { "\"" };
        // Writing to a String can't fail.
        let _ = writeln!(
            out,
            "## {}\n# {} = {quote}{}{quote}\n",
            setting.effect(),
            setting.name,
            setting.default
        );
    }
    out.push_str("## A setting of every transaction\n# app.settings.name = \"value\"\n");
    out
}
