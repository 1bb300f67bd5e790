//! How often somebody may do something: an allowance that fills up with time. The counts are this
//! process' own; with several processes each lets through its share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Keys that are counted at a time; beyond, those with a full allowance are forgotten, and where
/// that does not help, all.
const KEYS_MAX: usize = 50_000;

/// Allowances of one kind, by key.
#[derive(Debug)]
pub struct Allowances<K> {
    max: f64,
    per_second: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl<K: Eq + Hash> Allowances<K> {
    /// So many in a row, and as many again in an hour.
    pub fn per_hour(max: u32) -> Self {
        let max = f64::from(max.max(1));
        Self { max, per_second: max / 3600.0, buckets: Mutex::default() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// Where there is none, how long it takes until there is.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS_MAX {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.max);
            if buckets.len() >= KEYS_MAX {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: self.max, at: now });
        let left = self.filled(*bucket, now);
        *bucket = Bucket { left: if left >= 1.0 { left - 1.0 } else { left }, at: now };
        if left >= 1.0 {
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - left) / self.per_second))
    }

    fn filled(&self, bucket: Bucket, now: Timestamp) -> f64 {
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        (bucket.left + passed * self.per_second).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_used_up_and_fills_again() {
        let allowances = Allowances::per_hour(2);
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        assert!(allowances.take("a", at(0)).is_ok());
        assert!(allowances.take("a", at(0)).is_ok());
        assert_eq!(allowances.take("a", at(0)), Err(Duration::from_secs(1800)));
        assert!(allowances.take("b", at(0)).is_ok());
        assert!(allowances.take("a", at(900)).is_err());
        assert!(allowances.take("a", at(1800)).is_ok());
        assert!(allowances.take("a", at(1801)).is_err());
        // A clock that goes back gives nothing.
        assert!(allowances.take("a", at(0)).is_err());
    }
}
