//! Cancelling what a connection is doing, by another one that goes the same way.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::MakeTlsConnect;

use super::Dialer;

/// What fits between the driver and a stream of ours.
const PIPE_BYTES: usize = 4_096;

/// The wish that a connection's statement ends.
pub(in crate::db) struct Canceller<'d> {
    dialer: &'d Dialer,
    token: CancelToken,
}

impl<'d> Canceller<'d> {
    pub(super) fn new(dialer: &'d Dialer, token: CancelToken) -> Self {
        Self { dialer, token }
    }

    /// Asks for it, and waits until the server has closed the way on which it was asked: by then
    /// it has passed the wish on, and what is sent afterwards can't be hit by it.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub(in crate::db) async fn cancel(&self) -> io::Result<()> {
        let (stream, host) = self.dialer.stream().await?;
        let (mut from_server, mut to_server) = tokio::io::split(stream);
        // The driver closes its end at once; ours stays open until the server's end is closed.
        let (driver, ours) = tokio::io::duplex(PIPE_BYTES);
        let (mut from_driver, mut to_driver) = tokio::io::split(ours);
        let mut tls = self.dialer.tls.clone();
        let tls = MakeTlsConnect::<DuplexStream>::make_tls_connect(&mut tls, host)
            .map_err(io::Error::other)?;
        let forth = async {
            // A server that has heard enough may have closed already.
            let _ = tokio::io::copy(&mut from_driver, &mut to_server).await;
            let _ = to_server.shutdown().await;
        };
        let back = async {
            let mut bytes = [0; PIPE_BYTES];
            while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                let _ = to_driver.write_all(&bytes[..count]).await;
            }
            let _ = to_driver.shutdown().await;
        };
        let (asked, (), ()) = tokio::join!(self.token.cancel_query_raw(driver, tls), forth, back);
        asked.map_err(io::Error::other)
    }
}
