//! Where a cluster is and who comes: read from URLs.

mod logins;
mod shown;
mod ways;

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::db::place::{self, Place, UrlError};
use crate::db::pool::PoolConfig;
use crate::db::tls::Tls;
pub(in crate::db) use logins::{ENGINE, REST, numbered};
pub use logins::{Login, Logins};

/// Where a Postgres of this machine listens, as its packages set it up.
const SOCKETS: &str = "/var/run/postgresql";

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
    /// What `pg_stat_activity` calls every connection; else each goes by its purpose.
    pub application: Option<String>,
    /// How the way to the server is secured.
    pub tls: Tls,
    /// Where the REST plane reaches the same database, if not at the same address: through a
    /// pooler, which may hand out a server connection for a transaction only.
    pub rest_at: Option<Place>,
    /// The logins.
    pub logins: Logins,
    /// Connections for REST and for verbs, each; the owner has a quarter, at least two.
    pub slots: usize,
    /// Connections for REST where each has a login of its own, numbered from 1; 0 where all share
    /// one login.
    pub rest_numbered: usize,
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
        let project = logins::project(&user);
        let login =
            |role: &str| Login { user: format!("{role}{project}"), password: password.clone() };
        let (rest, engine) = (login(REST), login(ENGINE));
        let owner = Login { password: read.password.unwrap_or_default().into(), user };
        let logins = Logins { owner, rest, engine, auth: None };
        Ok(Self::at("main", read.place, logins, slots))
    }

    /// The REST plane takes another way to the same database. The URL may name a password of its
    /// own, and `souk_rest` as a pooler wants it: whoever else came could step into roles that no
    /// visitor of a store may have.
    ///
    /// # Errors
    /// As [`ClusterConfig::from_url`]; [`UrlError::OtherUser`].
    pub fn with_rest_at(
        mut self,
        url: &SecretString,
        authority: Option<&Path>,
    ) -> Result<Self, UrlError> {
        let read = place::read(url.expose_secret(), authority)?;
        if let Some(user) = read.user {
            self.logins.rest.user = user;
        }
        if !self.logins.rest.is_rest() {
            return Err(UrlError::OtherUser);
        }
        if let Some(password) = read.password {
            self.logins.rest.password = password.into();
        }
        self.rest_at = Some(read.place);
        Ok(self)
    }

    /// Each connection of the REST plane has a login of its own, and there are `count` of them; none
    /// has where that is 0.
    pub fn with_rest_numbered(self, count: usize) -> Self {
        Self { rest_numbered: count, ..self }
    }

    /// Connections of the REST plane.
    pub fn rest_slots(&self) -> usize {
        if self.rest_numbered > 0 { self.rest_numbered } else { self.slots }
    }

    /// One login for everything, from a `postgres://` address or a list of settings. What it leaves
    /// out `variable` says under libpq's names, such as `PGHOST`; where nobody names a host it is on
    /// this machine's socket.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn from_uri(
        name: &str,
        uri: &str,
        slots: usize,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, UrlError> {
        let socket = |name: &str| (name == "PGHOST").then(|| SOCKETS.to_owned());
        let variable = |name: &str| variable(name).or_else(|| socket(name));
        let read = place::read_with(uri, None, &variable)?;
        let user = read.user.unwrap_or_else(|| "postgres".to_owned());
        let login = Login { user, password: read.password.unwrap_or_default().into() };
        let logins =
            Logins { owner: login.clone(), rest: login.clone(), engine: login, auth: None };
        let application = read.application;
        Ok(Self { application, ..Self::at(name, read.place, logins, slots) })
    }

    fn at(name: &str, place: Place, logins: Logins, slots: usize) -> Self {
        let Place { host, port, database, options, tls } = place;
        let name = name.to_owned();
        Self {
            name,
            host,
            port,
            database,
            options,
            application: None,
            tls,
            rest_at: None,
            logins,
            slots,
            rest_numbered: 0,
            wait_max: Self::WAIT_MAX,
            pool: PoolConfig::default(),
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_s_host_is_this_machine_s_socket() {
        let host = |uri: &str, said: Option<&str>| {
            let variable = |name: &str| said.filter(|_| name == "PGHOST").map(str::to_owned);
            ClusterConfig::from_uri("rest", uri, 1, variable).expect("it is one").host
        };
        assert_eq!(host("postgresql://", None), "/var/run/postgresql");
        assert_eq!(host("dbname=app", None), "/var/run/postgresql");
        assert_eq!(host("postgresql://", Some("h")), "h");
        assert_eq!(host("postgresql://other", Some("h")), "other");
    }
}
