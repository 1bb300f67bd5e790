//! `jwt-role-claim-key`: where in a token's claims the role is.

use serde_json::{Map, Value};

/// A path into claims, such as `.app."https://x/y".roles[?(@ ^== "shop_")][5:]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `.key`, `."any key"`.
    Key(String),
    /// `[2]`.
    Index(usize),
    /// `[?(@ == "text")]`: the first element that fits.
    First(Test, String),
    /// `[7:]`, `[:-7]`: part of a text.
    Slice(i64, Option<i64>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Equals,
    Differs,
    Begins,
    Ends,
    Holds,
}

const TESTS: [(&str, Test); 5] = [
    ("==^", Test::Ends),
    ("^==", Test::Begins),
    ("*==", Test::Holds),
    ("==", Test::Equals),
    ("!=", Test::Differs),
];

impl Default for ClaimPath {
    fn default() -> Self {
        Self(vec![Step::Key("role".to_owned())])
    }
}

impl ClaimPath {
    /// Reads a path; none where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$').unwrap_or(text);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('.') {
                Some(key) => self::key(key)?,
                None => bracket(rest.strip_prefix('[')?)?,
            };
            steps.push(step);
            rest = after;
        }
        matches!(steps.first(), Some(Step::Key(_))).then_some(Self(steps))
    }

    /// What is at the path: a text as it is, anything else as JSON. A role that is no text is none
    /// of the database's, and must not be taken for the absence of one.
    pub fn find(&self, claims: &Map<String, Value>) -> Option<String> {
        let (Step::Key(first), steps) = self.0.split_first()? else { return None };
        let mut found = claims.get(first)?.clone();
        for step in steps {
            found = step.of(&found)?;
        }
        Some(match found {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }

    /// The path as it can be read again.
    pub fn text(&self) -> String {
        self.0.iter().map(Step::text).collect()
    }
}

impl Step {
    fn of(&self, value: &Value) -> Option<Value> {
        match self {
            Self::Key(key) => value.get(key).cloned(),
            Self::Index(index) => value.get(index).cloned(),
            Self::First(test, text) => {
                let mut all = value.as_array()?.iter();
                all.find(|one| one.as_str().is_some_and(|one| test.fits(one, text))).cloned()
            }
            Self::Slice(from, to) => Some(Value::from(slice(value.as_str()?, *from, *to))),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Key(key) => format!(".\"{key}\""),
            Self::Index(index) => format!("[{index}]"),
            Self::First(test, text) => {
                let sign = TESTS.iter().find(|(_, one)| one == test).map_or("", |(sign, _)| sign);
                format!("[?(@ {sign} \"{text}\")]")
            }
            Self::Slice(from, to) => {
                let shown = |place: &i64| place.to_string();
                let from = if *from == 0 { String::new() } else { shown(from) };
                format!("[{from}:{}]", to.as_ref().map(shown).unwrap_or_default())
            }
        }
    }
}

impl Test {
    fn fits(self, value: &str, text: &str) -> bool {
        match self {
            Self::Equals => value == text,
            Self::Differs => value != text,
            Self::Begins => value.starts_with(text),
            Self::Ends => value.ends_with(text),
            Self::Holds => value.contains(text),
        }
    }
}

/// Letters from one place to another; places below zero count from the end.
fn slice(text: &str, from: i64, to: Option<i64>) -> String {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let place = |place: i64| {
        let place = if place < 0 { length.saturating_add(place) } else { place };
        usize::try_from(place.clamp(0, length)).unwrap_or_default()
    };
    let (from, to) = (place(from), place(to.unwrap_or(length)));
    text.chars().skip(from).take(to.saturating_sub(from)).collect()
}

fn key(text: &str) -> Option<(Step, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (key, rest) = quoted.split_once('"')?;
        return (!key.is_empty()).then(|| (Step::Key(key.to_owned()), rest));
    }
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@');
    let end = text.find(|c: char| !is_letter(c)).unwrap_or(text.len());
    (end > 0).then(|| (Step::Key(text[..end].to_owned()), &text[end..]))
}

fn bracket(text: &str) -> Option<(Step, &str)> {
    if let Some(filter) = text.strip_prefix("?(@") {
        let filter = filter.trim_start();
        let (sign, test) = TESTS.iter().find(|(sign, _)| filter.starts_with(sign))?;
        let quoted = filter[sign.len()..].trim_start().strip_prefix('"')?;
        let (wanted, rest) = quoted.split_once('"')?;
        let rest = rest.trim_start().strip_prefix(")]")?;
        return Some((Step::First(*test, wanted.to_owned()), rest));
    }
    let (inner, rest) = text.split_once(']')?;
    let step = match inner.split_once(':') {
        None => Step::Index(inner.parse().ok()?),
        Some((from, to)) => {
            let place = |text: &str| match text.trim() {
                "" => Some(None),
                text => text.parse().ok().map(Some),
            };
            Step::Slice(place(from)?.unwrap_or(0), place(to)?)
        }
    };
    Some((step, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_role_is_found_wherever_it_is() {
        let claims = json!({
            "role": "a", "none": null, "few": ["a", 1], "app": { "https://x/y.z": { "roles": ["shop_b", "c", { "name": "d" }] } },
        });
        let claims = claims.as_object().unwrap();
        let found = |path: &str| ClaimPath::parse(path).expect(path).find(claims);
        for (path, role) in [
            (".role", Some("a")),
            (".app.\"https://x/y.z\".roles[1]", Some("c")),
            (".app.\"https://x/y.z\".roles[2].name", Some("d")),
            (".app.\"https://x/y.z\".roles[9]", None),
            (".app.\"https://x/y.z\".roles[?(@ == \"c\")]", Some("c")),
            (".app.\"https://x/y.z\".roles[?(@ != \"shop_b\")]", Some("c")),
            (".app.\"https://x/y.z\".roles[?(@ ^== \"shop_\")][5:]", Some("b")),
            (".app.\"https://x/y.z\".roles[?(@ ==^ \"_b\")][:-2]", Some("shop")),
            (".app.\"https://x/y.z\".roles[?(@ *== \"op\")][0:4]", Some("shop")),
            (".role[200:]", Some("")),
            (".few", Some("[\"a\",1]")),
            (".few[1]", Some("1")),
            (".none", Some("null")),
            (".nothing", None),
            (".role.deeper", None),
        ] {
            assert_eq!(found(path).as_deref(), role, "{path}");
            let again = ClaimPath::parse(path).map(|path| path.text()).unwrap();
            assert_eq!(ClaimPath::parse(&again), ClaimPath::parse(path), "{again}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["role.other", ".role##", ".my_role;;domain", ".#$$%&$%/", "1234", "", "."] {
            assert_eq!(ClaimPath::parse(text), None, "{text}");
        }
        assert_eq!(ClaimPath::parse(".role[?(@ =)]"), None);
        assert_eq!(ClaimPath::parse("[0]"), None);
    }
}
