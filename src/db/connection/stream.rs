//! A way for bytes to the server, before anything is said on it.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_postgres::config::Host;

use super::Dialer;

/// How long opening one may take, for each host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes to and from a server, by TCP or a local socket, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// A stream of whatever kind.
pub(super) struct AnyStream(Box<dyn Stream>);

impl AnyStream {
    pub(super) fn new(stream: impl Stream) -> Self {
        Self(Box::new(stream))
    }
}

impl AsyncRead for AnyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for AnyStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl Dialer {
    /// A stream to the first host that takes one, and the name that its certificate is to show.
    pub(super) async fn stream(&self) -> io::Result<(AnyStream, &str)> {
        let (hosts, addresses) = (self.config.get_hosts(), self.config.get_hostaddrs());
        let ports = self.config.get_ports();
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        for nth in 0..hosts.len().max(addresses.len()) {
            let port = ports.get(nth).or(ports.first()).copied().unwrap_or(5432);
            let (host, address) = (hosts.get(nth), addresses.get(nth).copied());
            match timeout(CONNECT_TIMEOUT, open(host, address, port)).await {
                Ok(Ok(stream)) => return Ok((stream, host.map_or("", name))),
                Ok(Err(error)) => failure = error,
                Err(_) => failure = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(failure)
    }
}

/// The address counts before the host: it was looked up by somebody else.
async fn open(host: Option<&Host>, address: Option<IpAddr>, port: u16) -> io::Result<AnyStream> {
    let stream = match (address, host) {
        (Some(address), _) => TcpStream::connect((address, port)).await?,
        (None, Some(Host::Tcp(name))) => TcpStream::connect((name.as_str(), port)).await?,
        (None, Some(Host::Unix(folder))) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            return Ok(AnyStream::new(UnixStream::connect(socket).await?));
        }
        (None, None) => return Err(io::ErrorKind::NotFound.into()),
    };
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_keepalive(true)?;
    Ok(AnyStream::new(stream))
}

fn name(host: &Host) -> &str {
    match host {
        Host::Tcp(name) => name,
        Host::Unix(_) => "",
    }
}
