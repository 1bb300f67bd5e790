//! Cells become values here: exactly, or with the fault named.

use super::Fault;
use crate::base::currency::Currency;
use crate::base::money;

/// Tags of a product, and characters of one, as the template's check says.
const TAGS_MAX: usize = 50;
const TAG_LENGTH_MAX: usize = 100;
/// Largest weight, as the template's check says.
const GRAMS_MAX: i32 = 100_000_000;
/// Characters of an address.
const ADDRESS_LENGTH_MAX: usize = 2_048;

/// A text of at most `length_max` characters, or nothing.
pub(super) fn text(cell: &str, length_max: usize) -> Result<Option<String>, Fault> {
    match cell {
        "" => Ok(None),
        _ if cell.chars().count() > length_max => Err(Fault::TooLong { length_max }),
        _ => Ok(Some(cell.to_owned())),
    }
}

/// A text that must be there.
pub(super) fn required(cell: &str, length_max: usize) -> Result<String, Fault> {
    text(cell, length_max)?.ok_or(Fault::Missing)
}

/// A price, or nothing.
pub(super) fn price(cell: &str, currency: Currency) -> Result<Option<i64>, Fault> {
    if cell.is_empty() {
        return Ok(None);
    }
    Ok(Some(money::parse_minor(cell, currency)?))
}

/// `true` or `false` in any case, or what nothing means.
pub(super) fn flag(cell: &str, empty: bool) -> Result<bool, Fault> {
    match cell {
        "" => Ok(empty),
        _ if cell.eq_ignore_ascii_case("true") => Ok(true),
        _ if cell.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Fault::Word { allowed: "true, false" }),
    }
}

/// A whole number, negative where more was sold than there was, or nothing.
pub(super) fn quantity(cell: &str) -> Result<Option<i32>, Fault> {
    if cell.is_empty() {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|_| Fault::Number)
}

/// A position from 1 on, or nothing.
pub(super) fn position(cell: &str) -> Result<Option<u32>, Fault> {
    match cell.parse() {
        _ if cell.is_empty() => Ok(None),
        Ok(0) | Err(_) => Err(Fault::Number),
        Ok(position) => Ok(Some(position)),
    }
}

/// A weight in grams, decimals rounded half up: a converted ounce is 28.349523125 of them.
pub(super) fn grams(cell: &str) -> Result<i32, Fault> {
    if cell.is_empty() {
        return Ok(0);
    }
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, "0"));
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !numeric(whole) || !numeric(fraction) {
        return Err(Fault::Weight);
    }
    let up = i32::from(fraction.as_bytes()[0] >= b'5');
    let whole: i32 = whole.parse().map_err(|_| Fault::Weight)?;
    whole.checked_add(up).filter(|grams| *grams <= GRAMS_MAX).ok_or(Fault::Weight)
}

/// An address on the web, or one inside the store as an export writes it; never another scheme, nor
/// `//host`, which is an address on the web in disguise.
pub(super) fn address(cell: &str) -> Result<String, Fault> {
    let host = cell.strip_prefix("https://").or_else(|| cell.strip_prefix("http://"));
    let has_host =
        host.is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric() || c == '['));
    let in_store = cell.starts_with('/') && !cell[1..].starts_with(['/', '\\']);
    let is_plain = !cell.contains(|c: char| c.is_whitespace() || c.is_control());
    match (has_host || in_store) && is_plain {
        true if cell.chars().count() > ADDRESS_LENGTH_MAX => {
            Err(Fault::TooLong { length_max: ADDRESS_LENGTH_MAX })
        }
        true => Ok(cell.to_owned()),
        false => Err(Fault::Address),
    }
}

/// Words between commas, each once.
pub(super) fn tags(cell: &str) -> Result<Vec<String>, Fault> {
    let mut tags: Vec<String> = Vec::new();
    for tag in cell.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if tag.chars().count() > TAG_LENGTH_MAX {
            return Err(Fault::TooLong { length_max: TAG_LENGTH_MAX });
        }
        if tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            continue;
        }
        if tags.len() == TAGS_MAX {
            return Err(Fault::TooManyTags { count_max: TAGS_MAX });
        }
        tags.push(tag.to_owned());
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_rounded_to_the_gram() {
        for (cell, grams_) in [("", 0), ("0", 0), ("28", 28), ("28.349523125", 28), ("0.5", 1)] {
            assert_eq!(grams(cell), Ok(grams_), "{cell}");
        }
        for cell in ["-1", "1e3", ".", "1.", "1,5", "heavy", "100000001", "99999999999"] {
            assert_eq!(grams(cell), Err(Fault::Weight), "{cell}");
        }
    }

    #[test]
    fn only_addresses_of_the_web_and_of_the_store_are_kept() {
        for good in
            ["https://a.example/x.jpg", "http://a/", "/store/v1/picture/a.svg", "https://ä.de"]
        {
            assert_eq!(address(good), Ok(good.to_owned()));
        }
        for bad in [
            "javascript:alert(1)",
            "data:image/svg+xml,<svg>",
            "ftp://a/b",
            "//evil.example/x",
            "/\\evil.example/x",
            "https://",
            "https:///x",
            "https://a b",
            "é",
            "x.jpg",
        ] {
            assert_eq!(address(bad), Err(Fault::Address), "{bad}");
        }
        let long = format!("https://a/{}", "x".repeat(ADDRESS_LENGTH_MAX));
        assert_eq!(address(&long), Err(Fault::TooLong { length_max: ADDRESS_LENGTH_MAX }));
    }

    #[test]
    fn tags_are_each_there_once() {
        assert_eq!(tags(" Pot, Plants ,pot,,"), Ok(vec!["Pot".into(), "Plants".into()]));
        let many: Vec<String> = (0..=TAGS_MAX).map(|n| n.to_string()).collect();
        assert_eq!(tags(&many.join(",")), Err(Fault::TooManyTags { count_max: TAGS_MAX }));
    }
}
