//! Descriptions: the HTML of strangers, made harmless.
//!
//! Crate `ammonia` keeps what formats a text and drops what runs, frames or styles. A parser of HTML
//! can be made to do quadratic work: every open `<b>` is opened again in each following paragraph, and every tag
//! looks through all that are open. So what the text could cost is weighed before, without parsing.

use super::Fault;

/// Bytes of a description before it is cleaned.
const RAW_BYTES_MAX: usize = 64 * 1024;
/// Characters of a clean description, as the template's check says.
const LENGTH_MAX: usize = 5_000;
/// Tags of a description.
const TAGS_MAX: usize = 2_000;
/// Elements that a text may become, at worst.
const ELEMENTS_MAX: usize = 50_000;
/// Rounds until cleaning a clean text changes nothing, in practice one or two.
const ROUNDS_MAX: usize = 4;

/// Elements that HTML opens again by itself.
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Cleans descriptions; one for an import.
pub(super) struct Cleaner(ammonia::Builder<'static>);

impl std::fmt::Debug for Cleaner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cleaner").finish_non_exhaustive()
    }
}

impl Cleaner {
    pub(super) fn new() -> Self {
        let mut builder = ammonia::Builder::default();
        builder.url_schemes(["http", "https", "mailto", "tel"].into());
        Self(builder)
    }

    /// The text without what could run; cleaning the answer again changes nothing.
    pub(super) fn clean(&self, raw: &str) -> Result<String, Fault> {
        if raw.len() > RAW_BYTES_MAX {
            return Err(Fault::TooLong { length_max: LENGTH_MAX });
        }
        let (tags, formatting) = weigh(raw);
        if tags > TAGS_MAX || tags * (formatting + 1) > ELEMENTS_MAX {
            return Err(Fault::Html);
        }
        let mut clean = raw.replace("\r\n", "\n");
        if clean.contains(['<', '>', '&', '\r', '\0', '\u{a0}']) {
            for _ in 0..ROUNDS_MAX {
                let next = self.0.clean(&clean).to_string().trim().to_owned();
                if next == clean {
                    break;
                }
                clean = next;
            }
        }
        match clean.chars().count() > LENGTH_MAX {
            true => Err(Fault::TooLong { length_max: LENGTH_MAX }),
            false => Ok(clean),
        }
    }
}

/// The tags of a text, and how many of them open formatting. At worst a text becomes its tags, each
/// with all formatting opened before it; closing tags are not believed, they may stand in a comment.
fn weigh(raw: &str) -> (usize, usize) {
    let (mut tags, mut formatting) = (0_usize, 0_usize);
    for (at, _) in raw.match_indices('<') {
        let rest = &raw[at + 1..];
        tags += 1;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = &rest[..end];
        formatting += usize::from(FORMATTING.iter().any(|known| known.eq_ignore_ascii_case(name)));
    }
    (tags, formatting)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(raw: &str) -> Result<String, Fault> {
        Cleaner::new().clean(raw)
    }

    #[test]
    fn formatting_stays_and_what_runs_goes() {
        assert_eq!(clean("<p>Soft <b>wool</b></p>").unwrap(), "<p>Soft <b>wool</b></p>");
        assert_eq!(clean("12\" of \r\nplain text").unwrap(), "12\" of \nplain text");
        assert_eq!(clean("salt & pepper").unwrap(), "salt &amp; pepper");
        for raw in [
            "<script>alert(1)</script>x",
            "<img src=x onerror=alert(1)>x",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<svg><style><img src=x onerror=alert(1)></style></svg>x",
            "<iframe src=https://evil.example></iframe>x",
            "<p style=\"background:url(javascript:1)\">x</p>",
        ] {
            let made = clean(raw).unwrap();
            for bad in ["script", "onerror", "javascript", "iframe", "style", "alert"] {
                assert!(!made.contains(bad), "{raw} became {made}");
            }
        }
    }

    #[test]
    fn a_text_that_would_take_long_is_refused_at_once() {
        let opened: String = (0..1_000).map(|n| format!("<b id={n}>")).collect();
        assert_eq!(clean(&(opened + &"<p>".repeat(1_000))), Err(Fault::Html));
        assert_eq!(clean(&"<div>".repeat(10_000)), Err(Fault::Html));
        assert_eq!(clean(&"x".repeat(5_001)), Err(Fault::TooLong { length_max: LENGTH_MAX }));
        assert!(clean(&"x".repeat(70_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_is_clean_stays_as_it_is(raw in "(<(b|p|ul|li|a href=x|table|td|/b|/p)>|[a-z&; \n]){0,40}") {
            let once = clean(&raw).unwrap();
            proptest::prop_assert_eq!(clean(&once).unwrap(), once);
        }
    }
}
