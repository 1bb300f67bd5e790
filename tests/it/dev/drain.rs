//! Ctrl-C with a request under way: it is answered, by a database that is still there, before
//! everything ends.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Dev, Folder, PATIENCE, free_port, has_ended, signal, wait_until};

#[test]
fn at_ctrl_c_a_request_under_way_is_answered_and_no_other_is_taken() {
    let folder = Folder::new();
    let port = free_port();
    let mut dev = Dev::start(&folder, port);
    let body = br#"{"email":"ada@example.com","password":"correct horse battery"}"#;
    let (begun, rest) = body.split_at(20);
    let mut request = TcpStream::connect(("127.0.0.1", port)).unwrap();
    request.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "POST /auth/v1/signup HTTP/1.1\r\nhost: localhost:{port}\r\napikey: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        dev.value("Publishable key"),
        body.len()
    );
    request.write_all(head.as_bytes()).unwrap();
    request.write_all(begun).unwrap();
    // What came later on another connection has been answered, so this one has been read.
    ask_health(port);

    signal("-INT", dev.child.id());
    wait_until("its ears closed", || TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(dev.child.try_wait().unwrap().is_none() && !has_ended(&folder), "it waits");
    request.write_all(rest).unwrap();

    let mut answer = String::new();
    request.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("access_token"), "{answer}");
    assert_eq!(dev.child.wait().unwrap().code(), Some(0));
    assert!(has_ended(&folder));
}

fn ask_health(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
