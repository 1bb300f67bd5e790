//! One connection: the driver's client, and the task that moves its bytes.

use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls};

use super::Error;

/// How long a connection attempt may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens a connection as `login`, its application name showing what it is for.
///
/// # Errors
/// [`Error::Unavailable`] when the server can't be reached or refuses the login.
pub(super) async fn open(config: &Config) -> Result<Client, Error> {
    let mut config = config.clone();
    config.connect_timeout(CONNECT_TIMEOUT);
    let (client, connection) = config.connect(NoTls).await.map_err(Error::Unavailable)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a database connection ended");
        }
    });
    Ok(client)
}
