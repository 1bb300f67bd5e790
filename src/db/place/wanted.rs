//! What a database URL, or a list of settings, says that the driver is not told: how much TLS is
//! wanted, and what is meant for other programs.

use crate::base::percent;

/// What other programs put into a database URL and no server is told.
const NOT_OURS: &[&str] =
    &["pgbouncer", "connection_limit", "pool_timeout", "pool_mode", "supa", "schema", "workaround"];

/// What libpq knows and nothing hangs on here. What restricts whom a connection is made to, such as
/// `require_auth`, is not among them: to pass over it would be to do less than was asked for.
const IDLE: &[&str] =
    &["client_encoding", "gssdelegation", "gsslib", "krbsrvname", "sslcompression", "sslsni"];

/// What is said about TLS, and how the connection calls itself.
#[derive(Default)]
pub(super) struct Wanted {
    /// `sslmode`.
    pub(super) mode: Option<String>,
    /// `sslrootcert`.
    pub(super) authority: Option<String>,
    /// `fallback_application_name`.
    pub(super) application: Option<String>,
}

impl Wanted {
    /// Takes it out of a text: what is left is for the driver.
    pub(super) fn take(text: &str) -> (String, Self) {
        let mut wanted = Self::default();
        if !text.contains("://") {
            // What is no list of settings the driver refuses.
            let Some(settings) = settings(text) else { return (text.to_owned(), wanted) };
            let kept = settings.into_iter().filter(|setting| !wanted.takes(setting));
            let kept: Vec<&str> = kept.map(|setting| setting.written).collect();
            return (kept.join(" "), wanted);
        }
        let Some((base, query)) = text.split_once('?') else { return (text.to_owned(), wanted) };
        let kept = query.split('&').filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !wanted.takes(&Setting { name, value: decoded(value), written: pair })
        });
        let kept: Vec<&str> = kept.collect();
        (format!("{base}?{}", kept.join("&")), wanted)
    }

    /// Whether the setting is one of those that the driver is not told.
    fn takes(&mut self, setting: &Setting<'_>) -> bool {
        match setting.name {
            "sslmode" => self.mode = Some(setting.value.clone()),
            "sslrootcert" => self.authority = Some(setting.value.clone()),
            "fallback_application_name" => self.application = Some(setting.value.clone()),
            "gssencmode" => return setting.value != "require",
            name => return NOT_OURS.contains(&name) || IDLE.contains(&name),
        }
        true
    }
}

/// One setting, and how it stands in the text.
struct Setting<'a> {
    name: &'a str,
    value: String,
    written: &'a str,
}

/// The settings of a list such as `host=a password='b c'`, where it is one.
fn settings(text: &str) -> Option<Vec<Setting<'_>>> {
    let mut settings = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, tail) = rest.split_once('=')?;
        let (value, tail) = value(tail.trim_start())?;
        let written = &rest[..rest.len() - tail.len()];
        settings.push(Setting { name: name.trim_end(), value, written });
        rest = tail.trim_start();
    }
    Some(settings)
}

/// The value that a text begins with, in quotes or not, and what follows it. Behind a backslash a
/// character stands for itself.
fn value(text: &str) -> Option<(String, &str)> {
    let is_quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.char_indices().skip(usize::from(is_quoted));
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.push(chars.next()?.1),
            '\'' if is_quoted => return Some((value, &text[at + 1..])),
            c if !is_quoted && c.is_whitespace() => return Some((value, &text[at..])),
            c => value.push(c),
        }
    }
    (!is_quoted).then_some((value, ""))
}

/// A value of a query with its `%2F` and the like turned back.
fn decoded(value: &str) -> String {
    String::from_utf8_lossy(&percent::decode(value)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_taken_out_and_no_part_of_another() {
        let (left, wanted) = Wanted::take(
            r"host=h schema=a password='x schema=a \' y' dbname = my_schema=a sslmode = 'require'",
        );
        assert_eq!(left, r"host=h password='x schema=a \' y' dbname = my_schema=a");
        assert_eq!(wanted.mode.as_deref(), Some("require"));
        for odd in ["host", "host='a", r"host=a\"] {
            assert_eq!(Wanted::take(odd).0, odd, "left to the driver");
        }
    }
}
