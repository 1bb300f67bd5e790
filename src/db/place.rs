//! Where a database is, as a URL says it.

mod wanted;

use std::path::Path;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::tls::{SslMode, Tls, TlsError};
use wanted::Wanted;

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
    /// `PGPORT` is no port.
    #[error("it names no port, and PGPORT is no number from 1 to 65535")]
    Port,
    /// It names somebody who may do more than the REST plane is to.
    #[error(
        "it names another user than souk_rest; name souk_rest, with what a pooler wants behind it, \
         or nobody"
    )]
    OtherUser,
    /// TLS can't be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Place {
    /// Whether nobody looks who is at the other end of the way there.
    pub fn is_unchecked(&self) -> bool {
        self.tls.is_unchecked(&self.host)
    }
}

/// A URL, read: where the database is, and who comes.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) place: Place,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// How the connection calls itself, where that is said.
    pub(super) application: Option<String>,
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
    let (plain, mut tls) = Wanted::take(url);
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
    let application = config.get_application_name().map(str::to_owned);
    let application = application.or_else(|| variable("PGAPPNAME")).or(tls.application.take());
    let port = match (config.get_ports().first(), variable("PGPORT")) {
        (Some(port), _) => *port,
        (None, Some(text)) => text.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Port)?,
        (None, None) => 5432,
    };
    let place = Place {
        tls: Tls::new(mode, file.as_deref().map(Path::new).or(authority))?,
        port,
        database: database.or_else(|| user.clone()).unwrap_or_else(|| "postgres".to_owned()),
        options: config.get_options().map(str::to_owned).or_else(|| variable("PGOPTIONS")),
        host,
    };
    let password = password.or_else(|| variable("PGPASSWORD"));
    Ok(Read { place, user, password, application })
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
        assert!(place.is_unchecked());
        assert_eq!(read.user.as_deref(), Some("postgres.abcd"));
        assert_eq!(read.password.as_deref(), Some("p@ss"));

        let other = self::place("postgres://u@/db?host=/run/postgresql&port=5433&sslmode=require");
        assert_eq!((other.host.as_str(), other.port), ("/run/postgresql", 5433));
        assert!(!other.is_unchecked());
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
        for bad in ["", "0", "x", "65536", "5432,5433"] {
            let said = |name: &str| match name {
                "PGHOST" => Some("h".to_owned()),
                "PGPORT" => Some(bad.to_owned()),
                _ => None,
            };
            let read = |url| super::read_with(url, None, &said);
            assert!(matches!(read("postgresql://u@/d"), Err(UrlError::Port)), "{bad}");
            assert_eq!(read("postgresql://u@h:1/d").expect("a port is named").place.port, 1);
        }
    }

    #[test]
    fn words_of_libpq_are_taken_unless_they_restrict() {
        let said = |name: &str| (name == "PGAPPNAME").then(|| "variable".to_owned());
        let nobody = |_: &str| None;
        let name = |url: &str, variable: &dyn Fn(&str) -> Option<String>| {
            read_with(url, None, variable).expect(url).application
        };
        let url = "postgres://u@h/d?fallback_application_name=PostgREST%2014";
        assert_eq!(name(url, &nobody).as_deref(), Some("PostgREST 14"));
        assert_eq!(name(url, &said).as_deref(), Some("variable"));
        let url = "host=h application_name='my app' fallback_application_name=x gssencmode=prefer";
        assert_eq!(name(url, &said).as_deref(), Some("my app"));
        assert_eq!(name("postgres://h?client_encoding=UTF8&sslsni=1", &nobody), None);
        for word in ["gssencmode=require", "require_auth=scram-sha-256", "sslcrl=x", "nonsense=1"] {
            assert!(read(&format!("postgres://u@h/d?{word}"), None).is_err(), "{word}");
        }
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
