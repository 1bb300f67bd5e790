//! Benchmarks over the whole program, each on a Postgres of its own, against a named baseline in
//! the same run. `scripts/bench` runs them.
#![allow(missing_docs, reason = "a program, not a library")]
#![allow(clippy::disallowed_methods, reason = "baselines go to the database directly")]

mod baseline;
mod fleet;
mod load;
mod memory;
mod platform;
mod process;
mod provision;
mod rest;
mod served;
mod statements;
mod stats;
mod tap;

use std::process::ExitCode;

const NAMES: &[&str] = &["provision", "rest", "memory"];

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let named = arguments.iter().find(|argument| !argument.starts_with('-')).map(String::as_str);
    let names: Vec<&str> = match named {
        Some("all") => NAMES.to_vec(),
        Some(name) if NAMES.contains(&name) => vec![name],
        _ => {
            eprintln!("name a benchmark: {} or all", NAMES.join(", "));
            return ExitCode::from(2);
        }
    };
    for name in names {
        let done = match name {
            "provision" => provision::run(is_quick).await,
            "rest" => rest::run(is_quick).await,
            "memory" => memory::run(is_quick).await,
            _ => Ok(()),
        };
        if let Err(error) = done {
            eprintln!("{name}: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
