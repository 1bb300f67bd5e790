//! The private Postgres of `souk dev` and of the tests: found, made, started, adopted, stopped.
//!
//! No root, no socket, no Docker: `initdb` into a folder of ours (as another user where we are
//! root), loopback TCP with generated passwords, and a server that ends when this process does,
//! however it does. `supabase/local/*.sql` gives it the roles and schemas of a Supabase database.

pub mod binaries;
pub mod bootstrap;
pub mod data_dir;
pub mod server;

use std::time::Duration;

use binaries::Binaries;
use data_dir::{DataDir, Secrets};
use server::Server;

use super::cluster::{ClusterConfig, Login, Logins};
use super::pool::PoolConfig;
use super::tls::Tls;
use crate::base::clock::Clock;

/// How to run the private cluster.
#[derive(Clone, Debug)]
pub struct LocalOptions {
    /// The folder that holds the cluster, its passwords and its log.
    pub data_dir: DataDir,
    /// Whether the data must outlive a power cut. Off only for tests.
    pub durable: bool,
    /// Connections for each of REST and verbs.
    pub slots: usize,
}

/// The private cluster, running. Stops when dropped, unless it was adopted.
#[derive(Debug)]
pub struct Local {
    config: ClusterConfig,
    dir: DataDir,
    server: Option<Server>,
}

/// Why there is no private cluster. Each is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// No Postgres on this machine.
    #[error(
        "PostgreSQL 15 or newer was not found; install it (on Debian: apt-get install postgresql) \
         or name its folder of programs in SOUK_PG_BIN"
    )]
    Missing,
    /// A Postgres, but an old one.
    #[error("PostgreSQL {found} is too old; version 15 or newer is needed")]
    TooOld {
        /// Its major version.
        found: u32,
    },
    /// The data was written by another major version, whose programs are not here.
    #[error(
        "the data in {folder} is of PostgreSQL {data}, and only version {found} is installed; \
         install version {data}, or start afresh with --fresh"
    )]
    OtherVersion {
        /// The data folder.
        folder: String,
        /// Major version of the data.
        data: u32,
        /// Major version of the programs.
        found: u32,
    },
    /// The folder is not ours, or can't be written.
    #[error("the data folder {folder} can't be used: {reason}")]
    Folder {
        /// The data folder.
        folder: String,
        /// What stands against it.
        reason: String,
    },
    /// A program of Postgres failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Name of the program.
        program: &'static str,
        /// Its last words.
        output: String,
    },
    /// The server ended, or did not answer in time.
    #[error("PostgreSQL did not start; its log {log} ends with: {tail}")]
    NotStarted {
        /// The log's path.
        log: String,
        /// Its last lines.
        tail: String,
    },
    /// The server ran, and runs no more.
    #[error("the database server has ended; start `souk dev` again (its log is {log})")]
    Ended {
        /// The log's path.
        log: String,
    },
    /// The server answered with an error while it was prepared.
    #[error(transparent)]
    Db(#[from] super::Error),
}

/// The most slots: so many for each of REST, verbs and Auth, a quarter for the owner, and one more of
/// each while one retires, leave room for a few commands beside.
pub const SLOTS_MAX: usize = 24;
/// How long a server may take to answer after its start, recovery included.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const START_POLL: Duration = Duration::from_millis(50);
/// Ports that are tried when others take them.
const PORTS_TRIED: u32 = 6;
/// What the server logs when its port is taken.
const NO_SOCKET: &str = "could not create any TCP/IP sockets";

impl Local {
    /// Makes the cluster if it is not there, starts it if it does not run, adopts it if it does,
    /// and prepares its database.
    ///
    /// # Errors
    /// [`LocalError`]; nothing half-made is left that a next start would trip over.
    pub async fn start(options: &LocalOptions) -> Result<Self, LocalError> {
        let dir = &options.data_dir;
        dir.prepare()?;
        let binaries = Binaries::find(dir)?;
        let mut secrets = dir.secrets_or_new()?;
        if dir.version().is_none() {
            binaries.init(dir, &secrets).await?;
        }
        let server = if Server::adopt(dir, &secrets).await {
            None
        } else {
            Some(start_server(&binaries, dir, &mut secrets, options.durable).await?)
        };
        let local = Self { config: config(&secrets, options.slots), dir: dir.clone(), server };
        bootstrap::run(&local.config, &secrets).await?;
        Ok(local)
    }

    /// Joins a cluster that another process runs from this folder, which is only read.
    ///
    /// # Errors
    /// [`LocalError::Folder`] when none runs there.
    pub async fn join(dir: &DataDir, slots: usize) -> Result<ClusterConfig, LocalError> {
        if let Some(secrets) = dir.secrets()?
            && Server::adopt(dir, &secrets).await
        {
            return Ok(config(&secrets, slots));
        }
        Err(dir.refuse("no server runs from it; start one with `souk dev`".to_owned()))
    }

    /// Where the cluster is, with all its logins.
    pub fn config(&self) -> &ClusterConfig {
        &self.config
    }

    /// Whether another process started the server, and may end it.
    pub fn is_adopted(&self) -> bool {
        self.server.is_none()
    }

    /// Waits until the server is gone without having been stopped from here.
    pub async fn lost(&self) -> LocalError {
        match &self.server {
            Some(server) => server.ended().await,
            None => server::adopted_ended(&self.dir).await,
        }
        LocalError::Ended { log: self.dir.log().display().to_string() }
    }

    /// Stops the server and waits for it; an adopted one goes on.
    pub async fn stop(mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }
}

/// Starts the server on the port of the last time, or on a free one. Between the look and the start
/// another program may take the port, so a start that fails by that is made again.
async fn start_server(
    binaries: &Binaries,
    dir: &DataDir,
    secrets: &mut Secrets,
    durable: bool,
) -> Result<Server, LocalError> {
    let mut wanted = secrets.port;
    for _ in 1..PORTS_TRIED {
        secrets.port = server::free_port(wanted)?;
        dir.keep(secrets)?;
        let server = Server::start(binaries, dir, secrets.port, durable)?;
        match wait_until_ready(&server, dir, secrets).await {
            Err(LocalError::NotStarted { tail, .. }) if tail.contains(NO_SOCKET) => wanted = 0,
            Err(error) => return Err(error),
            Ok(()) => return Ok(server),
        }
    }
    Err(dir.refuse("no free port was found for the database".to_owned()))
}

async fn wait_until_ready(
    server: &Server,
    dir: &DataDir,
    secrets: &Secrets,
) -> Result<(), LocalError> {
    let clock = Clock::system();
    let mut waited = Duration::ZERO;
    while !server::answers(secrets).await {
        if server.has_ended() || waited > START_TIMEOUT {
            return Err(LocalError::NotStarted {
                log: dir.log().display().to_string(),
                tail: dir.log_tail(),
            });
        }
        clock.sleep(START_POLL).await;
        waited += START_POLL;
    }
    Ok(())
}

fn config(secrets: &Secrets, slots: usize) -> ClusterConfig {
    let login = |user: &str, password: &str| Login {
        user: user.to_owned(),
        password: password.to_owned().into(),
    };
    ClusterConfig {
        wait_max: ClusterConfig::WAIT_MAX,
        name: "main".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: secrets.port,
        database: "postgres".to_owned(),
        options: None,
        application: None,
        tls: Tls::disabled(),
        rest_at: None,
        logins: Logins {
            owner: login("postgres", &secrets.owner),
            rest: login("souk_rest", &secrets.rest),
            engine: login("souk_engine", &secrets.engine),
            auth: Some(login("supabase_auth_admin", &secrets.auth)),
        },
        slots,
        rest_numbered: 0,
        pool: PoolConfig::default(),
    }
}
