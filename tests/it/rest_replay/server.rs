//! `souk rest` as a program, and a client that sends what no other client would.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::exchange::{Answer, Exchange};
use super::tokens::SECRET;
use crate::support::program::{Program, Setup};

pub(super) struct Server {
    program: Program,
    address: String,
}

impl Server {
    /// Starts the program on the database, set up as the recordings were under this name.
    pub(super) fn start(uri: &str, name: &str) -> Self {
        let program = setup(uri, name).start();
        Self { address: program.address(), program }
    }

    pub(super) fn stop(self) {
        assert_eq!(self.program.end(), Some(0));
    }

    pub(super) async fn send(&self, exchange: &Exchange) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(&request(exchange)).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        answer(&bytes)
    }
}

/// One configuration is said by flags, one by variables, one in a file, and the others by a bit of
/// each.
fn setup(uri: &str, name: &str) -> Setup {
    let mut target: tokio_postgres::Config = uri.parse().unwrap();
    target.user("authenticator").password("souk-replay");
    let tokio_postgres::config::Host::Tcp(host) = &target.get_hosts()[0] else {
        panic!("the database is reached over TCP")
    };
    let (port, database) = (target.get_ports()[0], target.get_dbname().unwrap());
    let uri = format!("postgres://authenticator:souk-replay@{host}:{port}/{database}");
    let mut said = vec![
        ("db-uri", uri.as_str()),
        ("db-schemas", "shop,other"),
        ("db-extra-search-path", "private"),
        ("db-pool", "2"),
        ("jwt-secret", SECRET),
    ];
    if name != "no-anon" {
        said.push(("db-anon-role", "anon"));
    }
    said.extend_from_slice(match name {
        "aggregates" => &[("db-aggregates-enabled", "true")],
        "max-rows" => &[("db-max-rows", "10")],
        "tx-override" => &[("db-tx-end", "commit-allow-override")],
        "pre-request" => &[("db-pre-request", "private.check_request")],
        "aud" => &[("jwt-aud", "souk"), ("jwt-role-claim-key", ".app.role")],
        _ => &[],
    });
    let mut setup = Setup::default();
    for (place, (setting, value)) in said.into_iter().enumerate() {
        let way = match name {
            "defaults" => 0,
            "aggregates" => 1,
            "max-rows" => 2,
            _ => place % 3,
        };
        setup = match way {
            0 => setup.flag(setting, value),
            1 => {
                let variable = setting.to_ascii_uppercase().replace('-', "_");
                setup.variable(&format!("PGRST_{variable}"), value)
            }
            _ => setup.line(setting, value),
        };
    }
    setup
}

/// The bytes of a request: letters beyond ASCII, blanks and the like are encoded in a target, the
/// rest goes as it stands, `->` and `"` as well.
fn request(exchange: &Exchange) -> Vec<u8> {
    let mut target = String::new();
    for byte in exchange.path.bytes() {
        if byte.is_ascii_alphanumeric() || b"%/?:@!$&'()*+,;=-._~[]#\"<>".contains(&byte) {
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
