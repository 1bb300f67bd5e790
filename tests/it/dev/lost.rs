//! A `souk dev` whose database server is gone says so and ends; it does not answer 503 for ever.

use std::fs;
use std::process::Stdio;

use super::{Dev, Folder, command, free_port, signal, told, wait_until};

fn server(folder: &Folder) -> u32 {
    let text = fs::read_to_string(folder.0.join("cluster/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

fn start(folder: &Folder) -> Dev {
    let mut command = command(&folder.0, free_port());
    Dev::greeted(command.stderr(Stdio::piped()).spawn().unwrap(), 6)
}

#[test]
fn it_ends_when_its_server_is_killed_and_the_next_start_has_the_data() {
    let folder = Folder::new();
    let mut dev = start(&folder);
    signal("-KILL", server(&folder));

    wait_until("its end", || dev.child.try_wait().unwrap().is_some());

    let text = told(&mut dev.child);
    assert_eq!(dev.child.wait().unwrap().code(), Some(1), "{text}");
    assert!(text.contains("the database server has ended"), "{text}");
    let again = start(&folder);
    assert_eq!(again.value("Secret key"), dev.value("Secret key"));
    assert_eq!(again.interrupt(), Some(0));
}

#[test]
fn a_second_one_says_whose_server_it_uses_and_ends_with_it() {
    let folder = Folder::new();
    let first = start(&folder);
    let mut second = start(&folder);
    assert_eq!(second.value("Database"), first.value("Database"));

    assert_eq!(first.interrupt(), Some(0));
    wait_until("the second's end", || second.child.try_wait().unwrap().is_some());

    let text = told(&mut second.child);
    assert_eq!(second.child.wait().unwrap().code(), Some(1), "{text}");
    assert!(text.contains("the server of another `souk dev`"), "{text}");
    assert!(text.contains("the database server has ended"), "{text}");
}
