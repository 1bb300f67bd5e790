//! The ways to a cluster.

use std::time::Duration;

use secrecy::ExposeSecret;
use tokio_postgres::Config;

use super::{ClusterConfig, Login};
use crate::db::connection::Dialer;
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

    /// The REST plane's way in.
    pub(in crate::db) fn rest_login(&self, purpose: &str) -> Dialer {
        let Some(place) = &self.rest_at else { return self.login(&self.logins.rest, purpose) };
        let mut config = Config::new();
        config.host(&place.host).port(place.port).dbname(&place.database);
        if let Some(options) = &place.options {
            config.options(options);
        }
        dialer(config, &self.logins.rest, &named(purpose), &place.tls).pooled()
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
