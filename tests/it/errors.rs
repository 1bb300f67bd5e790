//! The public list of codes.

use souk::http::problem::codes::CODES;

#[test]
fn the_documented_codes_are_those_that_are_sent() {
    let document = include_str!("../../docs/errors.md");
    let documented: Vec<&str> = document.lines().filter(|line| line.starts_with("| `")).collect();
    let listed: Vec<String> = CODES
        .iter()
        .map(|(code, status, meaning)| format!("| `{code}` | {status} | {meaning} |"))
        .collect();
    assert_eq!(documented, listed);
}

#[test]
fn codes_are_in_order_and_there_once() {
    for pair in CODES.windows(2) {
        assert!(pair[0].0 < pair[1].0, "{} stands before {}", pair[0].0, pair[1].0);
    }
}

#[test]
fn an_error_is_logged_with_its_causes() {
    // Either of these shows the outermost alone; `Chain` shows all.
    for file in crate::support::source::files("src", &["rs"]) {
        for partial in ["%error,", "?error,", "as &dyn std::error::Error", "as &dyn Error"] {
            assert!(!file.code.contains(partial), "{}: {partial}", file.path);
        }
    }
}

#[test]
fn a_code_in_the_source_is_listed() {
    // `Problem::new` holds the same when it runs; this finds what no test has run.
    for file in crate::support::source::files("src/http", &["rs"]) {
        for (_, rest) in ["StatusCode::", "status, ", "unauthorized("]
            .iter()
            .flat_map(|mark| file.code.split(mark).skip(1).map(move |rest| (mark, rest)))
        {
            let Some(start) = rest.find('"').filter(|at| *at < 40) else { continue };
            let Some(code) = rest[start + 1..].split('"').next() else { continue };
            let is_code = code.contains('_')
                && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
            assert!(
                !is_code || souk::http::problem::codes::is_listed(code),
                "{}: {code}",
                file.path
            );
        }
    }
}

#[test]
fn what_is_printed_passes_one_place() {
    // These end the program with a panic where nobody reads what it prints.
    for file in crate::support::source::files("src", &["rs"]) {
        for macro_name in ["print!(", "println!("] {
            assert!(!file.code.contains(macro_name), "{}: {macro_name}", file.path);
        }
    }
}
