//! `souk`: one Supabase project, or one plain Postgres, as a platform for thousands of stores.

use std::process::ExitCode;

use clap::Parser;
use souk::cli::Cli;

fn main() -> ExitCode {
    souk::cli::run(Cli::parse())
}
