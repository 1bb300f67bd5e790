//! `application/x-www-form-urlencoded`, for queries, forms and fragments.

use crate::base::percent;

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
    let fields = fields.iter().map(|(name, value)| {
        format!("{}={}", percent::encode_field(name), percent::encode_field(value))
    });
    fields.collect::<Vec<_>>().join("&")
}

fn decode(text: &str) -> String {
    String::from_utf8_lossy(&percent::decode_field(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_written() {
        let text = "a b+c%2F&ä=/";
        assert_eq!(
            pairs(&format!("x={}&y", percent::encode_field(text))),
            [("x".to_owned(), text.to_owned()), ("y".to_owned(), String::new())]
        );
        assert_eq!(encode_sorted(&[("b", "2"), ("a", "1 ")]), "a=1+&b=2");
        assert_eq!(pairs("x=%zz%4")[0].1, "%zz%4");
    }
}
