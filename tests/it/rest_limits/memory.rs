//! Memory: however many large answers are asked for at once, and however slowly they are read, the
//! process holds no more of them than its connections may; and a body is read without becoming many
//! times as large.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Large answers, each near the 32 MB that one may have, and connections to the database.
const ASKED: usize = 40;
const BYTES: usize = 30 << 20;
const SLOTS: usize = 2;
const LIMIT: usize = 32 << 20;
/// A large body.
const SENT: usize = 6 << 20;

/// `souk rest` in a process of its own, whose memory is its own.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    async fn start(uri: &str) -> Self {
        let port = crate::hosted::free_port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_souk"));
        command.args(["rest", "--db-uri", uri, "--db-schemas", "shop", "--db-anon-role", "anon"]);
        command.args(["--db-pool", &SLOTS.to_string(), "--port", &port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { child: command.spawn().unwrap(), port };
        for _ in 0..400 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("souk rest does not listen");
    }

    /// The most memory that the process ever had.
    fn most_bytes(&self) -> usize {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(path).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
    }

    /// Sends a body to where there is no table, so that it is read and nothing more; the status.
    async fn send(&self, kind: &str, body: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let head = format!(
            "POST /nosuch?columns=a HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {kind}\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).await.unwrap();
        String::from_utf8_lossy(&begin[9..12]).parse().unwrap()
    }

    /// Asks for a large answer and reads no more than how it begins.
    async fn ask(&self, bytes: usize) -> (u16, TcpStream) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let request = format!(
            "GET /rpc/large?bytes={bytes} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).await.unwrap();
        let status = String::from_utf8_lossy(&begin[9..12]).parse().unwrap();
        (status, stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn memory_is_bounded_by_the_limit_of_an_answer_and_the_connections() {
    let database = crate::support::rest_database().await;
    let client = database.client().await;
    let function = "create function shop.large(bytes int) returns text language sql stable
                    set statement_timeout = '60s' as $$ select repeat('x', bytes) $$;
                    grant execute on function shop.large to anon";
    client.batch_execute(function).await.unwrap();
    let server = Server::start(&database.uri).await;
    assert_eq!(server.ask(10).await.0, 200);
    let idle = server.most_bytes();

    let asked = futures_util::future::join_all((0..ASKED).map(|_| server.ask(BYTES))).await;
    let served = asked.iter().filter(|(status, _)| *status == 200).count();
    // No room, or no connection in time.
    let refused = asked.iter().filter(|(status, _)| matches!(status, 503 | 504)).count();
    assert_eq!(served + refused, ASKED, "{asked:?}");
    assert!(served >= SLOTS, "{served} were served");
    let grown = server.most_bytes() - idle;
    // The driver's buffer, which grows by doubling, and the copy that is sent: for each connection,
    // and the copies that are being read.
    let bound = LIMIT * SLOTS * 4;
    println!("{served} served, {refused} refused; {} MB at the most", grown >> 20);
    assert!(grown <= bound, "{} MB", grown >> 20);
    // The control: all of them together would be far more, and they are as large as was asked for.
    assert!(ASKED * BYTES > bound * 4);

    // Readers that go away make room, and those who read get all of it.
    drop(asked);
    for _ in 0..200 {
        let (status, mut stream) = server.ask(BYTES).await;
        if status == 200 {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.unwrap();
            let body = rest.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            assert_eq!(rest.len() - body, BYTES + 2, "all of it, in quotes");
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the room was not given back");
}

#[tokio::test]
async fn a_body_takes_a_few_times_its_size_whatever_it_is_made_of() {
    let database = crate::support::rest_database().await;
    let table = "a\n".to_owned() + &"1\n".repeat(SENT / 2);
    let letters = r#"["\u0041""#.to_owned() + &",0".repeat(SENT / 2) + "]";
    let keys = r#"[{"a":"\u0041"}"#.to_owned() + &r#",{"a":{"a":0}}"#.repeat(SENT / 14) + "]";
    let commas = "a\n".to_owned() + &",".repeat(SENT);
    let fields = "a&".repeat(SENT / 2);
    for (kind, body, status) in [
        ("text/csv", table, 404),
        ("text/csv", commas, 400),
        ("application/json", letters, 404),
        ("application/json", keys, 404),
        ("application/x-www-form-urlencoded", fields, 400),
    ] {
        let server = Server::start(&database.uri).await;
        assert_eq!(server.send(kind, b"{}").await, 404);
        let idle = server.most_bytes();
        assert_eq!(server.send(kind, body.as_bytes()).await, status, "{kind}");
        let grown = server.most_bytes() - idle;
        println!("{kind} of {} MB: {} MB at the most", body.len() >> 20, grown >> 20);
        assert!(grown <= SENT * 12, "{kind}: {} MB", grown >> 20);
    }
}
