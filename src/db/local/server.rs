//! The server process. It is held by a pipe: when this process ends, even by kill -9, the pipe
//! closes and the shell that waits at its other end stops the server. No signal handler of ours
//! has to run for that.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{ChildStdin, Command};
use tokio_util::sync::CancellationToken;

use super::LocalError;
use super::binaries::Binaries;
use super::data_dir::{DataDir, Secrets};
use crate::base::clock::Clock;
use crate::db::connection::{self, Dialer};
use crate::db::tls::Tls;

/// Starts the server and waits for whichever comes first: its end, or the end of our pipe. The
/// pipe is moved to another descriptor because a background job reads nothing from its own.
const KEEPER: &str = r#"
exec 3<&0
"$0" "$@" >>"$SOUK_LOG" 2>&1 3<&- &
server=$!
(cat <&3 >/dev/null; kill -INT "$server" 2>/dev/null) &
wait "$server"
"#;

/// Connections that the server takes, those of programs and commands beside ours included.
const CONNECTIONS: usize = 100;
/// What a server that runs, or did when the machine stopped, has in its folder.
const PID_FILE: &str = "postmaster.pid";
/// How long a server may take to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a server that is shutting down is waited for before another is started.
const HANDOVER_POLLS: u32 = 100;
const HANDOVER_POLL: Duration = Duration::from_millis(100);
/// How often a server of another process is looked for.
const ADOPTED_POLL: Duration = Duration::from_secs(1);

/// A server that this process started. Dropping it closes the pipe.
#[derive(Debug)]
pub(super) struct Server {
    pipe: Option<ChildStdin>,
    ended: CancellationToken,
}

impl Server {
    /// Starts the server; it does not answer yet.
    pub(super) fn start(
        binaries: &Binaries,
        dir: &DataDir,
        port: u16,
        durable: bool,
    ) -> Result<Self, LocalError> {
        let mut command = binaries.command("/bin/sh");
        command.arg("-c").arg(KEEPER).arg(binaries.program("postgres"));
        command.arg("-D").arg(dir.cluster()).arg("-p").arg(port.to_string());
        settings(&mut command, durable);
        command
            .env("SOUK_LOG", dir.log())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let mut child =
            command.spawn().map_err(|error| dir.refuse(format!("sh does not run: {error}")))?;
        // Taken out, because waiting for a child closes its pipe.
        let pipe = child.stdin.take();
        let ended = CancellationToken::new();
        let end = ended.clone().drop_guard();
        tokio::spawn(async move {
            let _ = child.wait().await;
            drop(end);
        });
        Ok(Self { pipe, ended })
    }

    /// Whether a server of ours runs from the folder. One that is shutting down is waited for.
    pub(super) async fn adopt(dir: &DataDir, secrets: &Secrets) -> bool {
        let cluster = dir.cluster();
        let running = cluster.join(PID_FILE);
        let clock = Clock::system();
        for _ in 0..HANDOVER_POLLS {
            if !running.exists() {
                return false;
            }
            if answers(secrets).await {
                return true;
            }
            if !is_alive(&cluster) {
                return false;
            }
            clock.sleep(HANDOVER_POLL).await;
        }
        false
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_cancelled()
    }

    /// Waits for its end, whoever brings that about.
    pub(super) async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Closes the pipe and waits for the end.
    pub(super) async fn stop(mut self) {
        drop(self.pipe.take());
        if tokio::time::timeout(STOP_TIMEOUT, self.ended()).await.is_err() {
            tracing::warn!("the database server takes long to stop; it is left to itself");
        }
    }
}

/// Waits for the end of a server that another process started.
pub(super) async fn adopted_ended(dir: &DataDir) {
    let clock = Clock::system();
    while is_alive(&dir.cluster()) {
        clock.sleep(ADOPTED_POLL).await;
    }
}

fn settings(command: &mut Command, durable: bool) {
    let mut set = |setting: &str| {
        command.arg("-c").arg(setting);
    };
    set("listen_addresses=127.0.0.1");
    set("unix_socket_directories=");
    set(&format!("max_connections={CONNECTIONS}"));
    set("timezone=UTC");
    set("log_timezone=UTC");
    set("log_min_messages=warning");
    set("log_line_prefix=%m [%p] %a ");
    set("shared_buffers=256MB");
    if !durable {
        set("fsync=off");
        set("synchronous_commit=off");
        set("full_page_writes=off");
    }
}

/// Whether the server lets our superuser in.
pub(super) async fn answers(secrets: &Secrets) -> bool {
    connection::open(&admin(secrets)).await.is_ok()
}

/// The superuser's way in, for preparing the cluster.
pub(super) fn admin(secrets: &Secrets) -> Dialer {
    let mut config = tokio_postgres::Config::new();
    config
        .host("127.0.0.1")
        .port(secrets.port)
        .dbname("postgres")
        .user("supabase_admin")
        .password(&secrets.admin)
        .application_name("souk bootstrap");
    Dialer::new(config, &Tls::disabled())
}

/// The wanted port if it is free, else any free one.
pub(super) fn free_port(wanted: u16) -> Result<u16, LocalError> {
    let bind = |port| std::net::TcpListener::bind(("127.0.0.1", port));
    bind(wanted)
        .or_else(|_| bind(0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| LocalError::Program { program: "postgres", output: error.to_string() })
}

/// Whether a server runs from this folder: `postmaster.pid` may be a dead one's, and the number in
/// its first line another process' by now, so that has to work in the folder.
pub(super) fn is_alive(cluster: &Path) -> bool {
    let text = fs::read_to_string(cluster.join(PID_FILE)).unwrap_or_default();
    let pid = text.lines().next().unwrap_or_default().trim();
    if pid.is_empty() {
        return false;
    }
    let processes = Path::new("/proc");
    match fs::read_link(processes.join(pid).join("cwd")) {
        Ok(folder) => fs::canonicalize(cluster).is_ok_and(|cluster| cluster == folder),
        // A system that does not tell is not taken at its silence.
        Err(error) => error.kind() != ErrorKind::NotFound || !processes.join("self").exists(),
    }
}
