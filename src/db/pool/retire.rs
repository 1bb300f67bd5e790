//! Retirement: what a backend knows it never forgets, so it is replaced. Its successor is connected
//! first and warmed with what was last asked of the slot; work that is under way on the old one
//! ends there. One connection of a pool retires at a time.
//!
//! Where a pooler keeps the backend, a new connection would meet it again: how much it may know and
//! when it ends is the pooler's to say. There a connection retires by its age alone, so that it does
//! not stay for ever with a pooler that others have taken the place of, and is not warmed.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::slot::{Recent, WARMED_MAX};
use super::{Pool, schemas_max};
use crate::base::chain::Chain;
use crate::base::id::StoreId;
use crate::db::Error;
use crate::db::connection::{self, Connection};
use crate::db::tx::{Progress, Tx};

/// How long a successor is warmed: no store is begun with after that.
const WARMING_MAX: Duration = Duration::from_secs(2);
/// How long one store may take: what holds it up is no matter of a successor's.
const STORE_MAX_MS: i32 = 500;
/// How long warming may take before the successor is given up: its server does not answer.
const PATIENCE_MAX: Duration = Duration::from_secs(5);

impl Pool {
    /// Schemas that one connection may touch. Of what was promised, the last ones are left for the
    /// successor, which is warmed while the old one still is there: all connections of the pool
    /// together never know more than was promised.
    pub(super) fn cap(&self) -> usize {
        if self.0.ways.keep_backends() {
            return usize::MAX;
        }
        let most = self.schemas_max();
        (most - self.warmed_max(most)).max(1)
    }

    fn schemas_max(&self) -> usize {
        schemas_max(self.0.config.schemas_max, self.0.census.count(), self.0.slots.len())
    }

    fn warmed_max(&self, schemas_max: usize) -> usize {
        match self.0.warms_as {
            Some(_) if !self.0.ways.keep_backends() => WARMED_MAX.min(schemas_max / 8),
            _ => 0,
        }
    }

    /// Whether a connection is to retire: it is old, or soon knows as much as it may.
    pub(super) fn is_due(&self, slot: usize, connection: Option<&Connection>) -> bool {
        let most = self.schemas_max();
        let soon = self.cap().saturating_sub(self.warmed_max(most)).max(1);
        let is_old = connection.is_some_and(|one| one.age() >= self.0.config.age_max);
        is_old || self.slot(slot).touched() > soon
    }

    /// Has the slot's connection retire, unless it does already.
    pub(super) fn retire(&self, slot: usize) {
        if self.slot(slot).begin_retiring() {
            let pool = self.clone();
            tokio::spawn(async move { pool.renew(slot).await });
        }
    }

    async fn renew(&self, slot: usize) {
        // Closed never: the semaphore lives as long as the pool.
        let Ok(_turn) = self.0.retiring.acquire().await else { return };
        let successor = self.successor(slot).await;
        let mut held = self.slot(slot).lock().await;
        let (connection, warmed) = successor.unzip();
        *held = connection;
        self.slot(slot).begin_anew(&warmed.unwrap_or_default());
        self.0.counters.retired();
        // Before the next one gets the connection: it may have to ask for the next renewal.
        self.slot(slot).end_retiring();
        drop(held);
    }

    /// A connection that knows what was last asked of the slot. None where the server has none to
    /// spare, or does not answer: the old one is closed then, and whoever comes next opens another.
    async fn successor(&self, slot: usize) -> Option<(Connection, Vec<StoreId>)> {
        let connection = match connection::open(self.0.ways.of(slot)).await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "a connection retires without a successor");
                return None;
            }
        };
        let warming = tokio::time::timeout(PATIENCE_MAX, self.warm(slot, &connection));
        match warming.await {
            Ok(Ok(warmed)) => Some((connection, warmed)),
            Ok(Err(_)) | Err(_) => {
                connection.close();
                None
            }
        }
    }

    /// Has a new connection read what was last asked of the slot, as far as time allows.
    async fn warm(&self, slot: usize, connection: &Connection) -> Result<Vec<StoreId>, Error> {
        let mut warmed = Vec::new();
        let Some(role) = self.0.warms_as else { return Ok(warmed) };
        let begun = Instant::now();
        let most = self.warmed_max(self.schemas_max());
        for recent in self.slot(slot).recent().iter().take(most) {
            if begun.elapsed() < WARMING_MAX {
                read(connection, role, recent).await?;
                self.0.census.saw(recent.store.id);
                warmed.push(recent.store.id);
            }
        }
        Ok(warmed)
    }
}

/// Has a connection read what the statement needs of the catalog: it enters the store and has the
/// statement parsed, not run, as one statement and no more, as it was sent. A store that has moved
/// on, or a statement that can't stand alone, is left as it is.
#[expect(clippy::disallowed_methods, reason = "this is a transaction of the pool's own")]
async fn read(connection: &Connection, role: &'static str, recent: &Recent) -> Result<(), Error> {
    let progress = Progress::default();
    let tx = Tx::new(connection.client(), &progress);
    let claims = format!(r#"{{"role":"{role}"}}"#);
    if tx.begin_store(recent.store, role, &claims, STORE_MAX_MS).await.is_ok() {
        let parsed = format!("prepare souk_warm as {}", recent.text);
        if connection.client().query_typed(&parsed, &[]).await.is_ok() {
            tx.batch("pool.warmed", "deallocate souk_warm").await?;
        }
    }
    tx.batch("pool.rollback", "rollback").await
}

/// How many stores are in use: those that a connection came to know within its lifetime.
#[derive(Debug)]
pub(super) struct Census {
    period: Duration,
    rolls: Mutex<Rolls>,
}

#[derive(Debug)]
struct Rolls {
    since: Instant,
    /// Stores of this period.
    current: HashSet<StoreId>,
    /// Stores of the period before, but for those that came again.
    previous: HashSet<StoreId>,
}

impl Census {
    /// Two periods count, so that no store is forgotten while a connection knows it.
    pub(super) fn new(period: Duration) -> Self {
        let rolls =
            Rolls { since: Instant::now(), current: HashSet::new(), previous: HashSet::new() };
        Self { period, rolls: Mutex::new(rolls) }
    }

    pub(super) fn saw(&self, store: StoreId) {
        let mut rolls = self.rolls.lock().unwrap_or_else(PoisonError::into_inner);
        if rolls.since.elapsed() >= self.period {
            rolls.previous = std::mem::take(&mut rolls.current);
            rolls.since = Instant::now();
        }
        rolls.previous.remove(&store);
        rolls.current.insert(store);
    }

    pub(super) fn count(&self) -> usize {
        let rolls = self.rolls.lock().unwrap_or_else(PoisonError::into_inner);
        rolls.current.len() + rolls.previous.len()
    }
}
