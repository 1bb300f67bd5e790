//! Passwords: how strong, and their hashes. Hashing runs on a thread of its own, never inside a
//! transaction.

use bcrypt::Version;

use super::config::PasswordRules;
use super::error::{AuthError, Weakness};

/// Cost of a new hash, as the real Auth sets it.
const COST: u32 = 10;
/// bcrypt looks at no more bytes than this.
const BYTES_MAX: usize = 72;
/// A hash that no password has: what an unknown user's password is compared with, so that the
/// answer takes as long as for a known one.
const NOBODYS: &str = "$2a$10$7EqJtq98hPqEX7fNZaFWoOhi5pVYlQdGyhwG3HqwIYGLD3kd1q5Ki";

/// The characters of bcrypt's base64, in its order.
const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// What is weak about a password; empty if nothing is.
pub(crate) fn weaknesses(rules: &PasswordRules, password: &str) -> Vec<Weakness> {
    let mut found = Vec::new();
    let length_min = rules.length_min.max(6);
    if password.chars().count() < length_min {
        found.push(Weakness::Length(length_min));
    }
    let lacks = |set: &String| !set.is_empty() && !password.contains(|c| set.contains(c));
    if rules.required.iter().any(lacks) {
        found.push(Weakness::Characters(rules.required.clone()));
    }
    found
}

/// Refuses a password that is too long or too weak.
pub(crate) fn check(rules: &PasswordRules, password: &str) -> Result<(), AuthError> {
    if password.len() > BYTES_MAX {
        return Err(AuthError::Invalid("Password cannot be longer than 72 characters"));
    }
    let found = weaknesses(rules, password);
    if found.is_empty() { Ok(()) } else { Err(AuthError::WeakPassword(found)) }
}

/// Hashes a password.
pub(crate) async fn hash(password: &str) -> Result<String, AuthError> {
    if password.len() > BYTES_MAX {
        return Err(AuthError::Bare("Internal Server Error"));
    }
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || bcrypt::hash_with_result(password, COST));
    let parts = hashed.await.map_err(unexpected)?.map_err(unexpected)?;
    Ok(parts.format_for_version(Version::TwoA))
}

/// A hash of a password that nobody knows: random, of the right form, and of no password at all.
pub(crate) fn unknown() -> String {
    let mut hash = String::with_capacity(NOBODYS.len());
    hash.push_str("$2a$10$");
    let random: [u8; 53] = rand::random();
    // The last character of salt and digest carries fewer bits than the others.
    for (at, byte) in random.iter().enumerate() {
        hash.push(char::from(match at {
            21 => b".Oeu"[usize::from(byte % 4)],
            52 => ALPHABET[usize::from(byte % 16) * 4],
            _ => ALPHABET[usize::from(byte % 64)],
        }));
    }
    hash
}

/// Whether the password has this hash. Without a hash, or with one of no known kind, it is as slow
/// as with one, and wrong.
pub(crate) async fn is_right(password: &str, hash: Option<&str>) -> Result<bool, AuthError> {
    let known = hash.filter(|hash| is_hash(hash));
    let (password, hash) = (password.to_owned(), known.unwrap_or(NOBODYS).to_owned());
    let right =
        tokio::task::spawn_blocking(move || bcrypt::verify(password, &hash).unwrap_or(false));
    Ok(right.await.map_err(unexpected)? && known.is_some())
}

/// Whether the text is a hash this server can compare with.
pub(crate) fn is_hash(text: &str) -> bool {
    ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|prefix| text.starts_with(prefix))
        && text.parse::<bcrypt::HashParts>().is_ok()
}

fn unexpected(error: impl std::error::Error + Send + Sync + 'static) -> AuthError {
    AuthError::Unexpected(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_no_password_are_compared_like_others() {
        for hash in [NOBODYS.to_owned(), unknown(), unknown()] {
            assert!(is_hash(&hash), "{hash}");
            assert!(matches!(bcrypt::verify("", &hash), Ok(false)), "{hash}");
        }
        assert!(!is_hash("$2a$10$x"));
        assert!(!is_hash("md5"));
    }

    #[test]
    fn a_password_is_weak_for_every_reason_it_has() {
        let required = vec!["abc".to_owned(), "123".to_owned()];
        let rules = PasswordRules { length_min: 4, required, ..PasswordRules::default() };
        let reasons = |password: &str| {
            weaknesses(&rules, password).iter().map(Weakness::reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons("a1"), ["length"]);
        assert_eq!(reasons("aaaaaa"), ["characters"]);
        assert_eq!(reasons("x"), ["length", "characters"]);
        assert!(reasons("abc123").is_empty());
    }
}
