//! What the commands say, beside a `souk dev` and without one.

use std::fs;
use std::process::{Command, Output};

use super::{Dev, Folder, free_port, souk};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_file_that_is_too_large_to_import_is_not_read() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    let made = souk(&folder, &["store", "create", "acme", "--owner", "ada@example.com"]);
    assert!(made.status.success(), "{}", said(&made));
    let file = folder.0.join("large.csv");
    fs::File::create(&file).unwrap().set_len(500 * 1024 * 1024).unwrap();

    // An address space that would not hold the file, were it read. The second has no length.
    for source in [file.display().to_string(), "/dev/zero".to_owned()] {
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 450000; exec \"$0\" \"$@\""])
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
