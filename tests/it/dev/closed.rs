//! Output that nobody reads any more (`souk … | head`): the program ends quietly, and a server goes
//! on.

use std::io::{PipeWriter, Read};
use std::process::{Command, Output, Stdio};

use super::{Dev, Folder, command, free_port, souk};

/// A pipe whose reader has gone.
fn closed() -> PipeWriter {
    let (_, writer) = std::io::pipe().unwrap();
    writer
}

fn program(folder: &Folder, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_souk"));
    program.args(arguments).env_remove("DATABASE_URL");
    if !matches!(arguments, ["rest", ..]) {
        program.arg("--data-dir").arg(&folder.0);
    }
    program
}

fn unread(folder: &Folder, arguments: &[&str]) -> Output {
    program(folder, arguments).stdout(closed()).stderr(Stdio::piped()).output().unwrap()
}

#[test]
fn a_command_whose_output_is_closed_ends_as_other_programs_do() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    let made = souk(&folder, &["store", "create", "acme", "--owner", "ada@example.com"]);
    assert!(made.status.success());
    for arguments in [
        &["store", "list"][..],
        &["--json", "store", "list"],
        &["store", "show", "acme"],
        &["store", "export", "acme"],
        &["store", "invitations", "acme"],
        &["platform", "members"],
        &["doctor"],
        &["rest", "--example"],
        &["rest", "--version"],
    ] {
        let ended = unread(&folder, arguments);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(141), "{arguments:?}: {said}");
        assert!(!said.contains("panicked") && !said.contains("souk:"), "{arguments:?}: {said}");
    }
    // What is done is done: the store is there, though nobody was told.
    let owner = ["--owner", "ada@example.com"];
    let made = unread(&folder, &[&["store", "create", "bold"], &owner[..]].concat());
    assert_eq!(made.status.code(), Some(141));
    assert!(souk(&folder, &["store", "show", "bold"]).status.success());
    // A failure is one, whether it is read or not.
    assert_eq!(unread(&folder, &["--json", "store", "show", "none"]).status.code(), Some(1));
    let unheard = program(&folder, &["store", "show", "none"]).stderr(closed()).output().unwrap();
    assert_eq!(unheard.status.code(), Some(1));
    assert_eq!(dev.interrupt(), Some(0));
}

#[test]
fn a_server_whose_log_is_closed_goes_on() {
    let folder = Folder::new();
    let port = free_port();
    let dev = Dev::greeted(command(&folder.0, port).stderr(closed()).spawn().unwrap(), 6);
    for _ in 0..3 {
        // Each request is a line of the log.
        let mut answer = String::new();
        let mut line = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        std::io::Write::write_all(&mut line, request).unwrap();
        line.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(dev.interrupt(), Some(0));
}
