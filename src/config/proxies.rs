//! Which proxies are believed about whom they speak for. None is, unless somebody says so: whoever
//! reaches this process directly could write any address into a header.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use ipnet::IpNet;

/// The header in which a proxy names its callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For: 203.0.113.7, 10.0.0.2`.
    #[default]
    XForwardedFor,
    /// `Forwarded: for=203.0.113.7, for="[2001:db8::1]:4711"` (RFC 7239).
    Forwarded,
}

/// The proxies in front of this process.
#[derive(Debug, Default)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    header: ForwardedHeader,
    has_warned: AtomicBool,
}

/// A setting of proxies that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxiesError {
    /// No network.
    #[error("`{0}` is no address or network, such as 10.0.0.0/8")]
    Network(String),
    /// No header of the two.
    #[error("`{0}` is neither x-forwarded-for nor forwarded")]
    Header(String),
}

impl ForwardedHeader {
    /// The header's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }

    /// Reads the header's name.
    ///
    /// # Errors
    /// [`ProxiesError::Header`].
    pub fn parse(name: &str) -> Result<Self, ProxiesError> {
        [Self::XForwardedFor, Self::Forwarded]
            .into_iter()
            .find(|header| header.name().eq_ignore_ascii_case(name.trim()))
            .ok_or_else(|| ProxiesError::Header(name.to_owned()))
    }

    /// The address in one element of the header, if it is one: a proxy may hide it.
    fn address(self, element: &str) -> Option<IpAddr> {
        let text = match self {
            Self::XForwardedFor => element,
            Self::Forwarded => element.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then_some(value)
            })?,
        };
        let text = text.trim().trim_matches('"');
        if let Some(bracketed) = text.strip_prefix('[') {
            return bracketed.split_once(']')?.0.parse().ok();
        }
        let has_port = text.matches(':').count() == 1;
        let text = if has_port { text.split_once(':')?.0 } else { text };
        text.parse().ok()
    }
}

impl Proxies {
    /// The proxies in a list of addresses and networks, separated by commas or blanks.
    ///
    /// # Errors
    /// [`ProxiesError::Network`] with the first that is none.
    pub fn parse(list: &str, header: ForwardedHeader) -> Result<Self, ProxiesError> {
        let networks = list.split([',', ' ']).map(str::trim).filter(|text| !text.is_empty());
        let trusted = networks
            .map(|text| {
                let address = || text.parse::<IpAddr>().map(IpNet::from);
                text.parse::<IpNet>()
                    .or_else(|_| address())
                    .map_err(|_| ProxiesError::Network(text.to_owned()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { trusted, header, has_warned: AtomicBool::new(false) })
    }

    /// The name of the header that is read.
    pub fn header(&self) -> &'static str {
        self.header.name()
    }

    /// Whose request it is. Each proxy adds whom it was asked by at the end of the header, so the
    /// caller is the right-most address that is not one of the proxies': what stands further left
    /// was written by the caller, who may write anything.
    pub fn caller<'h>(
        &self,
        peer: IpAddr,
        said: impl DoubleEndedIterator<Item = &'h str> + Clone,
    ) -> IpAddr {
        let mut hop = peer.to_canonical();
        if !self.trusts(hop) {
            if said.clone().next().is_some() {
                self.warn(hop);
            }
            return hop;
        }
        for element in said.rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = self.header.address(element) else { return hop };
            hop = address.to_canonical();
            if !self.trusts(hop) {
                return hop;
            }
        }
        hop
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// A proxy that nobody named makes all its callers one, who then share the limits of one. Said
    /// once; a stranger's header from far away is no proxy's.
    fn warn(&self, peer: IpAddr) {
        let is_near = match peer {
            IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
            IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
        };
        if is_near && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "callers come through a proxy that is not in SOUK_TRUSTED_PROXIES: they count as one"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(proxies: &Proxies, peer: &str, said: &[&str]) -> String {
        proxies.caller(peer.parse().unwrap(), said.iter().copied()).to_string()
    }

    #[test]
    fn nobody_is_believed_unless_named() {
        let none = Proxies::default();
        assert_eq!(caller(&none, "127.0.0.1", &["203.0.113.7"]), "127.0.0.1");
        let some = Proxies::parse("10.0.0.0/8, 127.0.0.1 ::1", ForwardedHeader::default()).unwrap();
        assert_eq!(caller(&some, "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(caller(&some, "127.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(caller(&some, "::1", &["203.0.113.7"]), "203.0.113.7");
        // As a socket that listens on both families names an IPv4 peer.
        assert_eq!(caller(&some, "::ffff:10.1.2.3", &["203.0.113.7"]), "203.0.113.7");
    }

    #[test]
    fn what_a_caller_writes_further_left_is_not_read() {
        let proxies = Proxies::parse("10.0.0.0/8", ForwardedHeader::default()).unwrap();
        let from = |said: &[&str]| caller(&proxies, "10.0.0.1", said);
        assert_eq!(from(&["1.2.3.4, 203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(from(&["1.2.3.4", "203.0.113.7", "10.0.0.2"]), "203.0.113.7");
        assert_eq!(from(&["10.9.9.9, 203.0.113.7"]), "203.0.113.7");
        // What is no address ends the walk at the last proxy that could be told.
        assert_eq!(from(&["203.0.113.7, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(from(&["203.0.113.7, "]), "10.0.0.1");
        assert_eq!(from(&[]), "10.0.0.1");
        assert_eq!(from(&["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        assert_eq!(from(&["203.0.113.7:5060"]), "203.0.113.7");
        assert_eq!(from(&["2001:db8::1"]), "2001:db8::1");
        assert_eq!(from(&["[2001:db8::1]:443"]), "2001:db8::1");
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_named() {
        let proxies = Proxies::parse("10.0.0.0/8", ForwardedHeader::Forwarded).unwrap();
        let from = |said: &[&str]| caller(&proxies, "10.0.0.1", said);
        assert_eq!(from(&["for=1.2.3.4, For=203.0.113.7;proto=https;by=10.0.0.1"]), "203.0.113.7");
        assert_eq!(from(&["for=\"[2001:db8::1]:4711\""]), "2001:db8::1");
        assert_eq!(from(&["for=1.2.3.4, for=_hidden"]), "10.0.0.1");
        // A quote that a caller leaves open hides nothing that a proxy adds.
        assert_eq!(from(&["for=\"1.2.3.4, for=203.0.113.7"]), "203.0.113.7");
    }

    #[test]
    fn a_setting_is_a_list_of_networks_and_one_of_two_headers() {
        for bad in ["10.0.0.0/33", "proxy.internal", "1.2.3"] {
            let told = Proxies::parse(bad, ForwardedHeader::default()).err();
            assert_eq!(told, Some(ProxiesError::Network(bad.to_owned())));
        }
        assert_eq!(ForwardedHeader::parse("Forwarded"), Ok(ForwardedHeader::Forwarded));
        assert!(ForwardedHeader::parse("x-real-ip").is_err());
    }
}
