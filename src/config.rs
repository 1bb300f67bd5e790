//! Configuration: small values, read once at the start. Every variable is documented at its field;
//! all that is wrong is told at once.

pub mod keys;
pub mod limits;
pub mod proxies;

use crate::base::slug::Slug;

/// Where a process is reached.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// `http` or `https`.
    pub scheme: String,
    /// Stores are at `<slug>.<base domain>`, the platform at the base domain itself.
    pub base_domain: String,
    /// The port, where it is not the scheme's own.
    pub port: Option<u16>,
}

impl HttpConfig {
    /// Plain HTTP on `localhost`.
    pub fn local(port: u16) -> Self {
        Self { scheme: "http".to_owned(), base_domain: "localhost".to_owned(), port: Some(port) }
    }

    /// The platform's address.
    pub fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.base_domain, self.port())
    }

    /// A store's own address.
    pub fn store_url(&self, slug: &Slug) -> String {
        format!("{}://{slug}.{}{}", self.scheme, self.base_domain, self.port())
    }

    /// What stores' addresses look like, for people.
    pub fn store_pattern(&self) -> String {
        format!("{}://<slug>.{}{}", self.scheme, self.base_domain, self.port())
    }

    /// The slug that a `Host` header asks for, if it is of a store.
    pub fn slug_of(&self, host: &str) -> Option<String> {
        let name = host_name(host);
        let (slug, domain) = name.split_once('.')?;
        let is_ours = domain.eq_ignore_ascii_case(&self.base_domain) && !slug.is_empty();
        is_ours.then(|| slug.to_owned())
    }

    fn port(&self) -> String {
        self.port.map(|port| format!(":{port}")).unwrap_or_default()
    }
}

/// The name in a `Host` header, without its port. Names differ neither by case nor by the dot of
/// the root at their end.
pub fn host_name(host: &str) -> String {
    let end = match host.find(']') {
        Some(at) => at + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let name = &host[..end];
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_store_or_the_platform() {
        let http = HttpConfig::local(4545);
        for of_acme in [
            "acme.localhost:4545",
            "acme.localhost",
            "ACME.LocalHost:80",
            "acme.localhost.",
            "acme.localhost.:4545",
        ] {
            assert_eq!(http.slug_of(of_acme).as_deref(), Some("acme"), "{of_acme}");
        }
        for of_none in [
            "localhost:4545",
            "LOCALHOST.",
            ".localhost",
            "127.0.0.1:4545",
            "[::1]:4545",
            "a.b.localhost",
            "acme.localhost..",
            "notlocalhost",
            "",
        ] {
            assert_eq!(http.slug_of(of_none), None, "{of_none}");
        }
        assert_eq!(
            (host_name("[::1]:80").as_str(), host_name("[::1]").as_str()),
            ("[::1]", "[::1]")
        );
        assert_eq!(http.store_url(&Slug::parse("acme").unwrap()), "http://acme.localhost:4545");
    }
}
