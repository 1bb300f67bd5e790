//! Percent-encoding, of the parts of addresses and of forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is written as `%XX` everywhere: all but letters, digits and `-_.~`.
const SPECIAL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What is, in a segment of a path.
const SPECIAL_IN_PATHS: &AsciiSet = &SPECIAL
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// A text for any part of an address.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, SPECIAL).to_string()
}

/// A segment of a path.
pub fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SPECIAL_IN_PATHS).to_string()
}

/// A name or a value of a form, where a blank is a plus.
pub fn encode_field(text: &str) -> String {
    encode(text).replace("%20", "+")
}

/// The bytes that a text stands for. What is no encoding stays as it is.
pub fn decode(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}

/// The same of a name or a value of a form.
pub fn decode_field(text: &str) -> Vec<u8> {
    decode(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let text = "a b+c%20&ä=/~*\0";
        assert_eq!(encode(text), "a%20b%2Bc%2520%26%C3%A4%3D%2F~%2A%00");
        assert_eq!(encode_field(text), "a+b%2Bc%2520%26%C3%A4%3D%2F~%2A%00");
        assert_eq!(encode_segment(text), "a%20b+c%2520%26%C3%A4=%2F~*%00");
        assert_eq!(decode(&encode(text)), text.as_bytes());
        assert_eq!(decode_field(&encode_field(text)), text.as_bytes());
        assert_eq!(decode(&encode_segment(text)), text.as_bytes());
    }

    #[test]
    fn what_is_no_encoding_stays() {
        for text in ["%", "%4", "%zz", "%+1", "%%41"] {
            assert_eq!(decode(text), text.replace("%41", "A").as_bytes(), "{text}");
        }
        assert_eq!((decode("a+b"), decode_field("a+b")), (b"a+b".to_vec(), b"a b".to_vec()));
        assert_eq!(decode("%ff"), [255]);
    }
}
