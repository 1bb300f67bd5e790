//! A store's own colours and shapes, as a style sheet that goes over the one of all pages.
//!
//! Every value is looked at again: what is no colour or number is left out, whoever wrote it.

use std::fmt::Write;

use serde_json::Value;

const SANS: &str = "ui-sans-serif, system-ui, sans-serif";
const SERIF: &str = "ui-serif, Georgia, \"Times New Roman\", serif";
const MONO: &str = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
const ROUNDED: &str = "ui-rounded, \"SF Pro Rounded\", Nunito, Quicksand, system-ui, sans-serif";
const RADIUS_MAX: u64 = 32;

/// A colour as red, green and blue.
#[derive(Clone, Copy)]
struct Colour(u8, u8, u8);

impl Colour {
    fn of(theme: &Value, key: &str) -> Option<Self> {
        let digits = theme[key].as_str()?.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    fn text(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Whether black reads better on it than white does.
    fn is_light(self) -> bool {
        let linear = |part: u8| (f64::from(part) / 255.0).powf(2.2);
        let luminance = 0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2);
        luminance > 0.18
    }

    fn ink_on(self) -> &'static str {
        if self.is_light() { "#1d1712" } else { "#ffffff" }
    }
}

/// The style sheet of a theme; nothing where the theme says nothing of its own.
pub fn css(theme: &Value) -> String {
    let mut always = String::new();
    let mut in_dark = String::new();
    let background = Colour::of(theme, "background");
    fonts_and_corners(&mut always, theme);
    if let Some(background) = background {
        ground(&mut always, background, Colour::of(theme, "text"));
    }
    if let Some(primary) = Colour::of(theme, "primary") {
        let text = primary.text();
        let _ = write!(always, "--primary:{text};--on-primary:{};", primary.ink_on());
        if background.is_none() && !primary.is_light() {
            // A dark colour can't be read on a dark page.
            let lighter = format!("color-mix(in oklab, {text} 45%, #fff4e6)");
            let _ = write!(in_dark, "--primary:{lighter};--on-primary:#1d1712;");
        }
    }
    if let Some(accent) = Colour::of(theme, "accent") {
        let text = accent.text();
        let _ =
            write!(always, "--stripe:{text};--wash:color-mix(in oklab, {text} 20%, var(--paper));");
    }
    let mut sheet = String::new();
    if !always.is_empty() {
        let _ = writeln!(sheet, ":root[data-theme]{{{always}}}");
    }
    if !in_dark.is_empty() {
        let _ = writeln!(
            sheet,
            "@media (prefers-color-scheme: dark){{:root[data-theme]{{{in_dark}}}}}"
        );
    }
    sheet
}

fn fonts_and_corners(to: &mut String, theme: &Value) {
    let fonts = match theme["font"].as_str() {
        Some("sans") => Some((SANS, SANS)),
        Some("serif") => Some((SERIF, SERIF)),
        Some("mono") => Some((MONO, MONO)),
        Some("rounded") => Some((ROUNDED, ROUNDED)),
        _ => None,
    };
    // A String takes every write.
    if let Some((text, display)) = fonts {
        let _ = write!(to, "--font:{text};--display:{display};");
    }
    if let Some(radius) = theme["radius"].as_u64().filter(|radius| *radius <= RADIUS_MAX) {
        let _ = write!(to, "--radius:{radius}px;");
    }
}

/// A page on a ground of its own, the same by day and by night; the rest is mixed from ground and
/// text.
fn ground(to: &mut String, background: Colour, text: Option<Colour>) {
    let (scheme, lift) = if background.is_light() { ("light", "55%") } else { ("dark", "7%") };
    let (paper, ink) =
        (background.text(), text.map_or_else(|| background.ink_on().to_owned(), Colour::text));
    let _ = write!(
        to,
        "color-scheme:{scheme};--paper:{paper};--ink:{ink};\
         --card:color-mix(in oklab, #ffffff {lift}, {paper});\
         --quiet:color-mix(in oklab, {ink} 68%, {paper});\
         --line:color-mix(in oklab, {ink} 14%, {paper});\
         --wash:color-mix(in oklab, {ink} 6%, {paper});"
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_theme_without_values_of_its_own_is_no_sheet() {
        assert_eq!(css(&json!({ "name": "warm" })), "");
        assert_eq!(css(&Value::Null), "");
    }

    #[test]
    fn colours_are_told_and_text_on_them_can_be_read() {
        let sheet = css(&json!({ "primary": "#115e59", "accent": "#ca8a04", "radius": 6 }));
        assert!(sheet.contains("--primary:#115e59;--on-primary:#ffffff;"), "{sheet}");
        assert!(sheet.contains("--radius:6px;") && sheet.contains("--stripe:#ca8a04;"), "{sheet}");
        assert!(sheet.contains("prefers-color-scheme: dark"), "{sheet}");
        let sheet = css(&json!({ "primary": "#f2c14e", "background": "#101418" }));
        assert!(sheet.contains("--on-primary:#1d1712;"), "{sheet}");
        assert!(sheet.contains("color-scheme:dark;--paper:#101418;--ink:#ffffff;"), "{sheet}");
        assert!(!sheet.contains("@media"), "{sheet}");
    }

    #[test]
    fn what_is_no_value_is_left_out() {
        let evil = json!({
            "primary": "#12345;}", "accent": "red;}body{display:none", "radius": 1e9,
            "font": "x;}", "background": "#é12345", "text": 7,
        });
        assert_eq!(css(&evil), "");
    }
}
