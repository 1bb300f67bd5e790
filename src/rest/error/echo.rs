//! Names that the caller gave, as an error says them again: not at any length. What could be a name
//! in Postgres is never cut.

use std::borrow::Cow;

/// Most letters of a name. Postgres keeps 63 bytes.
const LETTERS_MAX: usize = 200;

/// Most names of a list. A function has 100 arguments at the most.
const NAMES_MAX: usize = 100;

/// A name.
pub(in crate::rest) fn name(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

/// Names, with commas between.
pub(in crate::rest) fn names<'a>(mut all: impl Iterator<Item = &'a str>) -> String {
    let mut list: Vec<Cow<'_, str>> = all.by_ref().take(NAMES_MAX).map(name).collect();
    if all.next().is_some() {
        list.push(Cow::Borrowed("…"));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_name_is_cut() {
        let longest = "é".repeat(LETTERS_MAX);
        assert_eq!(name(&longest), longest);
        assert_eq!(name(&format!("{longest}é")), format!("{longest}…"));
    }

    #[test]
    fn a_list_is_no_longer_than_one_of_arguments() {
        let list = |count: usize| names(std::iter::repeat_n("a", count));
        assert_eq!(list(0), "");
        assert_eq!(list(2), "a, a");
        assert!(list(NAMES_MAX).ends_with("a, a"));
        assert_eq!(list(NAMES_MAX + 1), format!("{}, …", list(NAMES_MAX)));
        assert_eq!(list(1_000_000), list(NAMES_MAX + 1));
    }
}
