//! How the plane describes itself at its root.

/// What the root tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenApi {
    /// Nothing.
    pub is_disabled: bool,
    /// Also what the caller may not use.
    pub ignores_rights: bool,
    /// That a token is wanted.
    pub has_security: bool,
    /// Where the server is, if that is known.
    pub at: Option<Proxy>,
}

/// An address that clients reach the server at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// `http` or `https`.
    pub scheme: String,
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path that all others are under.
    pub path: String,
}

impl Proxy {
    /// The server's own address.
    pub fn own(host: &str, port: u16) -> Self {
        let text = str::to_owned;
        Self { scheme: text("http"), host: text(host), port, path: text("/") }
    }

    /// Reads `https://example.com:8443/path`; none where it is none of that form.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let default = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, default),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-._[]".contains(c);
        let is_path = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
        let fits = !host.is_empty() && host.chars().all(is_host) && path.chars().all(is_path);
        fits.then(|| Self { scheme, host: host.to_owned(), port, path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_whole_or_not() {
        let read = |text| Proxy::parse(text).map(|p| (p.scheme, p.host, p.port, p.path));
        let is = |scheme: &str, host: &str, port, path: &str| {
            Some((scheme.to_owned(), host.to_owned(), port, path.to_owned()))
        };
        assert_eq!(
            read("https://example.com:8443/basePath"),
            is("https", "example.com", 8443, "/basePath")
        );
        assert_eq!(read("http://x"), is("http", "x", 80, "/"));
        for text in
            ["htp:/@@localhorst.invalid", "ftp://x", "https://", "http://a b/", "http://h:x/"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
