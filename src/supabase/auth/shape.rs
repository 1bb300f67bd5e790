//! The two shapes of what Auth refuses. Clients say by `x-supabase-api-version` which they read,
//! and look at the answer's for which they got.

use serde_json::{Value, json};

/// The header that names the version of the API.
pub const VERSION_HEADER: &str = "x-supabase-api-version";
/// The version that has the newer shape.
const NEWER: &str = "2024-01-01";

/// How a refusal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `code` is the status, `error_code` the word, `msg` the sentence.
    Older,
    /// `code` is the word, `message` the sentence.
    Newer,
}

impl Shape {
    /// What a client reads that asks for this version: the newer one from its first day on.
    pub fn of(version: Option<&str>) -> Self {
        let is_date = |text: &&str| text.parse::<jiff::civil::Date>().is_ok();
        match version.filter(is_date) {
            Some(version) if version >= NEWER => Self::Newer,
            _ => Self::Older,
        }
    }

    /// The body of a refusal.
    pub fn body(self, status: u16, code: &str, message: &str) -> Value {
        match self {
            Self::Older => json!({ "code": status, "error_code": code, "msg": message }),
            Self::Newer => json!({ "code": code, "message": message }),
        }
    }

    /// The same under the id of the request, which the older shape calls `error_id` too where
    /// something failed.
    pub fn body_of(
        self,
        request_id: Option<&str>,
        status: u16,
        code: &str,
        message: &str,
    ) -> Value {
        let mut body = self.body(status, code, message);
        if status >= 500 && self == Self::Older {
            body["error_id"] = request_id.into();
        }
        body["request_id"] = request_id.into();
        body
    }

    /// What the answer says of its shape.
    pub fn version(self) -> Option<&'static str> {
        (self == Self::Newer).then_some(NEWER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_shape_is_for_who_asks_for_a_day_since_it_began() {
        for version in ["2024-01-01", "2024-05-31", "2030-01-01"] {
            assert_eq!(Shape::of(Some(version)), Shape::Newer, "{version}");
        }
        for version in ["2023-12-31", "2024-13-01", "new", "", "9999"] {
            assert_eq!(Shape::of(Some(version)), Shape::Older, "{version}");
        }
        assert_eq!(Shape::of(None), Shape::Older);
    }
}
