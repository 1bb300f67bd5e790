//! The ways to a cluster.

use std::time::Duration;

use secrecy::ExposeSecret;
use tokio_postgres::Config;

use super::{ClusterConfig, Login};
use crate::db::connection::Dialer;
use crate::db::pool::Ways;
use crate::db::tls::Tls;

impl ClusterConfig {
    /// The way in as one login; `purpose` is what `pg_stat_activity` shows.
    pub(in crate::db) fn login(&self, login: &Login, purpose: &str) -> Dialer {
        let mut config = Config::new();
        config.host(&self.host).port(self.port).dbname(&self.database);
        if let Some(options) = &self.options {
            config.options(options);
        }
        let name = self.application.clone().unwrap_or_else(|| named(purpose));
        dialer(config, login, &name, &self.tls)
    }

    /// The ways in of the REST plane's connections.
    pub(in crate::db) fn rest_ways(&self, purpose: &str) -> Ways {
        match self.rest_numbered {
            0 => Ways::Shared(Box::new(self.rest_way(&self.logins.rest, purpose))),
            _ => Ways::Own(self.rest_logins(purpose).into_iter().map(|(_, way)| way).collect()),
        }
    }

    /// The logins of the REST plane with their ways in: the one that all its connections share, or
    /// that of each.
    pub(in crate::db) fn rest_logins(&self, purpose: &str) -> Vec<(String, Dialer)> {
        let rest = &self.logins.rest;
        let logins = match self.rest_numbered {
            0 => vec![rest.clone()],
            count => (1..=count).map(|number| rest.numbered(number)).collect(),
        };
        let way = |login: Login| (login.user.clone(), self.rest_way(&login, purpose));
        logins.into_iter().map(way).collect()
    }

    fn rest_way(&self, login: &Login, purpose: &str) -> Dialer {
        let Some(place) = &self.rest_at else { return self.login(login, purpose) };
        let mut config = Config::new();
        config.host(&place.host).port(place.port).dbname(&place.database);
        if let Some(options) = &place.options {
            config.options(options);
        }
        dialer(config, login, &named(purpose), &place.tls).pooled()
    }
}

fn named(purpose: &str) -> String {
    format!("souk {purpose}")
}

fn dialer(mut config: Config, login: &Login, name: &str, tls: &Tls) -> Dialer {
    config
        .user(&login.user)
        .password(login.password.expose_secret())
        .application_name(name)
        .keepalives_idle(Duration::from_secs(60));
    Dialer::new(config, tls)
}
