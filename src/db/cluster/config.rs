//! Where a cluster is and who comes: read from URLs, and turned into ways in.

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Config;

use crate::db::connection::Dialer;
use crate::db::place::{self, Place, UrlError};
use crate::db::pool::PoolConfig;
use crate::db::tls::Tls;

/// Name and password of a database login.
#[derive(Clone, Debug)]
pub struct Login {
    /// Role name.
    pub user: String,
    /// Password.
    pub password: SecretString,
}

/// The logins of a cluster. None of the runtime logins owns anything.
#[derive(Clone, Debug)]
pub struct Logins {
    /// The owner of `shared` and of the stores' schemas: makes and drops objects.
    pub owner: Login,
    /// Serves the REST plane as `anon` and `authenticated`.
    pub rest: Login,
    /// Runs verbs and workers as `service_role` and `souk_core`.
    pub engine: Login,
    /// Owner of schema `auth`, where the stand-in Auth works.
    pub auth: Option<Login>,
}

/// Where a cluster is, and how many connections each login may hold.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// The cluster's name, which is what a store's placement says.
    pub name: String,
    /// Host name, address, or folder of the socket.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Database.
    pub database: String,
    /// Settings that each connection begins with, where there are any.
    pub options: Option<String>,
    /// How the way to the server is secured.
    pub tls: Tls,
    /// Where the REST plane reaches the same database, if not at the same address: through a
    /// pooler, which may hand out a server connection for a transaction only.
    pub rest_at: Option<Place>,
    /// The logins.
    pub logins: Logins,
    /// Connections for REST and for verbs, each; the owner has a quarter, at least two.
    pub slots: usize,
    /// How long a request waits for a connection.
    pub wait_max: Duration,
    /// How the pools of the logins work.
    pub pool: PoolConfig,
}

impl ClusterConfig {
    /// How long a request waits for a connection unless something else is said.
    pub const WAIT_MAX: Duration = Duration::from_secs(10);

    /// Reads the owner's URL; the other logins are on the same server, with one password. Behind
    /// Supabase's pooler a user is named with the project (`postgres.abcd`), and so are they.
    ///
    /// # Errors
    /// [`UrlError`], which does not repeat the URL: it holds a password.
    pub fn from_url(
        url: &SecretString,
        password: &SecretString,
        authority: Option<&Path>,
        slots: usize,
    ) -> Result<Self, UrlError> {
        let read = place::read(url.expose_secret(), authority)?;
        let user = read.user.ok_or(UrlError::Missing { part: "user" })?;
        let project = project(&user);
        let login =
            |role: &str| Login { user: format!("{role}{project}"), password: password.clone() };
        let (rest, engine) = (login("souk_rest"), login("souk_engine"));
        let owner = Login { password: read.password.unwrap_or_default().into(), user };
        let logins = Logins { owner, rest, engine, auth: None };
        Ok(Self::at("main", read.place, logins, slots))
    }

    /// The REST plane takes another way to the same database. The URL may name user and password
    /// of its own.
    ///
    /// # Errors
    /// As [`ClusterConfig::from_url`].
    pub fn with_rest_at(
        mut self,
        url: &SecretString,
        authority: Option<&Path>,
    ) -> Result<Self, UrlError> {
        let read = place::read(url.expose_secret(), authority)?;
        if let Some(user) = read.user {
            self.logins.rest.user = user;
        }
        if let Some(password) = read.password {
            self.logins.rest.password = password.into();
        }
        self.rest_at = Some(read.place);
        Ok(self)
    }

    /// One login for everything, from a `postgres://` address or a list of settings. What it leaves
    /// out `variable` says under libpq's names, such as `PGHOST`.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn from_uri(
        name: &str,
        uri: &str,
        slots: usize,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, UrlError> {
        let read = place::read_with(uri, None, &variable)?;
        let user = read.user.unwrap_or_else(|| "postgres".to_owned());
        let login = Login { user, password: read.password.unwrap_or_default().into() };
        let logins =
            Logins { owner: login.clone(), rest: login.clone(), engine: login, auth: None };
        Ok(Self::at(name, read.place, logins, slots))
    }

    fn at(name: &str, place: Place, logins: Logins, slots: usize) -> Self {
        let Place { host, port, database, options, tls } = place;
        let name = name.to_owned();
        let (wait_max, pool, rest_at) = (Self::WAIT_MAX, PoolConfig::default(), None);
        Self { name, host, port, database, options, tls, rest_at, logins, slots, wait_max, pool }
    }

    /// The owner's URL, for people: it holds the password.
    pub fn owner_url(&self) -> SecretString {
        let owner = &self.logins.owner;
        let (user, password) = (encoded(&owner.user), encoded(owner.password.expose_secret()));
        // An address of IPv6 has colons of its own, a socket's folder slashes.
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => encoded(&self.host),
        };
        let (port, database) = (self.port, encoded(&self.database));
        format!("postgresql://{user}:{password}@{host}:{port}/{database}").into()
    }

    /// Whether anybody could be at the other end of one of the ways.
    pub fn is_unchecked(&self) -> bool {
        let rest = self.rest_at.as_ref().is_some_and(Place::is_unchecked);
        rest || self.tls.is_unchecked(&self.host)
    }

    /// Whether this is Supabase's pooler in transaction mode, where nothing outlives a transaction.
    pub fn is_transaction_pooler(&self) -> bool {
        let is_supabase = [".supabase.com", ".supabase.co"].iter().any(|d| self.host.ends_with(d));
        is_supabase && self.port == 6543
    }

    /// The owner's URL without its password, for a log.
    pub fn shown(&self) -> String {
        let (user, host, port) = (&self.logins.owner.user, &self.host, self.port);
        let mode = self.tls.mode();
        format!("postgresql://{user}:***@{host}:{port}/{}?sslmode={mode}", self.database)
    }

    /// The REST plane's URL without its password, where it has one of its own.
    pub fn rest_shown(&self) -> Option<String> {
        let Place { host, port, database, tls, .. } = self.rest_at.as_ref()?;
        let (user, mode) = (&self.logins.rest.user, tls.mode());
        Some(format!("postgresql://{user}:***@{host}:{port}/{database}?sslmode={mode}"))
    }

    /// The way in as one login; `purpose` is what `pg_stat_activity` shows.
    pub(in crate::db) fn login(&self, login: &Login, purpose: &str) -> Dialer {
        let mut config = Config::new();
        config.host(&self.host).port(self.port).dbname(&self.database);
        if let Some(options) = &self.options {
            config.options(options);
        }
        dialer(config, login, purpose, &self.tls)
    }

    /// The REST plane's way in.
    pub(super) fn rest_login(&self, purpose: &str) -> Dialer {
        let Some(place) = &self.rest_at else { return self.login(&self.logins.rest, purpose) };
        let mut config = Config::new();
        config.host(&place.host).port(place.port).dbname(&place.database);
        if let Some(options) = &place.options {
            config.options(options);
        }
        dialer(config, &self.logins.rest, purpose, &place.tls).pooled()
    }
}

fn dialer(mut config: Config, login: &Login, purpose: &str, tls: &Tls) -> Dialer {
    config
        .user(&login.user)
        .password(login.password.expose_secret())
        .application_name(format!("souk {purpose}"))
        .keepalives_idle(Duration::from_secs(60));
    Dialer::new(config, tls)
}

/// A part of a URL: all but letters, digits and a few signs as `%XX`.
fn encoded(text: &str) -> String {
    let mut url = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

/// What a pooler wants behind each user's name: `.abcd` of `postgres.abcd`. Elsewhere a dot is part
/// of the name.
fn project(user: &str) -> &str {
    let Some((role, project)) = user.split_once('.') else { return "" };
    let is_reference = project.len() == 20 && project.bytes().all(|b| b.is_ascii_lowercase());
    if role == "postgres" || is_reference { &user[role.len()..] } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_s_url_is_read_back() {
        for (host, user) in [("h", "o@x"), ("::1", "o"), ("/run/a b", "ö/é")] {
            let login = Login { user: user.to_owned(), password: "p@s/s:w%rd?#".to_owned().into() };
            let logins =
                Logins { owner: login.clone(), rest: login.clone(), engine: login, auth: None };
            let place = Place {
                host: host.to_owned(),
                port: 5433,
                database: "my shop?".to_owned(),
                options: None,
                tls: Tls::disabled(),
            };
            let url = ClusterConfig::at("main", place, logins, 1).owner_url();
            let read = place::read(url.expose_secret(), None).expect("it is a URL");
            assert_eq!((read.place.host.as_str(), read.place.port), (host, 5433));
            assert_eq!(read.place.database, "my shop?");
            assert_eq!(read.user.as_deref(), Some(user));
            assert_eq!(read.password.as_deref(), Some("p@s/s:w%rd?#"));
        }
    }
}
