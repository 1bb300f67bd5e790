//! One Postgres, and its logins. There is no other way to a connection, and no global pool: a
//! store's placement names the cluster it is on.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::pool::{Lease, Pool};
use super::tx::{AuthTx, OwnerTx, SharedTx, StoreRef, StoreTx, Tx};
use super::{Error, connection};
use crate::base::id::StoreId;

/// How long a verb's statement may run.
pub(super) const VERB_TIMEOUT_MS: i32 = 15_000;

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
    /// The logins.
    pub logins: Logins,
    /// Connections for REST and for verbs, each; the owner has a quarter, at least two.
    pub slots: usize,
}

/// A Postgres cluster with a pool for each login. Cheap to clone.
#[derive(Clone)]
pub struct Cluster(Arc<Inner>);

struct Inner {
    config: ClusterConfig,
    owner: Pool,
    rest: Pool,
    engine: Pool,
    auth: Option<Pool>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("name", &self.0.config.name).finish_non_exhaustive()
    }
}

/// The text is no database URL this program can use.
#[derive(Debug, thiserror::Error)]
#[error("DATABASE_URL can't be used: {reason}")]
pub struct UrlError {
    reason: String,
}

impl ClusterConfig {
    /// Reads the owner's URL; the other logins are on the same server, with one password.
    ///
    /// # Errors
    /// [`UrlError`], which does not repeat the URL: it holds a password.
    pub fn from_url(
        url: &SecretString,
        password: &SecretString,
        slots: usize,
    ) -> Result<Self, UrlError> {
        let refuse = |reason: &str| UrlError { reason: reason.to_owned() };
        let parsed: Config =
            url.expose_secret().parse().map_err(|_| refuse("it is no Postgres URL"))?;
        let host = match parsed.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.display().to_string(),
            None => return Err(refuse("it names no host")),
        };
        let user = parsed.get_user().ok_or_else(|| refuse("it names no user"))?;
        let own = parsed.get_password().unwrap_or_default();
        let login = |user: &str, password: &SecretString| Login {
            user: user.to_owned(),
            password: password.clone(),
        };
        Ok(Self {
            name: "main".to_owned(),
            host,
            port: parsed.get_ports().first().copied().unwrap_or(5432),
            database: parsed.get_dbname().unwrap_or(user).to_owned(),
            logins: Logins {
                owner: login(user, &String::from_utf8_lossy(own).into_owned().into()),
                rest: login("souk_rest", password),
                engine: login("souk_engine", password),
                auth: None,
            },
            slots,
        })
    }

    /// One login for everything, from a `postgres://` address or a list of settings.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn from_uri(name: &str, uri: &str, slots: usize) -> Result<Self, Error> {
        let parsed: Config = uri.parse().map_err(Error::Unavailable)?;
        let host = match parsed.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            Some(Host::Unix(folder)) => folder.to_string_lossy().into_owned(),
            None => "localhost".to_owned(),
        };
        let user = parsed.get_user().unwrap_or("postgres").to_owned();
        let password = String::from_utf8_lossy(parsed.get_password().unwrap_or_default());
        let login = Login { user: user.clone(), password: password.into_owned().into() };
        Ok(Self {
            name: name.to_owned(),
            host,
            port: parsed.get_ports().first().copied().unwrap_or(5432),
            database: parsed.get_dbname().unwrap_or(&user).to_owned(),
            logins: Logins { owner: login.clone(), rest: login.clone(), engine: login, auth: None },
            slots,
        })
    }

    /// The owner's URL, for people: it holds the password.
    pub fn owner_url(&self) -> SecretString {
        let owner = &self.logins.owner;
        let password = owner.password.expose_secret();
        let (user, host, port) = (&owner.user, &self.host, self.port);
        format!("postgresql://{user}:{password}@{host}:{port}/{}", self.database).into()
    }

    /// The driver's configuration for one login; `purpose` is what `pg_stat_activity` shows.
    pub(super) fn login(&self, login: &Login, purpose: &str) -> Config {
        let mut config = Config::new();
        config
            .host(&self.host)
            .port(self.port)
            .dbname(&self.database)
            .user(&login.user)
            .password(login.password.expose_secret())
            .application_name(format!("souk {purpose}"))
            .keepalives_idle(Duration::from_secs(60));
        config
    }
}

impl Cluster {
    /// A cluster whose connections are opened as they are asked for.
    pub fn new(config: ClusterConfig) -> Self {
        let pool = |login: &Login, purpose: &str, slots: usize| {
            Pool::new(config.login(login, purpose), slots)
        };
        let owner = pool(&config.logins.owner, "owner", (config.slots / 4).max(2));
        let rest = pool(&config.logins.rest, "rest", config.slots);
        let engine = pool(&config.logins.engine, "engine", config.slots);
        let auth = config.logins.auth.as_ref().map(|login| pool(login, "auth", config.slots));
        Self(Arc::new(Inner { config, owner, rest, engine, auth }))
    }

    /// Where this cluster is.
    pub fn config(&self) -> &ClusterConfig {
        &self.0.config
    }

    /// Opens a connection as each login, and says how that went.
    pub async fn ping(&self) -> Vec<(String, Result<(), Error>)> {
        let logins = &self.0.config.logins;
        let mut results = Vec::new();
        for login in
            [Some(&logins.owner), Some(&logins.rest), Some(&logins.engine), logins.auth.as_ref()]
                .into_iter()
                .flatten()
        {
            let opened = connection::open(&self.0.config.login(login, "ping")).await;
            results.push((login.user.clone(), opened.map(drop)));
        }
        results
    }

    /// The connections of the REST plane.
    pub(super) fn rest_pool(&self) -> &Pool {
        &self.0.rest
    }

    /// Runs a verb in one store as `service_role`: commits on `Ok`, rolls back on `Err`. `claims`
    /// says who acts, as a token's claims do.
    ///
    /// # Errors
    /// What `work` answers, and [`Error`] for getting there and for the commit.
    pub async fn store_tx<T, E: From<Error>>(
        &self,
        store: StoreRef,
        claims: &str,
        work: impl AsyncFnOnce(&StoreTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lease = self.0.engine.lease(Some(store.id)).await?;
        let failed = AtomicBool::new(false);
        let result = {
            lease.set_in_doubt(true);
            let tx = Tx::new(lease.client()?, &failed);
            match tx.begin_store(store, "service_role", claims, VERB_TIMEOUT_MS).await {
                Ok(()) => finish(tx, work(&StoreTx(tx)).await).await,
                Err(error) => finish(tx, Err(error.into())).await,
            }
        };
        settle(lease, result)
    }

    /// Runs `work` in what all stores share, as `souk_core`: commits on `Ok`, rolls back on `Err`.
    /// `store` is the store it is about, where there is one.
    ///
    /// # Errors
    /// What `work` answers, and [`Error`] for getting there and for the commit.
    pub async fn shared_tx<T, E: From<Error>>(
        &self,
        store: Option<StoreId>,
        work: impl AsyncFnOnce(&SharedTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lease = self.0.engine.lease(store).await?;
        let failed = AtomicBool::new(false);
        let result = {
            lease.set_in_doubt(true);
            let tx = Tx::new(lease.client()?, &failed);
            match tx.begin_shared().await {
                Ok(()) => finish(tx, work(&SharedTx(tx)).await).await,
                Err(error) => finish(tx, Err(error.into())).await,
            }
        };
        settle(lease, result)
    }

    /// Runs `work` as the owner, who makes and drops objects.
    ///
    /// # Errors
    /// What `work` answers, and [`Error`] for getting there and for the commit.
    pub async fn owner_tx<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&OwnerTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        plain(self.0.owner.lease(None).await?, async |tx| work(&OwnerTx(tx)).await).await
    }

    /// Runs `work` as the owner of schema `auth`: the stand-in Auth's way in.
    ///
    /// # Errors
    /// What `work` answers, and [`Error`]; [`Error::NoLogin`] where the cluster's Auth is not ours.
    pub async fn auth_tx<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&AuthTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let pool = self.0.auth.as_ref().ok_or(Error::NoLogin { login: "auth" })?;
        plain(pool.lease(None).await?, async |tx| work(&AuthTx(tx)).await).await
    }
}

/// A transaction that enters nothing.
pub(super) async fn plain<T, E: From<Error>>(
    mut lease: Lease,
    work: impl AsyncFnOnce(Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let failed = AtomicBool::new(false);
    let result = {
        lease.set_in_doubt(true);
        let tx = Tx::new(lease.client()?, &failed);
        match tx.batch("tx.begin", "begin").await {
            Ok(()) => finish(tx, work(tx).await).await,
            Err(error) => finish(tx, Err(error.into())).await,
        }
    };
    settle(lease, result)
}

/// The end of a transaction, and whether the connection is clean after it.
async fn finish<T, E: From<Error>>(tx: Tx<'_>, result: Result<T, E>) -> (Result<T, E>, bool) {
    match result {
        Ok(value) => match tx.commit().await {
            Ok(()) => (Ok(value), true),
            Err(error) => (Err(error.into()), false),
        },
        Err(error) => {
            let clean = tx.batch("tx.rollback", "rollback").await.is_ok();
            (Err(error), clean)
        }
    }
}

/// Gives the connection back, or closes it where it may still be in a transaction.
fn settle<T, E>(mut lease: Lease, (result, clean): (Result<T, E>, bool)) -> Result<T, E> {
    lease.set_in_doubt(!clean);
    result
}
