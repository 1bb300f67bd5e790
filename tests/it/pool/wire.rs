//! What goes over the wire for one request, and when.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use souk::db::{Cluster, ClusterConfig};
use souk::rest::{Plane, Request, Settings};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::support::World;
use crate::support::cut::read;
use crate::support::desk::{self, Desk, get};

const QUERY: u8 = b'Q';
const SYNC: u8 = b'S';

/// A wire that writes down what is sent, and holds answers back until a transaction's end is sent:
/// the sync of a batch, or the statement that ends what a question of its own has begun.
struct Tap {
    config: ClusterConfig,
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    texts: Mutex<Vec<String>>,
    /// Whether answers are held back.
    holds: AtomicBool,
    /// Whether a transaction has begun and its end was not sent.
    is_open: AtomicBool,
    /// Whether it was begun by a question of its own.
    is_asked: AtomicBool,
    ended: Notify,
}

impl Heard {
    fn note(&self, letter: u8, text: &str) {
        let is_end = match letter {
            SYNC => !self.is_asked.load(SeqCst),
            _ => letter == QUERY && ["commit", "rollback"].contains(&text),
        };
        if letter == QUERY {
            self.is_asked.store(!is_end, SeqCst);
        }
        if is_end || letter != SYNC {
            self.is_open.store(!is_end && self.holds.load(SeqCst), SeqCst);
            self.ended.notify_waiters();
        }
        self.texts.lock().unwrap().push(text.to_owned());
    }

    async fn wait_for_end(&self) {
        loop {
            let ended = self.ended.notified();
            if !self.is_open.load(SeqCst) {
                return;
            }
            ended.await;
        }
    }

    fn hold(&self) {
        self.holds.store(true, SeqCst);
    }

    /// What was sent since the last time.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.texts.lock().unwrap())
    }
}

impl Tap {
    async fn new(config: &ClusterConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Heard::default());
        tokio::spawn(serve(listener, format!("{}:{}", config.host, config.port), heard.clone()));
        Self { config: ClusterConfig { port, slots: 1, ..config.clone() }, heard }
    }
}

async fn serve(listener: TcpListener, server: String, heard: Arc<Heard>) {
    while let Ok((client, _)) = listener.accept().await {
        let server = TcpStream::connect(&server).await.unwrap();
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let answers_heard = heard.clone();
        tokio::spawn(async move {
            while let Some(message) = read(&mut from_server, true).await {
                answers_heard.wait_for_end().await;
                if to_client.write_all(&message).await.is_err() {
                    return;
                }
            }
        });
        let heard = heard.clone();
        tokio::spawn(async move {
            let mut has_letter = false;
            while let Some(message) = read(&mut from_client, has_letter).await {
                if has_letter && let Some(text) = text_of(&message) {
                    heard.note(message[0], &text);
                }
                has_letter = true;
                to_server.write_all(&message).await.unwrap();
            }
        });
    }
}

/// The statement of a message that has one: a query, or one to be parsed, which has a name first.
/// Of a sync, that it is one.
fn text_of(message: &[u8]) -> Option<String> {
    let body = message.get(5..)?;
    let body = match message[0] {
        SYNC => return Some("sync".to_owned()),
        QUERY => body,
        b'P' => &body[body.iter().position(|byte| *byte == 0)? + 1..],
        _ => return None,
    };
    let end = body.iter().position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(&body[..end]).into_owned())
}

/// What each text is about.
fn kinds(texts: &[String]) -> Vec<&str> {
    let kind = |text: &String| match text.as_str() {
        "begin" => "begin",
        "sync" => "sync",
        "rollback" => "rollback",
        text if text.starts_with("set constraints") => "constraints",
        text if text.contains("shared.enter(") && text.contains("transaction_read_only") => {
            "enter read only"
        }
        text if text.contains("shared.enter(") => "enter",
        text if text.starts_with("explain") => "explain",
        _ => "statement",
    };
    texts.iter().map(kind).collect()
}

#[tokio::test]
async fn a_request_is_sent_whole_and_in_order_before_any_answer() {
    let world = World::new().await;
    let store = desk::stores(&world, 1).await.remove(0);
    let tap = Tap::new(&world.database.config).await;
    let settings = Settings { rollback_allowed: true, ..Settings::default() };
    let desk = Desk { plane: Plane::new(Cluster::new(tap.config.clone()), settings) };
    let ask = async |request: Request| {
        let answer = tokio::time::timeout(Duration::from_secs(20), desk.send(&store, &request));
        answer.await.expect("the answers come, so the end was sent without them")
    };
    let plain = |request: Request| Request { headers: Vec::new(), ..request };
    let prefers = |request: Request, what: &str| Request {
        headers: vec![("prefer".to_owned(), what.to_owned())],
        ..request
    };
    let shaped = plain(get("/products", "select=name"));
    // The shape is read first, statement by statement.
    assert_eq!(ask(shaped.clone()).await.0, 200);
    tap.heard.hold();
    for (request, status, expected) in [
        (shaped.clone(), 200, vec!["enter read only", "statement", "sync"]),
        (
            prefers(shaped.clone(), "count=planned"),
            200,
            vec!["enter read only", "explain", "statement", "sync"],
        ),
        (
            Request {
                method: "POST".to_owned(),
                path: "/rpc/nap".to_owned(),
                body: br#"{"seconds":0}"#.to_vec().into(),
                ..Request::default()
            },
            200,
            vec!["enter", "statement", "sync"],
        ),
        (
            Request {
                method: "POST".to_owned(),
                path: "/rpc/nap".to_owned(),
                body: br#"{"seconds":0}"#.to_vec().into(),
                headers: vec![("prefer".to_owned(), "tx=rollback".to_owned())],
                ..Request::default()
            },
            200,
            vec!["begin", "enter", "statement", "constraints", "rollback", "sync"],
        ),
        // One that fails is sent as whole as one that does not.
        (plain(get("/products", "id=eq.x")), 400, vec!["enter read only", "statement", "sync"]),
    ] {
        tap.heard.take();
        let (answered, body) = ask(request).await;
        assert_eq!(answered, status, "{body}");
        assert_eq!(kinds(&tap.heard.take()), expected);
    }
}

/// The control: statements that are awaited one by one never see the end of such a transaction.
#[tokio::test]
async fn a_transaction_that_waits_for_its_answers_is_noticed() {
    let world = World::new().await;
    let store = desk::stores(&world, 1).await.remove(0);
    let tap = Tap::new(&world.database.config).await;
    tap.heard.hold();
    let cluster = Cluster::new(tap.config.clone());
    let verb = cluster.store_tx(store.reference(), "{}", async |_| Ok::<_, souk::db::Error>(()));
    assert!(tokio::time::timeout(Duration::from_millis(500), verb).await.is_err());
}
