//! A wire to Postgres that is cut at a chosen statement: what the server sees of a process that is
//! killed there. Every statement of every connection counts, begin and commit included.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use souk::db::ClusterConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// On which side of the statement the wire is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The server never hears of it.
    Before,
    /// The server has done it, and the answer is lost.
    After,
}

/// A wire with a cut to come. All connections through it end with it.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) config: ClusterConfig,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    side: Side,
    at: usize,
    count: AtomicUsize,
    is_cut: AtomicBool,
    cut: Notify,
}

impl Wire {
    /// A wire to the cluster that is cut at the `at`th statement, from 1.
    pub(crate) async fn new(config: &ClusterConfig, side: Side, at: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (count, is_cut) = (AtomicUsize::new(0), AtomicBool::new(false));
        let state = Arc::new(State { side, at, count, is_cut, cut: Notify::new() });
        let server = format!("{}:{}", config.host, config.port);
        tokio::spawn(serve(listener, server, Arc::clone(&state)));
        Self { config: ClusterConfig { port, ..config.clone() }, state }
    }

    /// Whether it came to the cut.
    pub(crate) fn is_cut(&self) -> bool {
        self.state.is_cut.load(Ordering::SeqCst)
    }
}

impl State {
    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        self.cut.notify_waiters();
    }
}

async fn serve(listener: TcpListener, server: String, state: Arc<State>) {
    while let Ok((client, _)) = listener.accept().await {
        if state.is_cut.load(Ordering::SeqCst) {
            continue;
        }
        let server = TcpStream::connect(&server).await.unwrap();
        // Small messages, one answer each: without this every statement takes 40 ms.
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let asked = Arc::new(Asked::default());
            tokio::select! {
                () = state.cut.notified() => {}
                () = requests(from_client, to_server, &state, &asked) => {}
                () = answers(from_server, to_client, &state, &asked) => {}
            }
        });
    }
}

/// What one connection has asked and not been answered.
#[derive(Debug, Default)]
struct Asked {
    open: AtomicUsize,
    /// The statement of the cut is among them.
    is_last: AtomicBool,
}

/// Passes on what the client sends, up to the cut.
async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &State, asked: &Asked) {
    let mut is_started = false;
    while let Some(message) = read(&mut from, is_started).await {
        is_started = true;
        if matches!(message[0], b'Q' | b'S') {
            let count = state.count.fetch_add(1, Ordering::SeqCst) + 1;
            if count == state.at && state.side == Side::Before {
                return state.cut();
            }
            asked.open.fetch_add(1, Ordering::SeqCst);
            asked.is_last.store(count == state.at, Ordering::SeqCst);
        }
        if to.write_all(&message).await.is_err() {
            return;
        }
        if asked.is_last.load(Ordering::SeqCst) {
            // The answer cuts the wire; nothing more is sent.
            return std::future::pending().await;
        }
    }
}

/// Passes on what the server answers, but for the answer that is lost.
async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &State, asked: &Asked) {
    let mut is_open = false;
    while let Some(message) = read(&mut from, true).await {
        if message[0] == b'Z' {
            // The first one ends the log-in.
            let open = if is_open { asked.open.fetch_sub(1, Ordering::SeqCst) - 1 } else { 1 };
            is_open = true;
            if open == 0 && asked.is_last.load(Ordering::SeqCst) {
                return state.cut();
            }
        }
        if !asked.is_last.load(Ordering::SeqCst) && to.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// One message of the protocol; the first one of a client has no letter before its length.
pub(crate) async fn read(from: &mut OwnedReadHalf, has_letter: bool) -> Option<Vec<u8>> {
    let start = if has_letter { 5 } else { 4 };
    let mut message = vec![0; start];
    from.read_exact(&mut message).await.ok()?;
    let length = u32::from_be_bytes(message[start - 4..].try_into().ok()?) as usize;
    message.resize(start + length - 4, 0);
    from.read_exact(&mut message[start..]).await.ok()?;
    Some(message)
}
