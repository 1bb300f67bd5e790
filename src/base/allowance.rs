//! How often somebody may do something: an allowance that fills up with time. The counts are this
//! process' own; with several processes each lets through its share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Keys that are counted at a time; beyond, those with a full allowance are forgotten, and where
/// that does not help, all.
const KEYS_MAX: usize = 50_000;

const HOUR: Duration = Duration::from_secs(3600);

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
    pub fn per_hour(max: f64) -> Self {
        Self::filling(max, max, HOUR)
    }

    /// `max` in a row, and `count` again within a time.
    pub fn filling(max: f64, count: f64, within: Duration) -> Self {
        Self { max, per_second: count / within.as_secs_f64(), buckets: Mutex::default() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// Where there is none, how long it takes until there is.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), Duration> {
        let mut buckets = self.buckets();
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
        // An allowance that does not fill at all is never there again.
        Err(Duration::try_from_secs_f64((1.0 - left) / self.per_second).unwrap_or(Duration::MAX))
    }

    /// Gives one back that was taken for nothing.
    pub fn give_back(&self, key: &K) {
        if let Some(bucket) = self.buckets().get_mut(key) {
            bucket.left = (bucket.left + 1.0).min(self.max);
        }
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<K, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
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
        let allowances = Allowances::per_hour(2.0);
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

    #[test]
    fn what_was_taken_for_nothing_is_given_back_and_no_more() {
        let allowances = Allowances::filling(2.0, 1.0, Duration::from_secs(10));
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let taken = [0, 0, 0, 9, 10, 11, 1000, 1000, 1000]
            .map(|second| allowances.take("a", at(second)).is_ok());
        assert_eq!(taken, [true, true, false, false, true, false, true, true, false]);
        for _ in 0..5 {
            allowances.give_back(&"a");
        }
        let again = [0; 3].map(|_| allowances.take("a", at(1000)).is_ok());
        assert_eq!(again, [true, true, false]);
        allowances.give_back(&"nobody");
    }

    #[test]
    fn an_allowance_of_nothing_is_never_there() {
        let allowances = Allowances::per_hour(0.0);
        assert_eq!(allowances.take((), Timestamp::UNIX_EPOCH), Err(Duration::MAX));
    }
}
