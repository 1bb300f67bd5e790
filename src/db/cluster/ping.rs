//! Whether the logins get in.

use super::{Cluster, Login};
use crate::db::Error;
use crate::db::connection::{self, Dialer};

impl Cluster {
    /// Opens a connection as each login, and says how that went.
    pub async fn ping(&self) -> Vec<(String, Result<(), Error>)> {
        let config = self.config();
        let direct = |login: &Login| (login.user.clone(), config.login(login, "ping"));
        let logins = &config.logins;
        let mut ways = vec![direct(&logins.owner)];
        ways.extend(config.rest_logins("ping"));
        ways.push(direct(&logins.engine));
        ways.extend(logins.auth.as_ref().map(direct));
        open(ways).await
    }

    /// As [`Cluster::ping`], as the logins of the REST plane alone, the way that it goes.
    pub async fn ping_rest(&self) -> Vec<(String, Result<(), Error>)> {
        open(self.config().rest_logins("ping")).await
    }
}

async fn open(ways: Vec<(String, Dialer)>) -> Vec<(String, Result<(), Error>)> {
    let mut results = Vec::new();
    for (user, way) in ways {
        results.push((user, connection::open(&way).await.map(drop)));
    }
    results
}
