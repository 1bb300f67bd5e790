//! TLS to Postgres: how much of it a connection asks for, and whose certificate it takes.
//!
//! The words are libpq's. Where a URL says nothing, a server on this machine is taken as it is, and
//! every other must show a certificate that a known authority gave to its name.

mod verifier;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode as DriverMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use verifier::Lenient;

/// How much TLS a connection asks for: `sslmode` of libpq.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    /// None.
    Disable,
    /// TLS where the server has it; the certificate is not looked at.
    Prefer,
    /// TLS; the certificate's authority is checked where one is named, and nothing otherwise.
    Require,
    /// TLS, and a certificate of a known authority, for whichever name.
    VerifyCa,
    /// TLS, and a certificate of a known authority for this server's name.
    VerifyFull,
}

impl SslMode {
    /// Reads `sslmode`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    /// What is asked for where nobody says anything.
    pub fn of_host(host: &str) -> Self {
        if is_local(host) { Self::Prefer } else { Self::VerifyFull }
    }
}

/// Whether a host is this machine.
fn is_local(host: &str) -> bool {
    host.starts_with('/')
        || host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The TLS of one server's connections.
#[derive(Clone)]
pub struct Tls {
    mode: SslMode,
    has_authority: bool,
    client: Arc<ClientConfig>,
}

/// TLS can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file can't be read.
    #[error("{path} can't be read")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// The file holds no certificate.
    #[error("{path} holds no certificate in PEM form")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The authorities can't be used, or the machine has none.
    #[error("the certificates of known authorities can't be used")]
    Authorities(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("mode", &self.mode)
            .field("has_authority", &self.has_authority)
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// Without TLS.
    pub fn disabled() -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let client = client(&provider, Arc::new(Lenient::any_certificate(&provider)));
        Self { mode: SslMode::Disable, has_authority: false, client: Arc::new(client) }
    }

    /// TLS as `mode` asks. The authorities are those of `file`, else those the machine knows.
    ///
    /// # Errors
    /// When the file can't be read, or holds none.
    pub fn new(mode: SslMode, file: Option<&Path>) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match (mode, file) {
            (SslMode::Disable | SslMode::Prefer, _) | (SslMode::Require, None) => {
                Arc::new(Lenient::any_certificate(&provider))
            }
            (SslMode::Require | SslMode::VerifyCa, file) => {
                Arc::new(Lenient::any_name(&provider, authorities(&provider, file)?))
            }
            (SslMode::VerifyFull, file) => authorities(&provider, file)?,
        };
        let client = Arc::new(client(&provider, verifier));
        Ok(Self { mode, has_authority: file.is_some(), client })
    }

    /// `sslmode` of the connections.
    pub fn mode(&self) -> &'static str {
        self.mode.name()
    }

    /// Whether anybody could be at the other end of a connection to `host`, or between: it is in
    /// the clear, or no certificate is looked at. This machine needs none unless TLS was asked for.
    pub fn is_unchecked(&self, host: &str) -> bool {
        match self.mode {
            SslMode::Disable | SslMode::Prefer => !is_local(host),
            SslMode::Require => !self.has_authority,
            SslMode::VerifyCa | SslMode::VerifyFull => false,
        }
    }

    pub(super) fn driver_mode(&self) -> DriverMode {
        match self.mode {
            SslMode::Disable => DriverMode::Disable,
            SslMode::Prefer => DriverMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => DriverMode::Require,
        }
    }

    pub(super) fn connector(&self) -> MakeRustlsConnect {
        MakeRustlsConnect::new(ClientConfig::clone(&self.client))
    }
}

fn client(provider: &Arc<CryptoProvider>, verifier: Arc<dyn ServerCertVerifier>) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .expect("the provider has the ciphers of both versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth()
}

/// Who checks that a certificate is of a known authority and for the right name.
fn authorities(
    provider: &Arc<CryptoProvider>,
    file: Option<&Path>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let Some(path) = file else {
        let machine = rustls_platform_verifier::Verifier::new(Arc::clone(provider));
        return Ok(Arc::new(machine.map_err(|error| TlsError::Authorities(error.into()))?));
    };
    let refuse = |source| TlsError::File { path: path.to_owned(), source };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(refuse)? {
        let added = roots.add(certificate.map_err(refuse)?);
        added.map_err(|error| TlsError::Authorities(error.into()))?;
    }
    if roots.is_empty() {
        return Err(TlsError::Empty { path: path.to_owned() });
    }
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    Ok(verifier.map_err(|error| TlsError::Authorities(error.into()))?)
}

/// Whether the connection failed because the server's certificate was not taken.
pub(super) fn is_refused_certificate(error: &tokio_postgres::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(reason)) = error.downcast_ref() {
            // What went wrong inside the check is not the certificate's fault.
            return !matches!(reason, CertificateError::ApplicationVerificationFailure);
        }
        cause = match error.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_must_show_its_certificate() {
        assert_eq!(SslMode::of_host("db.example.com"), SslMode::VerifyFull);
        assert_eq!(SslMode::of_host("192.168.0.2"), SslMode::VerifyFull);
        for local in ["localhost", "127.0.0.1", "::1", "/var/run/postgresql"] {
            assert_eq!(SslMode::of_host(local), SslMode::Prefer, "{local}");
        }
    }

    #[test]
    fn a_way_is_unchecked_where_nobody_looks() {
        let unchecked = |mode, host| Tls::new(mode, None).expect("no file").is_unchecked(host);
        for mode in [SslMode::Disable, SslMode::Prefer] {
            assert!(unchecked(mode, "db.example.com"), "{mode:?}");
            assert!(!unchecked(mode, "localhost"), "{mode:?}");
            assert!(!unchecked(mode, "/var/run/postgresql"), "{mode:?}");
        }
        assert!(unchecked(SslMode::Require, "127.0.0.1"));
        assert!(!unchecked(SslMode::VerifyFull, "db.example.com"));
    }

    #[test]
    fn a_file_of_authorities_is_a_file_of_certificates() {
        let missing = Tls::new(SslMode::VerifyFull, Some(Path::new("/nowhere/ca.pem")));
        assert!(matches!(missing, Err(TlsError::File { .. })));
        let other = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        assert!(matches!(Tls::new(SslMode::VerifyFull, Some(other)), Err(TlsError::Empty { .. })));
    }
}
