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
    pub fn slug_of<'h>(&self, host: &'h str) -> Option<&'h str> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let slug = name.strip_suffix(&self.base_domain)?.strip_suffix('.')?;
        (!slug.is_empty() && !slug.contains('.')).then_some(slug)
    }

    fn port(&self) -> String {
        self.port.map(|port| format!(":{port}")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_store_or_the_platform() {
        let http = HttpConfig::local(4545);
        assert_eq!(http.slug_of("acme.localhost:4545"), Some("acme"));
        assert_eq!(http.slug_of("acme.localhost"), Some("acme"));
        assert_eq!(http.slug_of("localhost:4545"), None);
        assert_eq!(http.slug_of("127.0.0.1:4545"), None);
        assert_eq!(http.slug_of("a.b.localhost"), None);
        assert_eq!(http.slug_of("notlocalhost"), None);
        assert_eq!(http.store_url(&Slug::parse("acme").unwrap()), "http://acme.localhost:4545");
    }
}
