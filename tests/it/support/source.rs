//! The project's own text, for rules that no compiler holds.

use std::path::{Path, PathBuf};

/// One file: its path from the root of the project, and its text without comments.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) code: String,
}

/// All files of a folder with one of the extensions.
pub(crate) fn files(folder: &str, extensions: &[&str]) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the project").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if extensions.iter().any(|e| path.extension().is_some_and(|x| x == *e)) {
                let text = std::fs::read_to_string(&path).expect("a file of the project");
                let mark = if path.extension().is_some_and(|x| x == "sql") { "--" } else { "//" };
                let path = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                found.push(File { path, code: without_comments(&text, mark) });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Every line up to its comment. A mark inside an address (`https://`) is none.
pub(crate) fn without_comments(text: &str, mark: &str) -> String {
    let line = |line: &str| {
        let mut end = line.len();
        for (at, _) in line.match_indices(mark) {
            if at == 0 || !line[..at].ends_with(':') {
                end = at;
                break;
            }
        }
        line[..end].to_owned()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Small letters, and one blank between words.
pub(crate) fn normal(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
