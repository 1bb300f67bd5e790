//! A body that is too large is refused without being held, at every door.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Dev, Folder, command, free_port};

const MB: usize = 1024 * 1024;
/// What a refused body may cost: the reader's own buffers, and what comes with any request.
const SLACK_MB: usize = 12;
/// An import's file is held up to its limit, in a buffer that doubles as it grows.
const HELD_MB: usize = 2 * 20;

/// The most memory that a process has had since it was last asked, in MB.
struct Meter(u32);

impl Meter {
    fn value(&self, name: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
    }

    /// How much more than before `work` the process has had at any moment of it.
    fn rise(&self, work: impl FnOnce()) -> usize {
        fs::write(format!("/proc/{}/clear_refs", self.0), "5").unwrap();
        let before = self.value("VmRSS");
        work();
        self.value("VmHWM").saturating_sub(before)
    }
}

struct Door<'a> {
    port: u16,
    headers: &'a str,
}

impl Door<'_> {
    /// Sends a body in chunks until the other side has heard enough; answers its status line.
    fn send(&self, path: &str, size: usize, is_announced: bool) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let length = match is_announced {
            true => format!("content-length: {size}"),
            false => "transfer-encoding: chunked".to_owned(),
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{}{length}\r\n\r\n",
            self.headers
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut reader = stream.try_clone().unwrap();
        let answer = std::thread::spawn(move || {
            let mut answer = [0; 64];
            let read = reader.read(&mut answer).unwrap_or(0);
            String::from_utf8_lossy(&answer[..read]).into_owned()
        });
        let rows = [vec![b'x'; 1023], b"\n".to_vec()].concat().repeat(1024);
        let mut sent = 0;
        while sent < size && !answer.is_finished() {
            let some = &rows[..rows.len().min(size - sent)];
            let chunk = match is_announced {
                true => some.to_vec(),
                false => [format!("{:x}\r\n", some.len()).as_bytes(), some, b"\r\n"].concat(),
            };
            if stream.write_all(&chunk).is_err() {
                break;
            }
            sent += some.len();
        }
        let _ = stream.write_all(if is_announced { b"" } else { b"0\r\n\r\n" });
        let answer = answer.join().unwrap();
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_are_refused_without_being_held() {
    let folder = Folder::new();
    let port = free_port();
    // What was held and given back goes to the system at once, so that the next one is seen.
    let mut command = command(&folder.0, port);
    command.env("MALLOC_MMAP_THRESHOLD_", "65536").env("MALLOC_TRIM_THRESHOLD_", "65536");
    let dev = Dev::greeted(command.spawn().unwrap(), 6);
    let (key, url) = (dev.value("Publishable key").to_owned(), format!("http://127.0.0.1:{port}"));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async |path: &str, token: &str, body: Value| {
        let request = http.post(format!("{url}{path}")).header("apikey", &key).json(&body);
        request.bearer_auth(token).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let ada = json!({ "email": "ada@example.com", "password": "a-good-password-1" });
    let session = post("/auth/v1/signup", &key, ada).await;
    let token = session["access_token"].as_str().unwrap();
    post("/v1/stores", token, json!({ "name": "Acme", "slug": "acme" })).await;

    let headers = format!("apikey: {key}\r\nauthorization: Bearer {token}\r\n");
    let json = format!("{headers}content-type: application/json\r\n");
    let csv = format!("{headers}content-type: text/csv\r\n");
    let (json, csv) = (Door { port, headers: &json }, Door { port, headers: &csv });
    let import = "/v1/stores/acme/products/import";
    let meter = Meter(dev.child.id());
    // Buffers that any request makes are there by now.
    for door in [&json, &csv] {
        door.send(import, 1000, false);
    }
    for (door, path) in [
        (&json, "/v1/stores"),
        (&json, "/auth/v1/signup"),
        (&json, "/s/acme/auth/v1/signup"),
        (&json, "/invitations/abc"),
        (&json, "/nowhere"),
    ] {
        let mut told = String::new();
        let rise = meter.rise(|| told = door.send(path, 100 * MB, false));
        assert!(told.starts_with('4'), "{path}: {told}");
        assert!(rise < SLACK_MB, "{path}: {rise} MB");
    }
    for (path, is_announced, held) in
        [(import, true, 0), (import, false, HELD_MB), ("/s/acme/rest/v1/products", false, 2 * 10)]
    {
        let mut told = String::new();
        let rise = meter.rise(|| told = csv.send(path, 100 * MB, is_announced));
        assert_eq!(told, "413", "{path}");
        assert!(rise < SLACK_MB + held, "{path}: {rise} MB");
    }
    // What is held is seen: a file within the limit, refused for its header once it is all there.
    let rise = meter.rise(|| assert_eq!(csv.send(import, 19 * MB, false), "422"));
    assert!(rise >= 15, "the meter sees {rise} MB of 19");
    assert_eq!(dev.interrupt(), Some(0));
}
