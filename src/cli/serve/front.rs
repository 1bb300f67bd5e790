//! Where `souk serve` is reached, and through whom.

use clap::Args;

use crate::cli::faults::Faults;
use crate::config::HttpConfig;
use crate::config::proxies::{ForwardedHeader, Proxies};

/// What stands between callers and this process.
#[derive(Debug, Args)]
pub(super) struct Front {
    /// Address to listen on.
    #[arg(long, env = "SOUK_LISTEN", default_value = "127.0.0.1:4545", value_name = "ADDRESS")]
    pub(super) listen: String,
    /// Stores are served at `SLUG.DOMAIN`, the platform at `DOMAIN`.
    #[arg(long, env = "SOUK_BASE_DOMAIN", default_value = "localhost", value_name = "DOMAIN")]
    base_domain: String,
    /// Whether callers come by https.
    #[arg(long, env = "SOUK_HTTPS")]
    https: bool,
    /// Proxies that are believed about whom they speak for: addresses and networks, such as
    /// `10.0.0.0/8,127.0.0.1`. Limits count the right-most address that is not one of them. Without
    /// any, the address of the connection counts, so behind a proxy everybody is one caller.
    #[arg(long, env = "SOUK_TRUSTED_PROXIES", default_value = "", value_name = "NETWORKS")]
    trusted_proxies: String,
    /// The header in which they say it: `x-forwarded-for` or `forwarded`. They must write it
    /// themselves, at its end.
    #[arg(
        long,
        env = "SOUK_FORWARDED_HEADER",
        default_value = "x-forwarded-for",
        value_name = "HEADER"
    )]
    forwarded_header: String,
}

impl Front {
    /// The proxies that are named.
    pub(super) fn proxies(&self, faults: &mut Faults) -> Proxies {
        let header = ForwardedHeader::parse(&self.forwarded_header).unwrap_or_else(|error| {
            faults.add("SOUK_FORWARDED_HEADER", format!("can't be used: {error}"));
            ForwardedHeader::default()
        });
        Proxies::parse(&self.trusted_proxies, header).unwrap_or_else(|error| {
            faults.add("SOUK_TRUSTED_PROXIES", format!("can't be used: {error}"));
            Proxies::default()
        })
    }

    /// The addresses that callers know.
    pub(super) fn http(&self, port: u16) -> HttpConfig {
        HttpConfig {
            scheme: if self.https { "https" } else { "http" }.to_owned(),
            base_domain: self.base_domain.clone(),
            port: (!self.https).then_some(port),
        }
    }

    /// All of it as it is told in the log.
    pub(super) fn shown(&self) -> String {
        format!(
            "SOUK_LISTEN={} SOUK_BASE_DOMAIN={} SOUK_HTTPS={} SOUK_TRUSTED_PROXIES={} \
             SOUK_FORWARDED_HEADER={}",
            self.listen, self.base_domain, self.https, self.trusted_proxies, self.forwarded_header
        )
    }
}
