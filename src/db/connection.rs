//! One connection: the driver's client, and the task that moves its bytes.

mod cancel;

use std::time::{Duration, Instant};

use tokio::task::AbortHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection as Driver, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Error;
use super::tls::{self, Tls};
use cancel::Canceller;

/// How long a connection attempt may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The encrypted stream of a connection.
type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// The way to a server as one login.
#[derive(Clone)]
pub(super) struct Dialer {
    config: Config,
    tls: MakeRustlsConnect,
    is_pooled: bool,
}

impl Dialer {
    pub(super) fn new(mut config: Config, tls: &Tls) -> Self {
        config.connect_timeout(CONNECT_TIMEOUT).ssl_mode(tls.driver_mode());
        Self { config, tls: tls.connector(), is_pooled: false }
    }

    /// The same way, where a pooler stands on it.
    pub(super) fn pooled(self) -> Self {
        Self { is_pooled: true, ..self }
    }

    /// Ends what a connection of this way is doing. None behind a pooler, which says that it has
    /// heard a cancellation before the server has: it might hit the next statement.
    pub(super) fn canceller(&self, connection: &Connection) -> Option<Canceller<'_>> {
        (!self.is_pooled).then(|| Canceller::new(self, connection.client.cancel_token()))
    }

    /// Connects; somebody has to move the connection's bytes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server can't be reached or refuses the login,
    /// [`Error::Certificate`] when it is not the one it should be.
    pub(super) async fn dial(&self) -> Result<(Client, Driver<Socket, Encrypted>), Error> {
        self.config.connect(self.tls.clone()).await.map_err(|error| {
            match tls::is_refused_certificate(&error) {
                true => Error::Certificate(error),
                false => Error::Unavailable(error),
            }
        })
    }
}

/// An open connection. Dropped, it takes leave of the server once all answers are in.
pub(super) struct Connection {
    client: Client,
    driver: AbortHandle,
    born: Instant,
}

impl Connection {
    /// The driver's client.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether it was lost.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// How long it has been open.
    pub(super) fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// Cuts it off, whatever it is doing.
    pub(super) fn close(self) {
        self.driver.abort();
    }
}

/// Opens a connection.
///
/// # Errors
/// As [`Dialer::dial`].
pub(super) async fn open(dialer: &Dialer) -> Result<Connection, Error> {
    let (client, driver) = dialer.dial().await?;
    let driver = tokio::spawn(async move {
        if let Err(error) = driver.await {
            tracing::debug!(%error, "a database connection ended");
        }
    });
    Ok(Connection { client, driver: driver.abort_handle(), born: Instant::now() })
}
