//! E-mail addresses and phone numbers: what counts as one.

use super::error::AuthError;

/// Longest address that is taken.
const LENGTH_MAX: usize = 255;
/// What may stand before the `@` besides letters, digits and characters beyond ASCII.
const LOCAL: &str = "!#$%&'*+-/=?^_`{|}~.";

/// The address in lower case, if it is one. Nothing is trimmed.
pub(crate) fn check(text: &str) -> Result<String, AuthError> {
    if text.is_empty() {
        return Err(AuthError::Invalid("An email address is required"));
    }
    if text.chars().count() > LENGTH_MAX {
        return Err(AuthError::Invalid("An email address is too long"));
    }
    if is_address(text) {
        Ok(text.to_lowercase())
    } else {
        Err(AuthError::Invalid("Unable to validate email address: invalid format"))
    }
}

/// The digits of a phone number in the international form, as numbers are stored.
pub(crate) fn phone(text: &str) -> Result<String, AuthError> {
    let digits = text.trim_start_matches('+').replace(' ', "");
    let is_number = (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        Ok(digits)
    } else {
        Err(AuthError::Invalid("Invalid phone number format (E.164 required)"))
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || LOCAL.contains(c);
    let label = |label: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c != '-');
        let inner = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || c == '-';
        label.len() <= 63
            && edge(label.chars().next())
            && edge(label.chars().next_back())
            && label.chars().all(inner)
    };
    !local.is_empty()
        && local.chars().all(plain)
        && !local.split('.').any(str::is_empty)
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_has_both_sides_and_no_blanks() {
        for good in ["a@b", "ada@example.com", "a.b+c@x-y.example", "ä@ö.de"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["", "a", "@b", "a@", "a b@c", " a@b", "a@b ", "a@-b", "a@b..c", "a..b@c", "a@b@c"]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
