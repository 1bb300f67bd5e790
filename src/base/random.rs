//! Texts that nobody can guess.

use rand::RngExt;
use rand::distr::Alphanumeric;

/// So many letters and digits, of nearly six bits each.
pub fn letters(count: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(count).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_another() {
        let (one, two) = (letters(32), letters(32));
        assert_ne!(one, two);
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
