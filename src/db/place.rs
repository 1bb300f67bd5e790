//! Where a database is, as a URL says it.

use std::path::Path;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::tls::{SslMode, Tls, TlsError};

/// What other programs put into a database URL and no server is told.
const NOT_OURS: &[&str] =
    &["pgbouncer", "connection_limit", "pool_timeout", "pool_mode", "supa", "schema", "workaround"];

/// A database: server, port, name, and how the way there is secured.
#[derive(Clone, Debug)]
pub struct Place {
    /// Host name, address, or folder of the socket.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Database.
    pub database: String,
    /// Settings that each connection begins with (`-c name=value`), where the URL has any.
    pub options: Option<String>,
    /// TLS.
    pub tls: Tls,
}

/// The text is no database URL this program can use. It does not repeat the URL: that holds a
/// password.
#[derive(Debug, thiserror::Error)]
pub enum UrlError {
    /// It can't be read.
    #[error("it is no Postgres URL")]
    Syntax(#[source] tokio_postgres::Error),
    /// A part is missing.
    #[error("it names no {part}")]
    Missing {
        /// `host`, `user`.
        part: &'static str,
    },
    /// `sslmode` has a value that nobody knows.
    #[error("its sslmode is none of disable, prefer, require, verify-ca, verify-full")]
    SslMode,
    /// TLS can't be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A URL, read: where the database is, and who comes.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) place: Place,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
}

/// Reads a `postgres://` URL or a list of settings. `authority` is a file with the certificates
/// that a server's must be of; the URL's own `sslrootcert` goes before it.
pub(super) fn read(url: &str, authority: Option<&Path>) -> Result<Read, UrlError> {
    read_with(url, authority, &|_| None)
}

/// As [`read`]; what the URL leaves out `variable` says under libpq's names, such as `PGHOST`.
pub(super) fn read_with(
    url: &str,
    authority: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Read, UrlError> {
    let (plain, tls) = take_tls(url);
    let config: Config = plain.parse().map_err(UrlError::Syntax)?;
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => variable("PGHOST").ok_or(UrlError::Missing { part: "host" })?,
    };
    let mode = match tls.mode.or_else(|| variable("PGSSLMODE")) {
        // A socket has no TLS.
        _ if host.starts_with('/') => SslMode::Disable,
        Some(text) => SslMode::parse(&text).ok_or(UrlError::SslMode)?,
        None => SslMode::of_host(&host),
    };
    let file = tls.authority.or_else(|| variable("PGSSLROOTCERT"));
    let user = config.get_user().map(str::to_owned).or_else(|| variable("PGUSER"));
    let database = config.get_dbname().map(str::to_owned).or_else(|| variable("PGDATABASE"));
    let password = config.get_password().map(|text| String::from_utf8_lossy(text).into_owned());
    let port = config.get_ports().first().copied();
    let said_port = || variable("PGPORT").and_then(|text| text.parse().ok());
    let place = Place {
        tls: Tls::new(mode, file.as_deref().map(Path::new).or(authority))?,
        port: port.or_else(said_port).unwrap_or(5432),
        database: database.or_else(|| user.clone()).unwrap_or_else(|| "postgres".to_owned()),
        options: config.get_options().map(str::to_owned).or_else(|| variable("PGOPTIONS")),
        host,
    };
    Ok(Read { place, user, password: password.or_else(|| variable("PGPASSWORD")) })
}

/// What a URL says about TLS.
#[derive(Default)]
struct Wanted {
    mode: Option<String>,
    authority: Option<String>,
}

impl Wanted {
    /// Whether the setting is one of those that the driver is not told.
    fn takes(&mut self, name: &str, value: &str) -> bool {
        match name {
            "sslmode" => self.mode = Some(value.to_owned()),
            "sslrootcert" => self.authority = Some(value.to_owned()),
            _ => return NOT_OURS.contains(&name),
        }
        true
    }
}

/// The text without what the driver does not know.
fn take_tls(text: &str) -> (String, Wanted) {
    let mut wanted = Wanted::default();
    if !text.contains("://") {
        let mut plain = text.to_owned();
        for word in text.split_whitespace() {
            if let Some((name, value)) = word.split_once('=')
                && wanted.takes(name, value.trim_matches('\''))
            {
                plain = plain.replace(word, "");
            }
        }
        return (plain, wanted);
    }
    let Some((base, query)) = text.split_once('?') else { return (text.to_owned(), wanted) };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !wanted.takes(name, &decoded(value))
        })
        .collect();
    (format!("{base}?{}", kept.join("&")), wanted)
}

/// A value of a query with its `%2F` and the like turned back.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        match (first, tail.get(..2).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Place {
        read(url, None).expect("the URL is good").place
    }

    #[test]
    fn a_url_keeps_what_matters() {
        let read = read(
            "postgresql://postgres.abcd:p%40ss@pooler.example.com:6543/shop?sslmode=require\
             &pgbouncer=true&options=-c%20work_mem%3D8MB",
            None,
        );
        let read = read.expect("the URL is good");
        let place = &read.place;
        assert_eq!((place.host.as_str(), place.port), ("pooler.example.com", 6543));
        assert_eq!(place.database, "shop");
        assert_eq!(place.options.as_deref(), Some("-c work_mem=8MB"));
        assert!(place.tls.is_unchecked());
        assert_eq!(read.user.as_deref(), Some("postgres.abcd"));
        assert_eq!(read.password.as_deref(), Some("p@ss"));

        let other = self::place("postgres://u@/db?host=/run/postgresql&port=5433&sslmode=require");
        assert_eq!((other.host.as_str(), other.port), ("/run/postgresql", 5433));
        assert!(!other.tls.is_unchecked());
        let words = self::place("host=127.0.0.1 sslmode='disable' user=u dbname=d");
        assert_eq!(words.database, "d");
        let said = |name: &str| match name {
            "PGHOST" => Some("/run/postgresql".to_owned()),
            "PGPORT" => Some("5433".to_owned()),
            "PGUSER" => Some("authenticator".to_owned()),
            _ => None,
        };
        for url in ["postgresql://", "postgresql://?", "postgres://?application_name=x", ""] {
            let read = super::read_with(url, None, &said).expect(url);
            let place = (read.place.host.as_str(), read.place.port, read.place.database.as_str());
            assert_eq!(place, ("/run/postgresql", 5433, "authenticator"), "{url}");
        }
        let own = super::read_with("postgresql://u@h:1/d", None, &said).expect("the URL is good");
        assert_eq!((own.place.host.as_str(), own.place.port), ("h", 1));
        assert!(format!("{words:?}").contains("Disable"));
    }

    #[test]
    fn a_refusal_says_why_and_not_what() {
        let refused = |url: &str| read(url, None).expect_err("the URL is bad").to_string();
        assert_eq!(
            refused("postgres://u:secret@h/db?sslmode=maybe"),
            UrlError::SslMode.to_string()
        );
        assert_eq!(refused("postgres://u:secret@h:x/db"), "it is no Postgres URL");
        assert_eq!(refused("postgres://u:secret@/db"), "it names no host");
        let text = refused("postgres://u:secret@h/db?sslmode=verify-full&sslrootcert=%2Fno%2Fca");
        assert_eq!(text, "/no/ca can't be read");
    }
}
