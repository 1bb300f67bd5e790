//! One connection: the driver's client, the task that moves its bytes, and exchanges of our own,
//! which send more at once than the driver can.

mod batch;
mod cancel;
mod exchange;
mod rows;
mod shared;
mod stream;

use std::io;
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection as Driver};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Error;
use super::error::Cause;
use super::tls::{self, Tls};
use crate::base::chain::Chain;
pub(super) use batch::Batch;
use cancel::Canceller;
pub(super) use exchange::{Exchange, Failure};
pub(super) use rows::Rows;
use shared::{DriverEnd, EncryptedEnd, Encrypting, Shared};
use stream::AnyStream;

/// How long agreeing on TLS and the login may take.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(5);

/// The way to a server as one login.
#[derive(Clone)]
pub(super) struct Dialer {
    config: Config,
    tls: MakeRustlsConnect,
    is_pooled: bool,
}

impl Dialer {
    pub(super) fn new(mut config: Config, tls: &Tls) -> Self {
        config.ssl_mode(tls.driver_mode());
        Self { config, tls: tls.connector(), is_pooled: false }
    }

    /// The same way, where a pooler stands on it.
    pub(super) fn pooled(self) -> Self {
        Self { is_pooled: true, ..self }
    }

    pub(super) fn is_pooled(&self) -> bool {
        self.is_pooled
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
    pub(super) async fn dial(&self) -> Result<(Client, Dialed), Error> {
        let (client, driver, _) = self.dial_shared().await?;
        Ok((client, driver))
    }

    async fn dial_shared(&self) -> Result<(Client, Dialed, Shared), Error> {
        let unreachable = |error: io::Error| Error::Unavailable(Cause::Io(error));
        let (stream, host) = self.stream().await.map_err(unreachable)?;
        let tls = MakeTlsConnect::<AnyStream>::make_tls_connect(&mut self.tls.clone(), host);
        let tls = tls.map_err(|error| unreachable(io::Error::other(error)))?;
        let shared = Shared::new(stream);
        let login = self.config.connect_raw(shared.for_driver(), Encrypting(tls));
        let (client, driver) = match timeout(LOGIN_TIMEOUT, login).await {
            Ok(Ok(dialed)) => dialed,
            Ok(Err(error)) if tls::is_refused_certificate(&error) => {
                return Err(Error::Certificate(error));
            }
            Ok(Err(error)) => return Err(Error::Unavailable(Cause::Driver(error))),
            Err(_) => return Err(unreachable(io::ErrorKind::TimedOut.into())),
        };
        Ok((client, driver, shared))
    }
}

/// A connection whose bytes somebody has to move.
pub(super) type Dialed = Driver<DriverEnd, EncryptedEnd>;

/// An open connection. Dropped, it takes leave of the server once all answers are in.
pub(super) struct Connection {
    /// Before the client: the driver takes leave when that is dropped, and needs the stream.
    exchange: Exchange,
    client: Client,
    driver: AbortHandle,
    born: Instant,
}

impl Connection {
    /// The driver's client.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Its exchanges. To be used while nothing of the client's is under way.
    pub(super) fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Whether it was lost. To be asked while nothing is under way.
    pub(super) fn is_closed(&mut self) -> bool {
        self.client.is_closed() || self.exchange.is_lost()
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
    let (client, driver, shared) = dialer.dial_shared().await?;
    let driver = tokio::spawn(async move {
        if let Err(error) = driver.await {
            tracing::debug!(error = %Chain(&error), "a database connection ended");
        }
    });
    let (driver, exchange) = (driver.abort_handle(), Exchange::new(shared));
    Ok(Connection { client, exchange, driver, born: Instant::now() })
}
