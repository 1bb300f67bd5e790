//! The data folder: nobody else's files are touched, and whatever a crash leaves, a start gets past.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Dev, Folder, command, free_port, has_ended, refusal, souk};

/// Everything in a folder, by name, with what it holds.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let held = fs::read(entry.path()).unwrap_or_default();
            (entry.file_name().into_string().unwrap(), held)
        })
        .collect();
    entries.sort();
    entries
}

#[test]
fn nothing_is_put_into_a_folder_that_holds_other_things() {
    // All but the first are called as files of ours are.
    for files in [
        &[("thesis.txt", "years of work")][..],
        &[("database.json", r#"{"dev": {}}"#), ("notes.txt", "more")],
        &[("database.json", r#"{"dev": {}}"#)],
        &[("keys.json", "{}")],
    ] {
        let foreign = Folder::new();
        fs::create_dir(&foreign.0).unwrap();
        for (name, held) in files {
            fs::write(foreign.0.join(name), held).unwrap();
        }
        let before = content(&foreign.0);

        let text = refusal(&mut command(&foreign.0, free_port()));
        assert!(text.contains("not souk's") && text.contains("--data-dir"), "{text}");
        assert_eq!(content(&foreign.0), before);

        let listed = souk(&foreign, &["store", "list"]);
        assert_eq!(listed.status.code(), Some(1));
        assert_eq!(content(&foreign.0), before, "a command that joins only reads");

        let text = refusal(command(&foreign.0, free_port()).arg("--fresh"));
        assert!(text.contains("not souk's"), "{text}");
        assert_eq!(content(&foreign.0), before);
    }
}

#[test]
fn fresh_leaves_what_somebody_laid_beside_our_own() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    assert_eq!(dev.interrupt(), Some(0));
    fs::write(folder.0.join("thesis.txt"), "years of work").unwrap();

    let fresh = Dev::greeted(command(&folder.0, free_port()).arg("--fresh").spawn().unwrap(), 6);

    assert_eq!(fs::read_to_string(folder.0.join("thesis.txt")).unwrap(), "years of work");
    assert_eq!(fresh.interrupt(), Some(0));
}

#[test]
fn fresh_gets_past_what_a_crash_or_a_hand_leaves() {
    let folder = Folder::new();
    let dev = Dev::start(&folder, free_port());
    let key = dev.value("Secret key").to_owned();
    let text = refusal(command(&folder.0, free_port()).arg("--fresh"));
    assert!(text.contains("a server runs from it") && text.contains("souk dev"), "{text}");
    assert_eq!(dev.interrupt(), Some(0));

    // As after a power cut: the file names a process which is somebody else's by now.
    let other = std::process::id();
    fs::write(folder.0.join("cluster/postmaster.pid"), format!("{other}\n")).unwrap();
    fs::remove_file(folder.0.join("database.json")).unwrap();
    let text = refusal(&mut command(&folder.0, free_port()));
    assert!(text.contains("database.json is missing") && text.contains("--fresh"), "{text}");

    let fresh = Dev::greeted(command(&folder.0, free_port()).arg("--fresh").spawn().unwrap(), 6);
    assert_ne!(fresh.value("Secret key"), key);
    assert_eq!(fresh.interrupt(), Some(0));
}

#[test]
fn a_folder_may_be_named_from_where_one_stands() {
    let folder = Folder::new();
    fs::create_dir(&folder.0).unwrap();
    let mut relative = command(Path::new("data"), free_port());
    let dev = Dev::greeted(relative.current_dir(&folder.0).spawn().unwrap(), 6);
    assert!(folder.0.join("data/cluster").is_dir());
    let listed = Command::new(env!("CARGO_BIN_EXE_souk"))
        .args(["store", "list"])
        .env_remove("DATABASE_URL")
        .env("SOUK_HOME", "data")
        .current_dir(&folder.0)
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    assert_eq!(dev.interrupt(), Some(0));
    assert!(has_ended(&Folder(folder.0.join("data"))));
}
