//! `souk dev` in a real browser: `tests/node/browser.mjs`. It takes minutes on a busy machine, so only
//! `scripts/soak` asks for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Dev, Folder, free_port, with_demo};
use crate::support::{is_required, skip};

/// Chromium, wherever it stands.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("SOUK_CHROMIUM").map(PathBuf::from);
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found =
        std::env::split_paths(&paths).flat_map(|folder| names.map(|name| folder.join(name)));
    named.into_iter().chain(found).find(|program| program.is_file())
}

#[test]
fn the_pages_and_the_apis_in_a_browser() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node");
    let node = tests.join("node_modules/.bin/node");
    let Some(chromium) = chromium().filter(|_| is_required("browser") && node.exists()) else {
        skip("browser", "run scripts/soak, which brings Chromium and asks for this");
        return;
    };
    let folder = Folder::new();
    let port = free_port();
    let mut command = with_demo(&folder.0, port);
    let dev = Dev::greeted(command.stderr(Stdio::null()).spawn().unwrap(), 7);
    let pictures = folder.0.join("pictures");
    std::fs::create_dir_all(&pictures).unwrap();

    let output = Command::new(node)
        .arg(tests.join("browser.mjs"))
        .arg(chromium)
        .args([dev.value("Address"), dev.value("Publishable key")])
        .arg(&pictures)
        .output()
        .unwrap();

    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{failed}");
    assert!(told.trim_end().ends_with("the browser is content"), "{told}");
    assert_eq!(dev.interrupt(), Some(0));
}
