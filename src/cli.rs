//! The command line: one command a file. Everything long shows progress; everything answers as
//! JSON with `--json`.

mod connections;
pub mod dev;
pub mod doctor;
mod faults;
pub mod migrate;
pub mod output;
pub mod platform;
mod pooler;
pub mod rest;
pub mod serve;
pub mod services;
pub mod setup;
mod signals;
pub mod store;
pub mod target;
pub mod witness;

use std::num::NonZero;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::telemetry;

/// One Supabase project, or one plain Postgres, as a platform for thousands of online stores.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Start with `souk dev`: it brings up everything on this machine, a database \
                  included.\nThen `souk store create acme --owner you@example.com` makes a store."
)]
pub struct Cli {
    /// Answer as JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring everything up on this machine: a private Postgres, Auth, and all services.
    Dev(dev::Dev),
    /// Serve against a database that is there: a Supabase project, or a plain Postgres.
    Serve(Box<serve::Serve>),
    /// Prepare a Supabase project: roles, logins, schemas and grants.
    Setup(setup::Setup),
    /// Serve the REST plane alone, in the place of a PostgREST.
    Rest(Box<rest::Rest>),
    /// Bring the shared schema to this program's version.
    Migrate(migrate::Migrate),
    /// Look for what is wrong, and say what to do about it.
    Doctor(doctor::Doctor),
    /// Make, list, fill, publish and suspend stores.
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Give people roles on the platform.
    #[command(subcommand)]
    Platform(platform::PlatformCommand),
}

impl Command {
    /// Threads that work: one for each processor, and half of that where the database is busy on
    /// the same ones.
    fn threads(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        match self {
            Self::Dev(_) => (processors / 2).max(1),
            _ => processors,
        }
    }
}

/// Runs the command and says how it went.
pub fn run(cli: Cli) -> ExitCode {
    telemetry::install();
    let threads = cli.command.threads();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = match runtime.worker_threads(threads).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::tell(&format!("souk: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let json = cli.json;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Dev(dev) => dev.run(json).await,
            Command::Serve(serve) => serve.run().await,
            Command::Setup(setup) => setup.run(json).await,
            Command::Rest(rest) => rest.run().await,
            Command::Migrate(migrate) => migrate.run(json).await,
            Command::Doctor(doctor) => doctor.run(json).await,
            Command::Store(store) => store.run(json).await,
            Command::Platform(platform) => platform.run(json).await,
        }
    });
    // A task that hangs must not hold the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<output::Closed>() => ExitCode::from(output::CLOSED_CODE),
        Err(error) => {
            output::failure(json, &error);
            ExitCode::FAILURE
        }
    }
}
