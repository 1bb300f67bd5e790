//! How much anybody may ask for, and how long what was deleted is kept.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use jiff::Timestamp;

use crate::base::allowance::Allowances;
use crate::base::id::UserId;
use crate::commerce::import;

/// Whose address is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Everybody's. A proxy in front has to be named, or its callers are one.
    Everybody,
    /// All but this machine's own, which is the developer's at `souk dev`.
    Others,
}

/// The limits of this process.
#[derive(Debug)]
pub struct Limits {
    /// How long the data of a deleted store is kept.
    pub keep_deleted: Duration,
    /// How many imports there are at a time.
    pub imports: import::Gate,
    addresses: Counted,
    creations_by_user: Allowances<UserId>,
    creations_by_address: Allowances<IpAddr>,
    invitations_by_user: Allowances<UserId>,
}

impl Limits {
    /// The usual limits, and how many days deleted stores are kept.
    pub fn new(keep_deleted_days: u32, addresses: Counted) -> Self {
        Self {
            keep_deleted: Duration::from_secs(u64::from(keep_deleted_days) * 86_400),
            imports: import::Gate::default(),
            addresses,
            creations_by_user: Allowances::per_hour(20.0),
            creations_by_address: Allowances::per_hour(60.0),
            invitations_by_user: Allowances::per_hour(30.0),
        }
    }

    /// The address by which a caller is counted, if it is: of IPv6 the network, because whoever has
    /// one address of it has them all.
    pub fn counted(&self, from: IpAddr) -> Option<IpAddr> {
        if self.addresses == Counted::Others && from.is_loopback() {
            return None;
        }
        Some(match from {
            IpAddr::V4(_) => from,
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }

    /// Counts the making of a store.
    ///
    /// # Errors
    /// How long to wait.
    pub fn creation(&self, user: UserId, from: IpAddr, now: Timestamp) -> Result<(), Duration> {
        if let Some(from) = self.counted(from) {
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
        Self::new(30, Counted::Others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_counted_by_who_can_have_it() {
        let limits = |counted| Limits::new(1, counted);
        let of = |counted, from: &str| {
            limits(counted).counted(from.parse().unwrap()).map(|address| address.to_string())
        };
        for counted in [Counted::Everybody, Counted::Others] {
            assert_eq!(of(counted, "203.0.113.7").as_deref(), Some("203.0.113.7"));
            let network = Some("2001:db8:1:2::");
            assert_eq!(of(counted, "2001:db8:1:2:3:4:5:6").as_deref(), network);
            assert_eq!(of(counted, "2001:db8:1:2::9").as_deref(), network);
        }
        for here in ["127.0.0.1", "::1"] {
            assert_eq!(of(Counted::Others, here), None);
            assert!(of(Counted::Everybody, here).is_some());
        }
    }
}
