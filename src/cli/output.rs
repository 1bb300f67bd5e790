//! What commands print: aligned text for people, JSON for programs, progress on standard error.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Prints a value as JSON, or what `text` makes of it.
///
/// # Errors
/// When standard output is closed.
pub fn answer<T: Serialize>(
    json: bool,
    value: &T,
    text: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    let line = if json { serde_json::to_string_pretty(value)? } else { text(value) };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", line.trim_end())?;
    Ok(())
}

/// Prints why a command failed, with the whole chain of causes.
pub fn failure(json: bool, error: &anyhow::Error) {
    if json {
        println!("{}", serde_json::json!({ "error": format!("{error:#}") }));
    } else {
        eprintln!("{} {error:#}", paint("souk:", "31", std::io::stderr().is_terminal()));
    }
}

/// One of the lines that `souk dev` greets with: a bold label, and a value.
pub fn labelled(label: &str, value: &str) -> String {
    let label = format!("{label:<16}");
    format!("{} {value}", paint(&label, "1", std::io::stdout().is_terminal()))
}

fn paint(text: &str, code: &str, is_terminal: bool) -> String {
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if is_terminal && !is_plain { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// A spinner with a sentence, where somebody is looking.
pub fn spinner(message: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(message);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar over a known number of steps, where somebody is looking.
pub fn bar(message: &'static str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_message(message).with_style(style)
}
