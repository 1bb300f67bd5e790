//! Where requests come in: a port, or a socket in the file system.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

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
                let listener = bind(Path::new(path), *mode)?;
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

/// Listens on a socket that nobody reaches before it has its mode: it is made in a folder of ours
/// beside its place, and then put there.
fn bind(path: &Path, mode: u32) -> std::io::Result<UnixListener> {
    if path.symlink_metadata().is_ok() {
        return Err(std::io::ErrorKind::AddrInUse.into());
    }
    // Short, because the path of a socket may not be long.
    let name = format!(".{:06x}", rand::random::<u32>() >> 8);
    let beside = path.parent().unwrap_or(Path::new("")).join(name);
    std::fs::DirBuilder::new().mode(0o700).create(&beside)?;
    let made = beside.join("s");
    let listening = UnixListener::bind(&made).and_then(|listener| {
        std::fs::set_permissions(&made, std::fs::Permissions::from_mode(mode))?;
        std::fs::rename(&made, path)?;
        Ok(listener)
    });
    if listening.is_err() {
        let _ = std::fs::remove_file(&made);
    }
    let _ = std::fs::remove_dir(&beside);
    listening
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_has_its_mode_from_the_beginning() {
        let folder = std::env::temp_dir().join(format!("souk-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("a.sock");
        let stop = std::sync::atomic::AtomicBool::new(false);
        let modes = std::thread::scope(|threads| {
            let watching = threads.spawn(|| {
                let mut modes = std::collections::BTreeSet::new();
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let found = std::fs::metadata(&path);
                    modes.extend(found.map(|found| found.permissions().mode() & 0o777));
                }
                modes
            });
            for _ in 0..2_000 {
                drop(bind(&path, 0o600).unwrap());
                std::fs::remove_file(&path).unwrap();
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            watching.join().unwrap()
        });
        assert_eq!(modes.into_iter().collect::<Vec<_>>(), [0o600]);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing is left beside it");
        std::fs::write(&path, "a file").unwrap();
        assert!(bind(&path, 0o600).is_err(), "what is there is not replaced");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a file");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
