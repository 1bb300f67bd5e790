//! What the commands say, beside a `souk dev` and without one.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use super::{Dev, Folder, free_port, souk};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_export_says_what_it_wrote_and_a_refusal_says_it_once() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    let made = souk(&folder, &["store", "create", "acme", "--owner", "ada@example.com"]);
    assert!(made.status.success(), "{}", said(&made));
    let file = folder.0.join("acme.csv");
    let path = file.to_str().unwrap();

    let answer = souk(&folder, &["--json", "store", "export", "acme", path]);
    let told: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let written = fs::metadata(&file).unwrap().len();
    assert_eq!(told, serde_json::json!({ "file": path, "bytes": written }));
    assert!(written > 0);
    let answer = souk(&folder, &["store", "export", "acme", path]);
    let told = String::from_utf8(answer.stdout).unwrap();
    assert_eq!(told, format!("{path}: {written} bytes\n"));
    let answer = souk(&folder, &["--json", "store", "export", "acme"]);
    assert_eq!(answer.status.code(), Some(1), "no JSON could be told from the file");
    let told: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert!(told["error"].as_str().unwrap().contains("FILE"), "{told}");

    for (arguments, sentence) in [
        (["no", "--currency", "EUR"], "a slug has 3 to 40 characters"),
        (["acme-two", "--currency", "XXQ"], "currency"),
        (["acme-two", "--locale", "?"], "language"),
    ] {
        let owner = ["--owner", "ada@example.com"];
        let made = souk(&folder, &[&["store", "create"], &arguments[..], &owner].concat());
        let text = said(&made);
        let sentences: Vec<&str> = text.trim().split(": ").skip(1).collect();
        assert_eq!(sentences.len(), 1, "said once: {text}");
        assert!(sentences[0].contains(sentence), "{text}");
    }
    assert_eq!(dev.interrupt(), Some(0));
}

#[test]
fn a_file_that_is_too_large_to_import_is_not_read() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    let made = souk(&folder, &["store", "create", "acme", "--owner", "ada@example.com"]);
    assert!(made.status.success(), "{}", said(&made));
    let file = folder.0.join("large.csv");
    fs::File::create(&file).unwrap().set_len(1 << 30).unwrap();

    // An address space that would not hold the file, were it read. The second has no length.
    for source in [file.display().to_string(), "/dev/zero".to_owned()] {
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 800000; exec \"$0\" \"$@\""])
            .args([env!("CARGO_BIN_EXE_souk"), "store", "import", "acme", &source, "--data-dir"])
            .arg(&folder.0)
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{source}: {}", said(&output));
        assert!(said(&output).contains("larger than 20971520 bytes"), "{}", said(&output));
    }
    assert_eq!(dev.interrupt(), Some(0));
}

#[test]
fn without_a_souk_dev_a_command_says_to_start_one() {
    let folder = Folder::new();
    let listed = souk(&folder, &["store", "list"]);
    assert_eq!(listed.status.code(), Some(1));
    assert!(said(&listed).contains("start one with `souk dev`"), "{}", said(&listed));
    assert!(!folder.0.exists());
}

#[test]
fn help_offers_what_is_taken() {
    let help = Command::new(env!("CARGO_BIN_EXE_souk")).args(["setup", "--help"]).output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("--database-url") && text.contains("--print"), "{text}");
    assert!(!text.contains("--data-dir") && !text.contains("running `souk dev`"), "{text}");

    for connections in ["0", "33", "300", "many"] {
        // A folder that can't be made, lest it start after all.
        let refused = Command::new(env!("CARGO_BIN_EXE_souk"))
            .args(["dev", "--port", "0", "--data-dir", "/dev/null/x", "--connections", connections])
            .output()
            .unwrap();
        assert!(said(&refused).contains("--connections"), "{}", said(&refused));
        assert_eq!(refused.status.code(), Some(2));
    }
}
