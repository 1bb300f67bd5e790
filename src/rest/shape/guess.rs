//! "Perhaps you meant …": the nearest of some names.
//!
//! Likeness is measured as PostgREST does it: names that share pieces of three (or two) letters
//! are candidates, and the edit distance over the longer length decides between them.

use std::collections::HashMap;

/// Longest word that is compared: a name has 63 bytes at the most, a list of arguments seldom more
/// than this, and the work grows with the length.
const WORD_BYTES_MAX: usize = 256;

/// The name most like `word`, if it is at least `least` like it; 1 is equal but for case. None for a
/// word that is too long to be meant.
pub(in crate::rest) fn nearest<'a>(
    names: impl Iterator<Item = &'a str>,
    word: &str,
    least: f64,
) -> Option<(f64, &'a str)> {
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    let wanted = word.to_lowercase();
    let names: Vec<(&str, String)> = names.map(|name| (name, name.to_lowercase())).collect();
    if let Some((name, _)) = names.iter().find(|(_, lower)| *lower == wanted) {
        return Some((1.0, name));
    }
    for size in [3, 2] {
        let pieces = grams(&wanted, size);
        let best = names
            .iter()
            .filter(|(_, lower)| grams(lower, size).keys().any(|piece| pieces.contains_key(piece)))
            .map(|(name, lower)| (likeness(lower, &wanted), *name))
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        if let Some(best) = best {
            return Some(best).filter(|(score, _)| *score >= least);
        }
    }
    None
}

fn grams(word: &str, size: usize) -> HashMap<String, usize> {
    let kept = word.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | ','));
    let letters: Vec<char> = std::iter::once('-').chain(kept).chain(std::iter::once('-')).collect();
    let mut grams = HashMap::new();
    for piece in letters.windows(size) {
        *grams.entry(piece.iter().collect()).or_default() += 1;
    }
    grams
}

fn likeness(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 1.0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    // Neither is longer than a list of arguments, so nothing is lost in a float.
    let (distance, longest) = (u32::try_from(row[b.len()]), u32::try_from(longest));
    1.0 - f64::from(distance.unwrap_or(u32::MAX)) / f64::from(longest.unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_is_not_compared() {
        let name = "n".repeat(WORD_BYTES_MAX);
        let found = |word: &str| nearest([name.as_str()].into_iter(), word, 0.5).is_some();
        assert!(found(&name));
        assert!(found(&name[1..]));
        assert!(!found(&format!("{name}n")));
    }
}
