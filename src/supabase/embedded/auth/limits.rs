//! How often something may be asked for. The counts are this process' own, as with the real Auth.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::ask::Ask;
use super::error::AuthError;

/// Requests in a row that a limit by address lets through, whatever its rate.
const BURST: f64 = 30.0;
/// Addresses, or accounts, that are counted at a time.
const COUNTED_MAX: usize = 10_000;
/// By then every allowance is full again.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(2);
const SECONDS_PER_HOUR: f64 = 3600.0;
const FIVE_MINUTES: f64 = 300.0;

/// What is limited by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Limited {
    Anonymous,
    Signup,
    Token,
    Verify,
    Otp,
}

/// An allowance that fills up with time.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// The allowances of this process.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    addresses: Mutex<HashMap<(Limited, String), Bucket>>,
    guesses: Mutex<HashMap<String, Bucket>>,
    mails: Mutex<Option<Bucket>>,
}

/// Forgets who was counted long ago, and where that does not help everybody.
fn make_room<K: Eq + Hash>(counted: &mut HashMap<K, Bucket>, now: Timestamp) {
    if counted.len() >= COUNTED_MAX {
        counted.retain(|_, bucket| now.duration_since(bucket.at) < FORGOTTEN_AFTER);
    }
    if counted.len() >= COUNTED_MAX {
        counted.clear();
    }
}

impl Bucket {
    /// Takes one, if there is one.
    fn take(&mut self, now: Timestamp, per_second: f64, max: f64) -> bool {
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.left = (self.left + passed * per_second).min(max);
        self.at = now;
        let granted = self.left >= 1.0;
        if granted {
            self.left -= 1.0;
        }
        granted
    }
}

impl Limits {
    /// Counts one request of the caller's address, where addresses are known and limited.
    pub(crate) fn request(&self, ask: &Ask<'_>, what: Limited) -> Result<(), AuthError> {
        let rules = &ask.config.limits;
        let Some(name) = rules.header.as_deref() else { return Ok(()) };
        let Some(address) = ask.header(name).and_then(|list| list.split(',').next()) else {
            return Ok(());
        };
        let (per_second, max) = match what {
            Limited::Anonymous => {
                (rules.anonymous_per_hour / SECONDS_PER_HOUR, rules.anonymous_per_hour)
            }
            Limited::Token => (rules.token_per_5_minutes / FIVE_MINUTES, BURST),
            Limited::Verify => (rules.verify_per_5_minutes / FIVE_MINUTES, BURST),
            Limited::Signup | Limited::Otp => (rules.otp_per_5_minutes / FIVE_MINUTES, BURST),
        };
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut addresses, ask.now);
        let key = (what, address.trim().to_owned());
        let bucket = addresses.entry(key).or_insert(Bucket { left: max, at: ask.now });
        if bucket.take(ask.now, per_second, max) { Ok(()) } else { Err(AuthError::TooManyRequests) }
    }

    /// Takes a guess at an account's password before it is looked at, wherever it comes from: those
    /// that are looked at in the same moment are counted too. A right one is given back.
    pub(crate) fn guess(&self, ask: &Ask<'_>, email: &str) -> Result<(), AuthError> {
        let Some(max) = ask.config.limits.wrong_passwords_per_hour else { return Ok(()) };
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut guesses, ask.now);
        let bucket =
            guesses.entry(email.to_lowercase()).or_insert(Bucket { left: max, at: ask.now });
        let granted = bucket.take(ask.now, max / SECONDS_PER_HOUR, max);
        if granted { Ok(()) } else { Err(AuthError::TooManyRequests) }
    }

    /// Gives a guess back: the password was right, or nobody could look at it.
    pub(crate) fn take_back(&self, ask: &Ask<'_>, email: &str) {
        let Some(max) = ask.config.limits.wrong_passwords_per_hour else { return };
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = guesses.get_mut(&email.to_lowercase()) {
            bucket.left = (bucket.left + 1.0).min(max);
        }
    }

    /// Counts one mail of the whole server; without effect where addresses need no confirmation.
    pub(crate) fn mail(&self, ask: &Ask<'_>) -> Result<(), AuthError> {
        if ask.config.mail.autoconfirm {
            return Ok(());
        }
        let max = ask.config.limits.mails_per_hour;
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = mails.get_or_insert(Bucket { left: max, at: ask.now });
        if bucket.take(ask.now, max / SECONDS_PER_HOUR, max) {
            Ok(())
        } else {
            Err(AuthError::TooManyMails)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_fills_up_with_time_and_no_further() {
        let begun = Timestamp::UNIX_EPOCH;
        let mut bucket = Bucket { left: 2.0, at: begun };
        let at = |seconds: i64| begun + SignedDuration::from_secs(seconds);

        let taken = [0, 0, 0, 9, 10, 11, 1000, 1000, 1000].map(|s| bucket.take(at(s), 0.1, 2.0));
        assert_eq!(taken, [true, true, false, false, true, false, true, true, false]);
    }
}
