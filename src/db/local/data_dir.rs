//! The folder of the private cluster: `cluster/` (Postgres' own), `database.json` (port and
//! passwords, readable by us alone), `postgres.log`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{LocalError, server};
use crate::base::random::letters;

/// The file of the port and the passwords.
const SECRETS: &str = "database.json";
/// The port that is tried first.
const FIRST_PORT: u16 = 54_329;
/// Letters of a password: some 190 bits.
const PASSWORD_LETTERS: usize = 32;

/// All that we ever put into the folder, in the order in which it is removed: the passwords last, for
/// they tell that the folder is ours.
const OURS: [&str; 7] = [
    "cluster",
    "cluster.new",
    "initdb.password",
    "keys.json",
    "postgres.log",
    "database.json.new",
    SECRETS,
];
/// What a folder may hold that nobody has used yet: a file system's own, and what a start leaves that
/// was interrupted at once.
const EMPTY: [&str; 2] = ["lost+found", "database.json.new"];

/// A folder for one private cluster. Its path is absolute: programs are run from elsewhere.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

/// What only this program and its database know.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    /// Where the server listens, on loopback.
    pub port: u16,
    /// Password of the superuser `supabase_admin`, used to prepare the cluster only.
    pub admin: String,
    /// Password of the owner `postgres`.
    pub owner: String,
    /// Password of `souk_rest`.
    pub rest: String,
    /// Password of `souk_engine`.
    pub engine: String,
    /// Password of `supabase_auth_admin`.
    pub auth: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Secrets {
    fn new() -> Self {
        Self {
            port: FIRST_PORT,
            admin: letters(PASSWORD_LETTERS),
            owner: letters(PASSWORD_LETTERS),
            rest: letters(PASSWORD_LETTERS),
            engine: letters(PASSWORD_LETTERS),
            auth: letters(PASSWORD_LETTERS),
        }
    }
}

impl DataDir {
    /// The folder at `path`, seen from where this process was started.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        // What has no absolute path, such as none at all, is refused when it is used.
        Self(std::path::absolute(&path).unwrap_or(path))
    }

    /// Where data lies unless somebody says otherwise: `$SOUK_HOME`; `/var/lib/souk` for root,
    /// whose home the database user could not enter; else the user's data folder.
    pub fn standard() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let path = match variable("SOUK_HOME") {
            Some(home) => PathBuf::from(home),
            None if is_root() => PathBuf::from("/var/lib/souk"),
            None => match (variable("XDG_DATA_HOME"), variable("HOME")) {
                (Some(data), _) => PathBuf::from(data).join("souk"),
                (None, Some(home)) => PathBuf::from(home).join(".local/share/souk"),
                (None, None) => PathBuf::from("souk-data"),
            },
        };
        Self::at(path)
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Postgres' own folder.
    pub fn cluster(&self) -> PathBuf {
        self.0.join("cluster")
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.0.join("postgres.log")
    }

    /// The log's last lines, for an error message.
    pub fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }

    /// Major version of the data, when there is data.
    pub fn version(&self) -> Option<u32> {
        fs::read_to_string(self.cluster().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// Removes everything of ours, for a fresh start.
    ///
    /// # Errors
    /// When the folder is somebody else's, a server runs from it, or it can't be removed.
    pub fn clear(&self) -> Result<(), LocalError> {
        self.check()?;
        if server::is_alive(&self.cluster()) {
            return Err(self.refuse("a server runs from it; end its `souk dev` first".to_owned()));
        }
        for name in OURS {
            let path = self.0.join(name);
            let removed = match fs::symlink_metadata(&path) {
                Ok(found) if found.is_dir() => fs::remove_dir_all(&path),
                Ok(_) => fs::remove_file(&path),
                Err(error) => Err(error),
            };
            removed.or_else(unless_missing).map_err(|error| self.refuse(error.to_string()))?;
        }
        match fs::remove_dir(&self.0) {
            // Somebody laid something beside ours; the folder is ours for all that.
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                self.keep(&Secrets::new())
            }
            _ => Ok(()),
        }
    }

    /// Makes the folder. Others may pass through it, as the database user must, but not list it.
    pub(super) fn prepare(&self) -> Result<(), LocalError> {
        self.check()?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(&self.0)
            .map_err(|error| self.refuse(error.to_string()))
    }

    /// Refuses a folder of somebody else: ours has the passwords, which are the first thing that is put
    /// there. Where they are lost, it has a cluster and nothing that is not ours by name.
    fn check(&self) -> Result<(), LocalError> {
        if !self.0.is_absolute() {
            return Err(self.refuse("its path can't be made absolute".to_owned()));
        }
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|error| self.refuse(error.to_string()))?,
        };
        let names: Vec<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
        let only = |known: &[&str]| names.iter().all(|name| known.iter().any(|own| name == own));
        let is_ours = only(&EMPTY)
            || matches!(self.secrets(), Ok(Some(_)))
            || (self.version().is_some() && only(&[&OURS[..], &EMPTY[..]].concat()));
        if is_ours {
            return Ok(());
        }
        let reason = "it holds something that is not souk's; name an empty one with --data-dir";
        Err(self.refuse(reason.to_owned()))
    }

    /// The passwords, if the folder has them. Only looks.
    pub(super) fn secrets(&self) -> Result<Option<Secrets>, LocalError> {
        match fs::read_to_string(self.0.join(SECRETS)) {
            Ok(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| self.refuse(format!("{SECRETS} is damaged: {error}"))),
            Err(error) => {
                unless_missing(error).map(|()| None).map_err(|error| self.refuse(error.to_string()))
            }
        }
    }

    /// The passwords, made the first time.
    pub(super) fn secrets_or_new(&self) -> Result<Secrets, LocalError> {
        if let Some(secrets) = self.secrets()? {
            return Ok(secrets);
        }
        if self.version().is_some() {
            return Err(self.refuse(format!("{SECRETS} is missing; start afresh with --fresh")));
        }
        let secrets = Secrets::new();
        self.keep(&secrets)?;
        Ok(secrets)
    }

    /// Writes the passwords and the port down, whole or not at all.
    pub(super) fn keep(&self, secrets: &Secrets) -> Result<(), LocalError> {
        let refuse = |error: io::Error| self.refuse(error.to_string());
        let text = serde_json::to_string_pretty(secrets).unwrap_or_default();
        let path = self.0.join(SECRETS);
        let new = self.0.join(format!("{SECRETS}.new"));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)
            .map_err(refuse)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(refuse)?;
        fs::rename(&new, &path).map_err(refuse)
    }

    pub(super) fn refuse(&self, reason: String) -> LocalError {
        LocalError::Folder { folder: self.0.display().to_string(), reason }
    }
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Whether this process runs as root, for whom Postgres does not start.
pub(super) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}
