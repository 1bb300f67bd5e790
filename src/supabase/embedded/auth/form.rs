//! `application/x-www-form-urlencoded`, for queries, forms and fragments.

/// The fields of an encoded text, in order.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let fields = text.split('&').filter(|field| !field.is_empty());
    fields
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The fields as one text, sorted by name, as Go's `url.Values` writes them.
pub(crate) fn encode_sorted(fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_by_key(|(name, _)| *name);
    let fields = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    fields.collect::<Vec<_>>().join("&")
}

/// One name or value.
pub(crate) fn encode(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            // Writing to a String can't fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
        out
    })
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let text = "a b+c%2F&ä=/";
        assert_eq!(encode(text), "a+b%2Bc%252F%26%C3%A4%3D%2F");
        assert_eq!(
            pairs(&format!("x={}&y", encode(text))),
            [("x".to_owned(), text.to_owned()), ("y".to_owned(), String::new())]
        );
        assert_eq!(encode_sorted(&[("b", "2"), ("a", "1 ")]), "a=1+&b=2");
        assert_eq!(pairs("x=%zz%4")[0].1, "%zz%4");
    }
}
