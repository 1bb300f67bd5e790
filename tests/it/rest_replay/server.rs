//! The plane alone on a port, and a client that sends what no other client would.

use std::sync::Arc;

use souk::http::rest_server;
use souk::rest::standalone::{Config, Standalone};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::exchange::{Answer, Exchange};
use super::tokens::SECRET;

pub(super) struct Server {
    port: u16,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Starts the plane on the database, set up as the recordings were under this name.
    pub(super) async fn start(uri: &str, name: &str) -> Self {
        let plane = Arc::new(Standalone::open(&config(uri, name)).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = CancellationToken::new();
        let task = tokio::spawn(rest_server::serve(plane, listener, stop.clone()));
        Self { port, stop, task }
    }

    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }

    pub(super) async fn send(&self, exchange: &Exchange) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(&request(exchange)).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        answer(&bytes)
    }
}

fn config(uri: &str, name: &str) -> Config {
    let mut target: tokio_postgres::Config = uri.parse().unwrap();
    target.user("authenticator").password("souk-replay");
    let tokio_postgres::config::Host::Tcp(host) = &target.get_hosts()[0] else {
        panic!("the database is reached over TCP")
    };
    let (port, database) = (target.get_ports()[0], target.get_dbname().unwrap());
    let some = |text: &str| Some(text.to_owned());
    let mut config = Config {
        db_uri: format!("postgres://authenticator:souk-replay@{host}:{port}/{database}"),
        db_schemas: "shop,other".to_owned(),
        db_extra_search_path: some("private"),
        db_anon_role: some("anon"),
        db_pool: Some(2),
        jwt_secret: some(SECRET),
        ..Config::default()
    };
    match name {
        "aggregates" => config.db_aggregates_enabled = true,
        "max-rows" => config.db_max_rows = Some(10),
        "tx-override" => config.db_tx_end = some("commit-allow-override"),
        "pre-request" => config.db_pre_request = some("private.check_request"),
        "no-anon" => config.db_anon_role = None,
        "aud" => {
            config.jwt_aud = some("souk");
            config.jwt_role_claim_key = some(".app.role");
        }
        _ => {}
    }
    config
}

/// The bytes of a request: what is illegal in a target is encoded, the rest goes as it stands.
fn request(exchange: &Exchange) -> Vec<u8> {
    let mut target = String::new();
    for byte in exchange.path.bytes() {
        if byte.is_ascii_alphanumeric() || b"%/?:@!$&'()*+,;=-._~[]#".contains(&byte) {
            target.push(char::from(byte));
        } else {
            target.push_str(&format!("%{byte:02X}"));
        }
    }
    let mut headers = exchange.headers();
    if headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("host")) {
        headers.push(("Host".to_owned(), "127.0.0.1".to_owned()));
    }
    headers.push(("Connection".to_owned(), "close".to_owned()));
    let body = exchange.body();
    if body.is_some() || matches!(exchange.method.as_str(), "POST" | "PUT" | "PATCH") {
        let length = body.as_ref().map_or(0, Vec::len);
        headers.push(("Content-Length".to_owned(), length.to_string()));
    }
    let mut bytes = format!("{} {target} HTTP/1.1\r\n", exchange.method).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend(body.unwrap_or_default());
    bytes
}

fn answer(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an HTTP answer");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Answer { status: status.parse().unwrap(), headers, body: bytes[end + 4..].to_vec() }
}
