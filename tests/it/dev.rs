//! `souk dev` from outside: it comes up, goes down, survives a kill, and says what stands against it.

mod browser;
mod closed;
mod disk;
mod drain;
mod drift;
mod folder;
mod log;
mod lost;
mod memory;
mod texts;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder under the system's temporary one; removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("souk-dev-{}", uuid::Uuid::now_v7().simple())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running `souk dev` and the lines it greeted with.
struct Dev {
    child: Child,
    lines: Vec<String>,
}

fn command(folder: &Path, port: u16) -> Command {
    let mut command = with_demo(folder, port);
    command.arg("--no-demo");
    command
}

fn with_demo(folder: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_souk"));
    command
        .args(["dev", "--connections", "2", "--ready-schemas", "1", "--data-dir"])
        .arg(folder)
        .args(["--port", &port.to_string()])
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

impl Dev {
    fn start(folder: &Folder, port: u16) -> Self {
        Self::greeted(command(&folder.0, port).spawn().unwrap(), 6)
    }

    fn greeted(mut child: Child, lines: usize) -> Self {
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines = out.lines().take(lines).map(Result::unwrap).collect();
        Self { child, lines }
    }

    fn value(&self, label: &str) -> &str {
        let line = self.lines.iter().find(|line| line.starts_with(label)).expect(label);
        line[label.len()..].trim()
    }

    /// A polite end, as Ctrl-C is; answers with the exit code.
    fn interrupt(mut self) -> Option<i32> {
        signal("-INT", self.child.id());
        self.child.wait().unwrap().code()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Runs `souk` beside a `souk dev`, on the same folder.
fn souk(folder: &Folder, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_souk"))
        .args(arguments)
        .arg("--data-dir")
        .arg(&folder.0)
        .env_remove("DATABASE_URL")
        .output()
        .unwrap()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not come true");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn has_ended(folder: &Folder) -> bool {
    !folder.0.join("cluster/postmaster.pid").exists()
}

/// What a start that must fail says.
fn refusal(command: &mut Command) -> String {
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut dev = Dev { child, lines: Vec::new() };
    wait_until("its refusal", || dev.child.try_wait().unwrap().is_some());
    let text = told(&mut dev.child);
    assert_eq!(dev.child.wait().unwrap().code(), Some(1), "{text}");
    text
}

/// What a program has said on standard error, all of it: it has ended or is about to.
fn told(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn it_greets_in_plain_lines_and_stops_at_ctrl_c() {
    let folder = Folder::new();
    let port = free_port();

    let dev = Dev::start(&folder, port);

    assert!(dev.lines.iter().all(|line| !line.contains('\x1b')), "{:?}", dev.lines);
    assert_eq!(dev.value("Address"), format!("http://localhost:{port}"));
    assert_eq!(dev.value("Mailbox"), format!("http://localhost:{port}/mailbox"));
    assert!(dev.value("Database").starts_with("postgresql://postgres:"));
    assert!(dev.value("Publishable key").starts_with("sb_publishable_"));
    assert!(dev.value("Secret key").starts_with("sb_secret_"));
    assert_eq!(dev.interrupt(), Some(0));
    assert!(has_ended(&folder));
}

#[test]
fn after_kill_9_the_database_ends_by_itself_and_nothing_is_lost() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    let keys = dev.value("Publishable key").to_owned();
    let made = souk(&folder, &["store", "create", "acme", "--owner", "ada@example.com"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    dev.kill();
    wait_until("the database's end", || has_ended(&folder));

    let again = Dev::start(&folder, free_port());
    assert_eq!(again.value("Publishable key"), keys);
    let listed = souk(&folder, &["--json", "store", "list"]);
    let stores: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(stores[0]["slug"], "acme");
    let doctor = souk(&folder, &["doctor"]);
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
    assert_eq!(again.interrupt(), Some(0));
}

#[test]
fn the_first_start_makes_a_demo_store_and_a_second_one_leaves_it_alone() {
    let folder = Folder::new();
    let port = free_port();
    let dev = Dev::greeted(with_demo(&folder.0, port).spawn().unwrap(), 7);
    let addresses =
        format!("http://demo.localhost:{port} or, for programs, http://localhost:{port}/s/demo");
    assert_eq!(dev.value("Demo store"), addresses);
    let exported = souk(&folder, &["store", "export", "demo"]);
    let file = String::from_utf8(exported.stdout).unwrap();
    assert!(file.contains("/store/v1/picture/stoneware-mug.svg"), "{file}");
    let answer = souk(&folder, &["--json", "store", "show", "demo"]);
    let shown: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(shown["currency"], "EUR");
    assert_eq!(dev.interrupt(), Some(0));

    let again = Dev::greeted(with_demo(&folder.0, port).spawn().unwrap(), 7);
    let shown_again: serde_json::Value =
        serde_json::from_slice(&souk(&folder, &["--json", "store", "show", "demo"]).stdout)
            .unwrap();
    assert_eq!(shown_again, shown);
    assert_eq!(again.interrupt(), Some(0));
}

#[test]
fn two_run_side_by_side() {
    let (one, two) = (Folder::new(), Folder::new());
    let (first, second) = (Dev::start(&one, free_port()), Dev::start(&two, free_port()));

    assert_ne!(first.value("Database"), second.value("Database"));

    assert_eq!(first.interrupt(), Some(0));
    let listed = souk(&two, &["store", "list"]);
    assert!(listed.status.success(), "the second goes on");
    assert_eq!(second.interrupt(), Some(0));
}

#[test]
fn fresh_throws_our_own_data_away_and_nobody_elses() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    let key = dev.value("Secret key").to_owned();
    assert_eq!(dev.interrupt(), Some(0));

    let fresh = Dev::greeted(command(&folder.0, free_port()).arg("--fresh").spawn().unwrap(), 6);
    assert_ne!(fresh.value("Secret key"), key);
    assert_eq!(fresh.interrupt(), Some(0));

    let foreign = Folder::new();
    std::fs::create_dir(&foreign.0).unwrap();
    std::fs::write(foreign.0.join("thesis.txt"), "years of work").unwrap();
    let text = refusal(command(&foreign.0, free_port()).arg("--fresh"));
    assert!(text.contains("not souk's"), "{text}");
    assert!(foreign.0.join("thesis.txt").exists());
}

#[test]
fn what_stands_against_it_is_one_sentence() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let text = refusal(&mut command(&folder.0, port));
    assert!(text.contains("choose another with --port"), "{text}");

    let text = refusal(command(&folder.0, free_port()).env("SOUK_PG_BIN", "/nowhere"));
    assert!(text.contains("PostgreSQL 15 or newer was not found"), "{text}");

    let old = Folder::new();
    std::fs::create_dir(&old.0).unwrap();
    for program in ["postgres", "initdb"] {
        let path = old.0.join(program);
        std::fs::write(&path, "#!/bin/sh\necho 'postgres (PostgreSQL) 13.4'\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let text = refusal(command(&folder.0, free_port()).env("SOUK_PG_BIN", &old.0));
    assert!(text.contains("PostgreSQL 13 is too old"), "{text}");

    std::fs::create_dir_all(folder.0.join("cluster")).unwrap();
    std::fs::write(folder.0.join("cluster/PG_VERSION"), "9\n").unwrap();
    let text = refusal(&mut command(&folder.0, free_port()));
    let said = format!("the data in {} is of PostgreSQL 9", folder.0.display());
    assert!(text.contains(&said) && text.contains("--fresh"), "{text}");
}
