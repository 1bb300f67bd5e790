//! Which of a pooler's backends a store meets. A backend keeps what it has read of a store's catalog
//! for as long as it lives, so each store should meet one of them and not all.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use secrecy::SecretString;
use souk::base::id::UserId;
use souk::db::{Cluster, ClusterConfig, PoolConfig};
use souk::stores::members::Owner;
use souk::stores::{Actor, Address, NewStore, Store, access, provision};
use souk::template::Filler;

use super::super::cluster::{Hosted, hosted};
use super::super::served::{PASSWORD, Settings};
use super::{LOGINS, Pooler};
use crate::support::desk::Desk;

/// Enough that no login is without one, but once in many thousand runs.
const STORES: usize = 16;
/// Times that as many stores as there are backends are asked at once.
const ROUNDS: usize = 12;

/// Which backends each store has met, by the store's place.
type Met = BTreeMap<usize, BTreeSet<i32>>;

/// Stores on a hosted project, each with a function that says who serves it.
struct Scene {
    hosted: &'static Hosted,
    database: String,
    stores: Vec<Store>,
}

impl Scene {
    async fn set(hosted: &'static Hosted) -> Self {
        let database = hosted.database(true);
        Settings::new(hosted, &database).with("SOUK_REST_LOGINS", LOGINS.to_string()).prepare();
        let cluster = Cluster::new(config(hosted, &database));
        let filler = Filler::new(cluster.clone(), 2, 1);
        let mut stores = Vec::new();
        for nth in 0..STORES {
            let slug = format!("store-{nth}");
            let new = NewStore::parse(&slug, &slug, Some("EUR"), None, None).unwrap();
            let owner = Owner::User(UserId::new());
            let made = provision(&cluster, &filler, &new, &owner, &Actor::cli(), None).await;
            let (id, schema) = made.map(|store| (store.id, store.schema)).unwrap();
            hosted.owner(
                &database,
                &format!(
                    "create function {schema}.met(seconds float8) returns integer language sql
                     volatile return (select pg_backend_pid() from (select pg_sleep(seconds)) as s);
                     grant execute on function {schema}.met to anon;
                     update shared.stores set published_at = now() where id = '{id}'"
                ),
            );
            let address = Address::Id(id);
            let found = cluster.shared_tx(None, async |tx| access::find(tx, &address).await).await;
            stores.push(found.unwrap());
        }
        Self { hosted, database, stores }
    }

    /// Somebody who asks the stores through a pooler, as numbered logins or as one.
    fn desk(&self, pooler: &Pooler, numbered: usize, pool: PoolConfig) -> Desk {
        let url = SecretString::from(pooler.url());
        let config = config(self.hosted, &self.database).with_rest_at(&url, None).unwrap();
        let config = config.with_rest_numbered(numbered);
        Desk::new(Cluster::new(ClusterConfig { pool, ..config }))
    }

    /// The backend that a store meets now.
    async fn ask(&self, desk: &Desk, store: usize, seconds: f64) -> i32 {
        let query = format!("seconds={seconds}");
        let (status, body) = desk.get(&self.stores[store], "/rpc/met", &query).await;
        assert_eq!(status, 200, "{body}");
        body.parse().unwrap()
    }

    /// Asks every store alone, then again and again some at once: one of each backend that was met
    /// at first, in changing order, or where there was but one backend, one for each connection.
    async fn play(&self, desk: &Desk) -> Met {
        let mut met = Met::new();
        for store in 0..STORES {
            met.entry(store).or_default().insert(self.ask(desk, store, 0.0).await);
        }
        let mut groups = BTreeMap::<i32, Vec<usize>>::new();
        for (store, backends) in &met {
            groups.entry(*backends.first().unwrap()).or_default().push(*store);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        if groups.len() == 1 {
            let all: Vec<usize> = (0..STORES).collect();
            groups = all.chunks(STORES / LOGINS).map(<[usize]>::to_vec).collect();
        }
        for round in 0..ROUNDS {
            groups.rotate_left(1);
            let asked = groups.iter().map(|group| {
                let store = group[round % group.len()];
                async move { (store, self.ask(desk, store, 0.03).await) }
            });
            for (store, backend) in join_all(asked).await {
                met.entry(store).or_default().insert(backend);
            }
        }
        met
    }
}

/// The project's database, as the program has it.
fn config(hosted: &Hosted, database: &str) -> ClusterConfig {
    let (url, password) = (hosted.url(database).into(), PASSWORD.to_owned().into());
    ClusterConfig::from_url(&url, &password, Some(&hosted.authority), LOGINS).unwrap()
}

/// Holds that each store met one backend, and that there are several.
fn hold(met: &Met) {
    let backends: BTreeSet<i32> = met.values().flatten().copied().collect();
    assert!((3..=LOGINS).contains(&backends.len()), "{met:?}");
    assert!(met.values().all(|one| one.len() == 1), "a store met another's backend: {met:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_login_for_each_connection_a_store_meets_one_backend() {
    let Some(hosted) = hosted() else { return };
    let scene = Scene::set(hosted).await;
    let Some(pooler) = Pooler::start(hosted, &scene.database, 1) else { return };
    // Connections retire all the time; how many schemas they may touch is not theirs to say.
    let aged = PoolConfig { age_max: Duration::from_millis(100), ..PoolConfig::default() };
    let desk = scene.desk(&pooler, LOGINS, aged);
    let met = scene.play(&desk).await;
    hold(&met);
    assert!(desk.figures().retired > 2, "{:?}", desk.figures());
    let narrow = PoolConfig { schemas_max: Some(1), ..PoolConfig::default() };
    let other = scene.desk(&pooler, LOGINS, narrow);
    assert_eq!(scene.play(&other).await, met, "another process meets the same");
    let figures = other.figures();
    assert_eq!((figures.retired, figures.cold), (0, STORES as u64), "{figures:?}");

    // Each of them is one login's.
    let backends: BTreeSet<i32> = met.values().flatten().copied().collect();
    let backends: Vec<String> = backends.iter().map(ToString::to_string).collect();
    hosted.admin(
        &scene.database,
        &format!(
            "do $$ begin
                 assert (select count(distinct usename) = {count}
                                and bool_and(usename ~ '^souk_rest_[1-{LOGINS}]$')
                           from pg_stat_activity where pid in ({list}));
                 assert (select count(*) <= {LOGINS} from pg_stat_activity
                          where datname = current_database() and usename like 'souk\\_rest%');
             end $$",
            count = backends.len(),
            list = backends.join(",")
        ),
    );

    // The control: as one login, each store meets whichever backend the pooler picks.
    let Some(pooler) = Pooler::start(hosted, &scene.database, LOGINS) else { return };
    let met = scene.play(&scene.desk(&pooler, 0, PoolConfig::default())).await;
    let astray = met.values().filter(|backends| backends.len() > 1).count();
    assert!(astray > STORES / 2, "{astray} stores met more than one backend: {met:?}");
}

/// Where the number of a login's connections can't be set, a pooler that takes the one which was
/// used last does as well for one process.
#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_that_would_keep_more_for_a_login_has_no_use_for_them() {
    let Some(hosted) = hosted() else { return };
    let scene = Scene::set(hosted).await;
    let Some(pooler) = Pooler::start(hosted, &scene.database, 5) else { return };
    hold(&scene.play(&scene.desk(&pooler, LOGINS, PoolConfig::default())).await);
}
