//! A disk that is full, before there is a cluster and after.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{Dev, Folder, command, free_port, refusal, souk};
use crate::support::skip;

/// A small disk of its own; taken off when dropped.
struct Disk(Folder);

impl Disk {
    fn new(size: &str) -> Option<Self> {
        let folder = Folder::new();
        std::fs::create_dir(&folder.0).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&folder.0)
            .stderr(Stdio::null())
            .status();
        if !mount.is_ok_and(|status| status.success()) {
            skip("full-disk", "run as a user who may mount a small one");
            return None;
        }
        Some(Self(folder))
    }

    fn fill(&self) {
        let mut file = File::create(self.0.0.join("full")).unwrap();
        while file.write_all(&[b'x'; 64 * 1024]).is_ok() {}
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0.0).status();
    }
}

#[test]
fn a_full_disk_is_said_and_leaves_no_half_made_cluster() {
    let Some(disk) = Disk::new("4m") else { return };
    let text = refusal(&mut command(&disk.0.0, free_port()));
    assert!(text.contains("No space left"), "{text}");
    assert!(!disk.0.0.join("cluster").exists());
}

#[test]
fn the_doctor_says_that_a_disk_is_full() {
    let Some(disk) = Disk::new("220m") else { return };
    let dev = Dev::start(&disk.0, free_port());
    let told = souk(&disk.0, &["doctor"]);
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(text.contains("ok    disk"), "{text}");

    disk.fill();

    let told = souk(&disk.0, &["doctor"]);
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(text.contains("BAD   disk           the database's disk is full"), "{text}");
    assert_eq!(told.status.code(), Some(1));
    std::fs::remove_file(disk.0.0.join("full")).unwrap();
    assert_eq!(dev.interrupt(), Some(0));
}
