//! One connection: the driver's client, and the task that moves its bytes.

use std::time::Duration;

use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Error;
use super::tls::{self, Tls};

/// How long a connection attempt may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The encrypted stream of a connection.
type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// The way to a server as one login.
#[derive(Clone)]
pub(super) struct Dialer {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Dialer {
    pub(super) fn new(mut config: Config, tls: &Tls) -> Self {
        config.connect_timeout(CONNECT_TIMEOUT).ssl_mode(tls.driver_mode());
        Self { config, tls: tls.connector() }
    }

    /// Ends what a connection of this way is doing.
    pub(super) fn canceller(&self, client: &Client) -> Canceller {
        Canceller { token: client.cancel_token(), tls: self.tls.clone() }
    }

    /// Connects; somebody has to move the connection's bytes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server can't be reached or refuses the login,
    /// [`Error::Certificate`] when it is not the one it should be.
    pub(super) async fn dial(&self) -> Result<(Client, Connection<Socket, Encrypted>), Error> {
        self.config.connect(self.tls.clone()).await.map_err(|error| {
            match tls::is_refused_certificate(&error) {
                true => Error::Certificate(error),
                false => Error::Unavailable(error),
            }
        })
    }
}

/// Ends what a connection is doing, by another one that goes the same way.
pub(super) struct Canceller {
    token: CancelToken,
    tls: MakeRustlsConnect,
}

impl Canceller {
    /// Asks for it; whether it was heard can't be known.
    pub(super) async fn cancel(self) {
        if let Err(error) = self.token.cancel_query(self.tls).await {
            tracing::debug!(%error, "a statement could not be cancelled");
        }
    }
}

/// Opens a connection.
///
/// # Errors
/// As [`Dialer::dial`].
pub(super) async fn open(dialer: &Dialer) -> Result<Client, Error> {
    let (client, connection) = dialer.dial().await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a database connection ended");
        }
    });
    Ok(client)
}
