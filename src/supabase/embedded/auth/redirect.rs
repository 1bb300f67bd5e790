//! Where a mailed link leads in the end: only to the site itself and to addresses it allows.

use super::ask::Ask;

/// Longest address that is looked at.
const LENGTH_MAX: usize = 2048;

/// The address the request asks for, if it is allowed; else the site. The header `redirect_to`
/// counts first, then the query, then the page the request came from.
pub(crate) fn target(ask: &Ask<'_>) -> String {
    let asked = ask.header("redirect_to").unwrap_or_default();
    let asked = if asked.is_empty() { ask.query("redirect_to") } else { asked };
    let page = ask.header("referer").unwrap_or_default();
    for candidate in [asked, page] {
        if is_allowed(ask, candidate) {
            return candidate.to_owned();
        }
    }
    ask.site_url().to_owned()
}

/// The address if it is allowed, else the site.
pub(crate) fn allowed_or_site(ask: &Ask<'_>, candidate: &str) -> String {
    if is_allowed(ask, candidate) { candidate.to_owned() } else { ask.site_url().to_owned() }
}

fn is_allowed(ask: &Ask<'_>, candidate: &str) -> bool {
    if candidate.len() > LENGTH_MAX {
        return false;
    }
    let Some(wanted) = WebOrigin::of(candidate) else { return false };
    if let Some(site) = WebOrigin::of(ask.site_url()) {
        let same_host = wanted.host == site.host && wanted.scheme == site.scheme;
        if same_host && (wanted.port == site.port || site.is_loopback()) {
            return true;
        }
    }
    let without_fragment = candidate.split('#').next().unwrap_or_default();
    ask.config.uri_allow_list.iter().any(|pattern| matches(pattern, without_fragment))
}

/// Scheme, host and port of an address.
struct WebOrigin<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
}

impl<'a> WebOrigin<'a> {
    /// `None` for what is no absolute address, and for one with a user name, a backslash or a
    /// control character, which browsers read differently from programs.
    fn of(address: &'a str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let odd = |c: char| c == '@' || c == '\\' || c.is_whitespace() || c.is_control();
        if scheme.is_empty() || authority.contains(odd) || address.contains('\\') {
            return None;
        }
        let bracket = authority.rfind(']').unwrap_or(0);
        let colon = authority.rfind(':').filter(|colon| *colon > bracket);
        let (host, port) =
            colon.map_or((authority, ""), |at| (&authority[..at], &authority[at + 1..]));
        Some(Self { scheme, host, port })
    }

    fn is_loopback(&self) -> bool {
        matches!(self.host, "localhost" | "127.0.0.1" | "[::1]")
    }
}

/// Whether the text fits the pattern: `*` is any run without `.` and `/`, `**` any run, `?` one
/// character other than those two.
fn matches(pattern: &str, text: &str) -> bool {
    fn run(pattern: &[char], text: &[char]) -> bool {
        let separates = |c: char| c == '.' || c == '/';
        match pattern {
            [] => text.is_empty(),
            ['*', '*', rest @ ..] => (0..=text.len()).any(|skip| run(rest, &text[skip..])),
            ['*', rest @ ..] => {
                let longest = text.iter().position(|c| separates(*c)).unwrap_or(text.len());
                (0..=longest).any(|skip| run(rest, &text[skip..]))
            }
            ['?', rest @ ..] => {
                text.split_first().is_some_and(|(c, tail)| !separates(*c) && run(rest, tail))
            }
            [c, rest @ ..] => text.split_first().is_some_and(|(t, tail)| t == c && run(rest, tail)),
        }
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    run(&pattern, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stops_at_a_separator_and_two_do_not() {
        assert!(matches("https://shop.example.com/**", "https://shop.example.com/a/b?x=1"));
        assert!(!matches("https://shop.example.com/**", "https://shop.example.com.evil.org/"));
        assert!(matches("https://*.preview.example.com/w", "https://a.preview.example.com/w"));
        assert!(!matches("https://*.preview.example.com/w", "https://a.b.preview.example.com/w"));
        assert!(!matches(
            "https://*.preview.example.com/w",
            "https://evil.org/.preview.example.com/w"
        ));
        assert!(matches("https://a?c.org", "https://abc.org"));
    }

    #[test]
    fn an_address_with_a_user_or_a_backslash_is_none() {
        assert!(WebOrigin::of("https://shop.example.com@evil.org/").is_none());
        assert!(WebOrigin::of("https://evil.org\\@shop.example.com/").is_none());
        assert!(WebOrigin::of("/relative").is_none());
        let place = WebOrigin::of("http://[::1]:5173/x").expect("an address");
        assert_eq!((place.host, place.port), ("[::1]", "5173"));
    }
}
