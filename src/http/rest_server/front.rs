//! Where requests come in: a port, or a socket in the file system.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::PathBuf;

use axum::Router;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::http::accepting::RawTargets;
use crate::rest::standalone::Listen;

/// An address that is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Front {
    /// A port.
    Port(SocketAddr),
    /// A socket.
    Socket(PathBuf),
}

/// The listener of an address.
#[derive(Debug)]
pub struct Entry {
    front: Front,
    listener: Listener,
}

#[derive(Debug)]
enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Entry {
    /// Listens.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub async fn open(place: &Listen) -> std::io::Result<Self> {
        match place {
            Listen::Port { host, port } => Self::of(TcpListener::bind((name(host), *port)).await?),
            Listen::Socket { path, mode } => {
                // A socket that a process left behind when it was killed can't be listened on.
                let is_socket = std::fs::metadata(path).is_ok_and(|at| at.file_type().is_socket());
                if is_socket && UnixStream::connect(path).await.is_err() {
                    std::fs::remove_file(path)?;
                }
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(*mode))?;
                Ok(Self { front: Front::Socket(path.into()), listener: Listener::Unix(listener) })
            }
        }
    }

    /// A port that is listened on already.
    ///
    /// # Errors
    /// When its address can't be told.
    pub fn of(listener: TcpListener) -> std::io::Result<Self> {
        let front = Front::Port(listener.local_addr()?);
        Ok(Self { front, listener: Listener::Tcp(listener) })
    }

    /// What is listened on.
    pub fn front(&self) -> &Front {
        &self.front
    }

    pub(super) async fn serve(
        self,
        router: Router,
        stop: CancellationToken,
    ) -> std::io::Result<()> {
        let stopped = stop.cancelled_owned();
        let served = match self.listener {
            Listener::Tcp(tcp) => {
                axum::serve(RawTargets(tcp), router).with_graceful_shutdown(stopped).await
            }
            Listener::Unix(unix) => {
                axum::serve(RawTargets(unix), router).with_graceful_shutdown(stopped).await
            }
        };
        if let Front::Socket(path) = &self.front {
            let _ = std::fs::remove_file(path);
        }
        served
    }
}

/// A host by PostgREST's short names of every address.
fn name(host: &str) -> &str {
    match host {
        "!4" | "*4" | "*" => "0.0.0.0",
        "!6" | "*6" => "::",
        host => host,
    }
}

impl Front {
    /// Whether somebody listens there.
    pub async fn is_open(&self) -> bool {
        match self {
            Self::Socket(path) => UnixStream::connect(path).await.is_ok(),
            Self::Port(address) => {
                let ip = match address.ip() {
                    IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                    IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
                    ip => ip,
                };
                TcpStream::connect((ip, address.port())).await.is_ok()
            }
        }
    }
}

impl std::fmt::Display for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Port(address) => write!(f, "{address}"),
            Self::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}
