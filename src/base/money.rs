//! Amounts: whole minor units of a currency. A float never holds money.

use crate::base::currency::Currency;

/// The largest amount a price may have, in minor units; the templates' constraints say the same.
pub const MINOR_MAX: i64 = 1_000_000_000_000;

/// Why a text is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Something other than digits and one decimal point.
    #[error("an amount is digits with a decimal point, such as 12.50")]
    Format,
    /// A minus sign.
    #[error("an amount is not negative")]
    Negative,
    /// More decimal places than the currency has.
    #[error("an amount has no more decimal places than its currency")]
    Precision,
    /// Over [`MINOR_MAX`].
    #[error("an amount is too large")]
    Large,
}

/// Reads `12.5` as 1250 minor units of a two-digit currency; exact, or an error. Zeros beyond the
/// currency's digits lose nothing and are taken.
///
/// # Errors
/// When the text is no number, negative, finer than the currency, or too large.
pub fn parse_minor(text: &str, currency: Currency) -> Result<i64, MoneyError> {
    if text.starts_with('-') {
        return Err(MoneyError::Negative);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !numeric(whole) || !numeric(fraction) {
        return Err(MoneyError::Format);
    }
    let digits = currency.digits() as usize;
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > digits {
        return Err(MoneyError::Precision);
    }
    let mut minor: i64 = 0;
    for digit in whole.bytes().chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(digits)) {
        minor = minor * 10 + i64::from(digit - b'0');
        if minor > MINOR_MAX {
            return Err(MoneyError::Large);
        }
    }
    Ok(minor)
}

/// Writes minor units the way [`parse_minor`] reads them: 1250 as `12.50`.
pub fn format_minor(minor: i64, currency: Currency) -> String {
    let digits = currency.digits() as usize;
    let sign = if minor < 0 { "-" } else { "" };
    let all = format!("{:0width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = all.split_at(all.len() - digits);
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn a_price_is_read_exactly_in_its_currency() {
        for (text, code, minor) in [
            ("50", "EUR", 5_000),
            ("9.99", "EUR", 999),
            ("9.9", "EUR", 990),
            ("9.990", "EUR", 999),
            (".5", "EUR", 50),
            ("7.", "EUR", 700),
            ("0", "EUR", 0),
            ("1234", "JPY", 1_234),
            ("1.00", "JPY", 1),
            ("1.234", "KWD", 1_234),
            ("10000000000", "EUR", MINOR_MAX),
        ] {
            assert_eq!(parse_minor(text, currency(code)), Ok(minor), "{text} {code}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for (text, why) in [
            ("", MoneyError::Format),
            (".", MoneyError::Format),
            ("1,5", MoneyError::Format),
            ("1e3", MoneyError::Format),
            ("€5", MoneyError::Format),
            ("٣", MoneyError::Format),
            ("-1", MoneyError::Negative),
            ("0.001", MoneyError::Precision),
            ("99999999999999999999", MoneyError::Large),
            ("10000000000.01", MoneyError::Large),
        ] {
            assert_eq!(parse_minor(text, currency("EUR")), Err(why), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(minor in 0..=MINOR_MAX, which in 0..3_usize) {
            let currency = currency(["EUR", "JPY", "KWD"][which]);
            let text = format_minor(minor, currency);
            proptest::prop_assert_eq!(parse_minor(&text, currency), Ok(minor));
        }
    }
}
