//! What commands print: aligned text for people, JSON for programs, progress on standard error. All
//! of it passes here, because what is printed may have nobody who reads it any more.

use std::io::{ErrorKind, IsTerminal, Write};
use std::time::Duration;

use anyhow::Context;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// What a program ends with whose output is closed (`souk … | head`): as one that SIGPIPE ends does
/// in a shell. Rust programs do not get that signal.
pub const CLOSED_CODE: u8 = 128 + 13;

/// Whoever read standard output has gone.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads standard output any more")]
pub struct Closed;

/// Prints a text as it is.
///
/// # Errors
/// [`Closed`], or why it can't be written.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Closed.into()),
        written => written.context("standard output can't be written to"),
    }
}

/// Says something on standard error, if anybody listens.
pub fn tell(line: &str) {
    // There is no other place to say that it failed.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints a value as JSON, or what `text` makes of it.
///
/// # Errors
/// As [`print()`].
pub fn answer<T: Serialize>(
    json: bool,
    value: &T,
    text: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    let line = if json { serde_json::to_string_pretty(value)? } else { text(value) };
    print(&format!("{}\n", line.trim_end()))
}

/// Prints why a command failed, with the whole chain of causes.
pub fn failure(json: bool, error: &anyhow::Error) {
    if json {
        // Who does not read it sees the code that the program ends with.
        let _ = print(&format!("{}\n", serde_json::json!({ "error": format!("{error:#}") })));
    } else {
        let souk = paint("souk:", "31", std::io::stderr().is_terminal());
        tell(&format!("{souk} {error:#}"));
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
