//! The log: JSON lines, and for what failed inside the whole chain of causes, under the id that the
//! caller was told.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Dev, Folder, command, free_port, souk, wait_until};

type Lines = Arc<Mutex<Vec<Value>>>;

/// What a program logs, as it logs it.
fn listen(dev: &mut Dev) -> Lines {
    let lines = Lines::default();
    let (heard, log) = (Arc::clone(&lines), BufReader::new(dev.child.stderr.take().unwrap()));
    std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let line = serde_json::from_str(&line).unwrap_or(Value::from(line));
            heard.lock().unwrap().push(line);
        }
    });
    lines
}

/// The line with this message that was logged for a request.
fn line_of(lines: &Lines, id: &str, message: &str) -> Value {
    let found = || {
        let lines = lines.lock().unwrap();
        let is_it = |line: &&Value| {
            let ids = [&line["request.id"], &line["span"]["request.id"]];
            line["message"] == message && ids.iter().any(|told| *told == id)
        };
        lines.iter().find(is_it).cloned()
    };
    wait_until(message, || found().is_some());
    found().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_inside_is_logged_with_its_causes_under_the_requests_id() {
    let folder = Folder::new();
    let port = free_port();
    let mut program = command(&folder.0, port);
    program.arg("--confirm-email").stderr(Stdio::piped());
    let mut dev = Dev::greeted(program.spawn().unwrap(), 6);
    let lines = listen(&mut dev);
    assert!(souk(&folder, &["store", "create", "acme", "--owner", "a@b.com"]).status.success());
    assert!(souk(&folder, &["store", "publish", "acme"]).status.success());
    let (owner, connection) =
        tokio_postgres::connect(dev.value("Database"), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let key = dev.value("Publishable key");
    let ask = async |request: reqwest::RequestBuilder, id: &str| {
        let request = request.header("apikey", key).header("x-request-id", id);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");

    // Auth, whose mail can't be written down.
    owner.batch_execute("alter table shared.outbox rename to outbox_away").await.unwrap();
    let ada = json!({ "email": "ada@example.com", "password": "a-good-password-1" });
    let (status, told) = ask(http.post(url("/auth/v1/signup")).json(&ada), "of-auth").await;
    assert_eq!(status, 500, "{told}");
    assert!(!told.contains("outbox"), "nothing of the inside is told: {told}");
    let line = line_of(&lines, "of-auth", "auth failed");
    let error = line["error"].as_str().unwrap();
    assert!(error.starts_with("Error sending email: "), "{error}");
    assert!(error.contains("\"shared.outbox\" does not exist"), "{error}");
    owner.batch_execute("alter table shared.outbox_away rename to outbox").await.unwrap();

    // A page of ours.
    owner.batch_execute("alter table shared.invitations rename to invitations_away").await.unwrap();
    let (status, told) = ask(http.get(url("/invitations/abcdefgh")), "of-a-page").await;
    assert_eq!(status, 500, "{told}");
    let line = line_of(&lines, "of-a-page", "request failed");
    assert!(line["cause"].as_str().unwrap().contains("invitations\" does not exist"), "{line}");
    owner.batch_execute("alter table shared.invitations_away rename to invitations").await.unwrap();

    // The REST plane, whose statement is ended before it had what it waits for.
    let (status, told) = ask(http.get(url("/s/acme/rest/v1/products")), "a-good-one").await;
    assert_eq!(status, 200, "{told}");
    owner.batch_execute("begin; lock table tenant_acme.products").await.unwrap();
    let (status, told) = ask(http.get(url("/s/acme/rest/v1/products")), "of-rest").await;
    owner.batch_execute("rollback").await.unwrap();
    assert_eq!(status, 500, "{told}");
    assert!(told.contains("57014"), "{told}");
    let line = line_of(&lines, "of-rest", "a REST call failed");
    assert_eq!(line["sqlstate"], "57014");
    assert!(line["cause"].as_str().unwrap().contains("statement timeout"), "{line}");
}
