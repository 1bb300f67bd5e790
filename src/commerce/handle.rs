//! The name of a product, category or collection in an address, made from any text.

use sha2::{Digest, Sha256};

use crate::base::hex;

/// The longest handle, in characters; the template's checks say the same.
pub const LENGTH_MAX: usize = 200;

/// Characters of the digest that stands for letters which have no ASCII form.
const DIGEST_LENGTH: usize = 8;

/// A handle for the text: the text itself where it is one, else its letters and digits in small ASCII
/// with single dashes between. Letters without an ASCII form are not dropped unseen: a digest of the
/// whole text follows, so that different names have different handles. `None` for a blank text.
pub fn handle(text: &str) -> Option<String> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=LENGTH_MAX).contains(&text.len()) && text.bytes().all(fits) {
        return Some(text.to_owned());
    }
    let mut made = String::new();
    let mut lossy = false;
    for letter in text.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(ascii) => made.push_str(ascii),
            None if letter.is_ascii_alphanumeric() => made.push(letter),
            None => {
                lossy |= letter.is_alphanumeric();
                if !made.is_empty() && !made.ends_with('-') {
                    made.push('-');
                }
            }
        }
    }
    let short = made.trim_end_matches('-');
    match lossy || short.is_empty() || short.len() > LENGTH_MAX {
        _ if text.trim().is_empty() => None,
        true => Some(with_digest(short, text.trim())),
        false => Some(short.to_owned()),
    }
}

/// The readable part, cut to leave room, and a digest of the text it was made from.
fn with_digest(readable: &str, text: &str) -> String {
    let digest = hex::encode(&Sha256::digest(text.as_bytes()));
    let room = readable.len().min(LENGTH_MAX - DIGEST_LENGTH - 1);
    match readable[..room].trim_end_matches('-') {
        "" => digest[..DIGEST_LENGTH].to_owned(),
        readable => format!("{readable}-{}", &digest[..DIGEST_LENGTH]),
    }
}

/// The ASCII letters that people write for a Latin letter with a mark.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        // The apostrophe of "Men's" joins; the mark that a capital İ leaves behind is no letter.
        '\'' | '’' | '\u{307}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_stays_and_a_name_becomes_one() {
        for (text, made) in [
            ("ocean-blue-shirt", "ocean-blue-shirt"),
            ("a--b-", "a--b-"),
            ("Ocean Blue Shirt", "ocean-blue-shirt"),
            ("  T-Shirts & Tops! ", "t-shirts-tops"),
            ("Men's", "mens"),
            ("Crème Brûlée", "creme-brulee"),
            ("Müller_Öl", "mueller-oel"),
        ] {
            assert_eq!(handle(text).as_deref(), Some(made), "{text}");
        }
        assert_eq!(handle(""), None);
        assert_eq!(handle(" \t"), None);
        assert_eq!(handle("🎉").unwrap().len(), DIGEST_LENGTH);
    }

    #[test]
    fn letters_without_an_ascii_form_still_tell_names_apart() {
        let (shoes, hats) = (handle("Обувь").unwrap(), handle("Шапки").unwrap());
        assert_ne!(shoes, hats);
        assert_eq!(shoes.len(), DIGEST_LENGTH);
        assert!(handle("Sushi 寿司").unwrap().starts_with("sushi-"));
    }

    proptest::proptest! {
        #[test]
        fn a_handle_fits_the_tables_check_and_is_its_own(text in "\\PC{0,300}") {
            if let Some(made) = handle(&text) {
                proptest::prop_assert!((1..=LENGTH_MAX).contains(&made.len()));
                let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                proptest::prop_assert!(made.bytes().all(fits));
                proptest::prop_assert_eq!(handle(&made), Some(made.clone()));
            }
        }
    }
}
