//! A wire to Postgres that is listened to: what the program sends for one request, so that a
//! baseline sends the very same.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, ensure};
use souk::db::ClusterConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A statement as it was sent: on which connection, its text, and its parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) connection: usize,
    pub(crate) text: String,
    pub(crate) params: Vec<String>,
}

/// A wire that remembers.
pub(crate) struct Tap {
    /// The cluster, by way of this wire.
    pub(crate) config: ClusterConfig,
    heard: Arc<Mutex<Vec<Sent>>>,
}

impl Tap {
    pub(crate) async fn new(config: &ClusterConfig) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let server = format!("{}:{}", config.host, config.port);
        let heard = Arc::<Mutex<Vec<Sent>>>::default();
        let ear = Arc::clone(&heard);
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((client, _)) = listener.accept().await {
                connection += 1;
                let Ok(upstream) = TcpStream::connect(&server).await else { continue };
                let (from_client, mut to_client) = client.into_split();
                let (mut from_server, to_server) = upstream.into_split();
                let heard = Arc::clone(&ear);
                tokio::spawn(listen(connection, from_client, to_server, heard));
                tokio::spawn(async move {
                    let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
                });
            }
        });
        Ok(Self { config: ClusterConfig { port, ..config.clone() }, heard })
    }

    /// What was sent since the last time.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn listen(
    connection: usize,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    heard: Arc<Mutex<Vec<Sent>>>,
) {
    // The first message has no letter before its length.
    let mut letter = None;
    let mut parsed = String::new();
    while let Ok(message) = read(&mut from, letter.is_some()).await {
        letter = Some(message[0]);
        let sent = match message[0] {
            b'P' => {
                // The statement's name, which is empty, then its text.
                parsed = text(&message[6..]);
                None
            }
            b'B' => params(&message[5..]).ok().map(|params| Sent {
                connection,
                text: std::mem::take(&mut parsed),
                params,
            }),
            b'Q' => Some(Sent { connection, text: text(&message[5..]), params: Vec::new() }),
            _ => None,
        };
        heard.lock().unwrap_or_else(PoisonError::into_inner).extend(sent);
        if to.write_all(&message).await.is_err() {
            return;
        }
    }
}

async fn read(from: &mut OwnedReadHalf, has_letter: bool) -> anyhow::Result<Vec<u8>> {
    let start = if has_letter { 5 } else { 4 };
    let mut message = vec![0; start];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes(message[start - 4..].try_into()?) as usize;
    message.resize(start + length - 4, 0);
    from.read_exact(&mut message[start..]).await?;
    Ok(message)
}

/// Text up to its zero byte.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The values of a Bind message, after the names of its portal and statement, which are empty.
fn params(bytes: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut at = 2;
    let mut take = |count: usize| {
        let taken = bytes.get(at..at + count);
        at += count;
        taken.context("a message that is cut")
    };
    let formats = u16::from_be_bytes(take(2)?.try_into()?);
    take(usize::from(formats) * 2)?;
    let count = u16::from_be_bytes(take(2)?.try_into()?);
    let mut values = Vec::new();
    for _ in 0..count {
        let length = i32::from_be_bytes(take(4)?.try_into()?);
        ensure!(length >= 0, "a null among the parameters");
        values.push(String::from_utf8(take(usize::try_from(length)?)?.to_vec())?);
    }
    Ok(values)
}
