//! How much anybody may ask for, and how long what was deleted is kept.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use crate::base::allowance::Allowances;
use crate::base::id::UserId;

/// The limits of this process.
#[derive(Debug)]
pub struct Limits {
    /// How long the data of a deleted store is kept.
    pub keep_deleted: Duration,
    creations_by_user: Allowances<UserId>,
    creations_by_address: Allowances<IpAddr>,
    invitations_by_user: Allowances<UserId>,
}

impl Limits {
    /// The usual limits, and how many days deleted stores are kept.
    pub fn new(keep_deleted_days: u32) -> Self {
        Self {
            keep_deleted: Duration::from_secs(u64::from(keep_deleted_days) * 86_400),
            creations_by_user: Allowances::per_hour(20),
            creations_by_address: Allowances::per_hour(60),
            invitations_by_user: Allowances::per_hour(30),
        }
    }

    /// Counts the making of a store. This machine's own address is everybody's who comes through a
    /// proxy on it, and is not counted.
    ///
    /// # Errors
    /// How long to wait.
    pub fn creation(&self, user: UserId, from: IpAddr, now: Timestamp) -> Result<(), Duration> {
        if !from.is_loopback() {
            self.creations_by_address.take(from, now)?;
        }
        self.creations_by_user.take(user, now)
    }

    /// Counts the invitation of somebody: it may send a mail.
    ///
    /// # Errors
    /// How long to wait.
    pub fn invitation(&self, user: UserId, now: Timestamp) -> Result<(), Duration> {
        self.invitations_by_user.take(user, now)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(30)
    }
}
