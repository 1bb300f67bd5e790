//! Where a cluster is, as it is told.

use secrecy::{ExposeSecret, SecretString};

use super::ClusterConfig;
use crate::base::percent;
use crate::db::place::Place;

impl ClusterConfig {
    /// The owner's URL, for people: it holds the password.
    pub fn owner_url(&self) -> SecretString {
        let owner = &self.logins.owner;
        let (user, password) =
            (percent::encode(&owner.user), percent::encode(owner.password.expose_secret()));
        // An address of IPv6 has colons of its own, a socket's folder slashes.
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => percent::encode(&self.host),
        };
        let (port, database) = (self.port, percent::encode(&self.database));
        format!("postgresql://{user}:{password}@{host}:{port}/{database}").into()
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
}

#[cfg(test)]
mod tests {
    use super::super::{Login, Logins};
    use super::*;
    use crate::db::place;
    use crate::db::tls::Tls;

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
