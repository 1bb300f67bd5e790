//! The public keys of a Supabase Auth: its key list, read again after ten minutes, or when a token
//! names a key that is not in it, but not more often than every few seconds.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, MutexGuard};

use crate::outside::{Call, Outside};
use crate::supabase::token::KeyRing;

/// How long a list is good, in seconds: a key that was revoked is believed no longer.
const LIFE_S: i64 = 600;
/// How much longer it serves while a new one can't be had: nobody learns of revocations then.
const GRACE_S: i64 = 3_600;
/// Pause between two readings, whatever tokens name.
const PAUSE_S: i64 = 10;

/// A key list that keeps itself fresh. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RemoteKeys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: String,
    outside: Outside,
    known: RwLock<Arc<Known>>,
    reading: Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    ring: Option<Arc<KeyRing>>,
    /// Grows with each list that differs from the one before.
    generation: u64,
    text: Vec<u8>,
    read_at: i64,
    tried_at: Option<i64>,
}

/// The keys at one moment.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The keys.
    pub ring: Arc<KeyRing>,
    /// Differs from that of an earlier moment if the keys do.
    pub generation: u64,
}

impl RemoteKeys {
    pub(super) fn new(auth_url: &str, outside: Outside) -> Self {
        Self(Arc::new(Inner {
            url: format!("{auth_url}/.well-known/jwks.json"),
            outside,
            known: RwLock::default(),
            reading: Mutex::default(),
        }))
    }

    /// The keys at `now`, in seconds since 1970; `None` where they can't be had.
    pub async fn fresh(&self, now: i64) -> Option<Keys> {
        let known = self.known();
        if known.age(now) < LIFE_S {
            return known.keys(now);
        }
        // Who finds somebody reading it does not wait, if the old list will do.
        match self.0.reading.try_lock() {
            Ok(turn) => self.read(turn, now, LIFE_S).await,
            Err(_) if known.keys(now).is_some() => {}
            Err(_) => self.read(self.0.reading.lock().await, now, LIFE_S).await,
        }
        self.known().keys(now)
    }

    /// The keys after a token named one that was not among them: read again, unless that was done
    /// a moment ago.
    pub async fn again(&self, now: i64) -> Option<Keys> {
        self.read(self.0.reading.lock().await, now, 1).await;
        self.known().keys(now)
    }

    /// Reads the list, if it is older than `age` now that it is our turn. One reads at a time.
    async fn read(&self, _turn: MutexGuard<'_, ()>, now: i64, age: i64) {
        let known = self.known();
        if known.age(now) < age || known.tried_at.is_some_and(|at| now - at < PAUSE_S) {
            return;
        }
        self.0.write(|known| known.tried_at = Some(now));
        match self.fetch().await {
            Ok((text, ring)) => self.0.write(|known| {
                if known.text != text {
                    known.generation += 1;
                }
                (known.ring, known.text, known.read_at) = (Some(ring.into()), text, now);
            }),
            Err(reason) => tracing::warn!(reason, "the keys of auth could not be read"),
        }
    }

    async fn fetch(&self) -> Result<(Vec<u8>, KeyRing), String> {
        let reply = self.0.outside.send(Call::get(self.0.url.as_str())).await;
        let reply = reply.map_err(|error| error.to_string())?;
        if reply.status != 200 {
            return Err(format!("it answered {}", reply.status));
        }
        let text = std::str::from_utf8(&reply.body).map_err(|error| error.to_string())?;
        let ring = KeyRing::from_jwks(text).map_err(|error| error.to_string())?;
        // A secret that is published is none.
        Ok((reply.body, ring.public()))
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn write(&self, change: impl FnOnce(&mut Known)) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut known));
    }
}

impl Known {
    fn age(&self, now: i64) -> i64 {
        if self.ring.is_some() { now - self.read_at } else { i64::MAX }
    }

    fn keys(&self, now: i64) -> Option<Keys> {
        let ring = self.ring.clone().filter(|_| self.age(now) < LIFE_S + GRACE_S)?;
        Some(Keys { ring, generation: self.generation })
    }
}
