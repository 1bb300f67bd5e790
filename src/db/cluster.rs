//! One Postgres, and its logins. There is no other way to a connection, and no global pool: a
//! store's placement names the cluster it is on.

mod config;
mod ping;

use std::sync::Arc;

pub use config::{ClusterConfig, Login, Logins};
pub(super) use config::{ENGINE, REST, numbered};

use super::Error;
use super::pool::{Figures, Lease, Pool, State, Ways, Work};
use super::tx::{AuthTx, OwnerTx, Progress, SharedTx, StoreRef, StoreTx, Tx, VERB_TIMEOUT_MS};
use crate::base::id::StoreId;

/// How transactions that enter no store begin: none waits for ever for what somebody else holds.
/// Reading of the catalog for a request gives way to whoever has a table locked: the next request
/// may read another store's.
pub(super) const BEGIN_CATALOG: &str =
    "begin; set local statement_timeout = '5s'; set local lock_timeout = '1s'";
const BEGIN_AUTH: &str = "begin; set local statement_timeout = '15s'";
/// The owner builds, and drops what is large.
const BEGIN_OWNER: &str = "begin; set local statement_timeout = '5min'";

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

impl Cluster {
    /// A cluster whose connections are opened as they are asked for.
    pub fn new(config: ClusterConfig) -> Self {
        let logins = &config.logins;
        let handling = (&config.pool, config.wait_max);
        let pool = |ways: Ways, slots, warms_as| Pool::new(ways, slots, handling, warms_as);
        let one = |login, purpose| Ways::Shared(Box::new(config.login(login, purpose)));
        let owner = pool(one(&logins.owner, "owner"), (config.slots / 4).max(2), None);
        let rest = pool(config.rest_ways("rest"), config.slots, Some("anon"));
        let engine = pool(one(&logins.engine, "engine"), config.slots, Some("service_role"));
        let auth = logins.auth.as_ref();
        let auth = auth.map(|login| pool(one(login, "auth"), config.slots, None));
        Self(Arc::new(Inner { config, owner, rest, engine, auth }))
    }

    /// Where this cluster is.
    pub fn config(&self) -> &ClusterConfig {
        &self.0.config
    }

    /// What the pools of the logins that work in stores have done so far: `rest`, `engine` and
    /// `owner`.
    pub fn figures(&self) -> [(&'static str, Figures); 3] {
        let Inner { rest, engine, owner, .. } = &*self.0;
        [("rest", rest.figures()), ("engine", engine.figures()), ("owner", owner.figures())]
    }

    /// How busy the REST plane's connections are, and what they have done so far.
    pub fn rest_figures(&self) -> Figures {
        self.0.rest.figures()
    }

    /// Gives the figures to the process' recorder.
    pub fn record_figures(&self) {
        for (login, figures) in self.figures() {
            figures.record(login);
        }
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
        let mut lease = self.0.engine.lease(Work::Store(store.id)).await?;
        let progress = Progress::default();
        let result = {
            lease.set_state(State::Running);
            let tx = Tx::new(lease.client()?, &progress);
            match tx.begin_store(store, "service_role", claims, VERB_TIMEOUT_MS).await {
                Ok(()) => finish(tx, work(&StoreTx(tx)).await).await,
                Err(error) => finish(tx, Err(error.into())).await,
            }
        };
        if let (Ok(_), Some(first)) = (&result.0, progress.first()) {
            lease.asked(store, first.text());
        }
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
        self.shared(store.map_or(Work::Elsewhere, Work::Store), work).await
    }

    /// As [`Cluster::shared_tx`], for a store that is not there yet: on the connection that is least
    /// busy, so that many births at once find room.
    ///
    /// # Errors
    /// As [`Cluster::shared_tx`].
    pub async fn birth_tx<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&SharedTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.shared(Work::Schema, work).await
    }

    async fn shared<T, E: From<Error>>(
        &self,
        kind: Work,
        work: impl AsyncFnOnce(&SharedTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lease = self.0.engine.lease(kind).await?;
        let progress = Progress::default();
        let result = {
            lease.set_state(State::Running);
            let tx = Tx::new(lease.client()?, &progress);
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
        let lease = self.0.owner.lease(Work::Schema).await?;
        plain(lease, BEGIN_OWNER, async |tx| work(&OwnerTx(tx)).await).await
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
        let lease = pool.lease(Work::Elsewhere).await?;
        plain(lease, BEGIN_AUTH, async |tx| work(&AuthTx(tx)).await).await
    }
}

/// A transaction that enters nothing.
pub(super) async fn plain<T, E: From<Error>>(
    mut lease: Lease,
    begin: &'static str,
    work: impl AsyncFnOnce(Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let progress = Progress::default();
    let result = {
        lease.set_state(State::Running);
        let tx = Tx::new(lease.client()?, &progress);
        match tx.batch("tx.begin", begin).await {
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

/// Gives the connection back, and says whether it may still be in a transaction.
fn settle<T, E>(mut lease: Lease, (result, clean): (Result<T, E>, bool)) -> Result<T, E> {
    lease.set_state(if clean { State::Idle } else { State::Open });
    result
}
