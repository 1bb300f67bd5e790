//! Where Postgres' programs are, and as whom they run.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::LocalError;
use super::data_dir::{DataDir, Secrets, is_root};

/// The oldest major version that will do.
const OLDEST: u32 = 15;

/// The programs of one installed Postgres.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
    /// Major version.
    pub version: u32,
    /// The user to run them as, where we are root.
    user: Option<(u32, u32)>,
}

impl Binaries {
    /// The newest installed Postgres, or the one that wrote the data.
    ///
    /// # Errors
    /// [`LocalError::Missing`], [`LocalError::TooOld`], [`LocalError::OtherVersion`].
    pub fn find(dir: &DataDir) -> Result<Self, LocalError> {
        let mut found: Vec<(u32, PathBuf)> =
            folders().into_iter().filter_map(|folder| Some((version(&folder)?, folder))).collect();
        found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        let newest = found.first().map(|(version, _)| *version).ok_or(LocalError::Missing)?;
        if newest < OLDEST {
            return Err(LocalError::TooOld { found: newest });
        }
        let wanted = dir.version().unwrap_or(newest);
        let (version, folder) = found.into_iter().find(|(version, _)| *version == wanted).ok_or(
            LocalError::OtherVersion {
                folder: dir.path().display().to_string(),
                data: wanted,
                found: newest,
            },
        )?;
        let user = if is_root() { Some(database_user()?) } else { None };
        Ok(Self { folder, version, user })
    }

    /// A command for one of the programs, run as the right user from a folder it may enter.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("LC_ALL", "C").env_remove("PGDATA");
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes a cluster under another name and gives it its own at the end, so that an interrupted
    /// `initdb` leaves nothing that looks like one.
    pub(super) async fn init(&self, dir: &DataDir, secrets: &Secrets) -> Result<(), LocalError> {
        let new = dir.path().join("cluster.new");
        let refuse = |error: std::io::Error| dir.refuse(error.to_string());
        if new.exists() {
            fs::remove_dir_all(&new).map_err(refuse)?;
        }
        self.give(dir, &new)?;
        let password = self.password_file(dir, secrets)?;
        let output = self
            .command(self.program("initdb"))
            .args(["--username", "supabase_admin", "--auth", "scram-sha-256"])
            .args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"])
            .arg("--pwfile")
            .arg(&password)
            .arg("--pgdata")
            .arg(&new)
            .stdin(Stdio::null())
            .output()
            .await
            .map_err(|error| dir.refuse(format!("initdb does not run: {error}")))?;
        fs::remove_file(&password).map_err(refuse)?;
        if !output.status.success() {
            let reason = reason(&String::from_utf8_lossy(&output.stderr));
            return Err(LocalError::Program { program: "initdb", output: reason });
        }
        fs::rename(&new, dir.cluster()).map_err(refuse)
    }

    /// The superuser's password in a file that only the one who runs `initdb` can read.
    fn password_file(&self, dir: &DataDir, secrets: &Secrets) -> Result<PathBuf, LocalError> {
        let refuse = |error: std::io::Error| dir.refuse(error.to_string());
        let path = dir.path().join("initdb.password");
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .map_err(refuse)?;
        file.write_all(secrets.admin.as_bytes()).map_err(refuse)?;
        if let Some((uid, gid)) = self.user {
            chown(&path, Some(uid), Some(gid)).map_err(refuse)?;
        }
        Ok(path)
    }

    /// Makes an empty folder and gives it, and the log, to the user Postgres runs as.
    fn give(&self, dir: &DataDir, folder: &Path) -> Result<(), LocalError> {
        let refuse = |error: std::io::Error| dir.refuse(error.to_string());
        fs::create_dir(folder).map_err(refuse)?;
        fs::OpenOptions::new().create(true).append(true).open(dir.log()).map_err(refuse)?;
        if let Some((uid, gid)) = self.user {
            chown(folder, Some(uid), Some(gid)).map_err(refuse)?;
            chown(dir.log(), Some(uid), Some(gid)).map_err(refuse)?;
        }
        Ok(())
    }
}

/// The line that says why: the first that speaks of an error, else the last.
fn reason(output: &str) -> String {
    let says_why = |line: &&str| {
        ["error", "FATAL", "PANIC", "No space"].iter().any(|word| line.contains(word))
    };
    let line = output.lines().find(says_why).or_else(|| output.lines().last());
    line.unwrap_or("no reason given").trim().to_owned()
}

/// Folders that may hold the programs, the named one first.
fn folders() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("SOUK_PG_BIN").filter(|value| !value.is_empty()) {
        return vec![PathBuf::from(named)];
    }
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    for (root, inner) in
        [("/usr/lib/postgresql", "bin"), ("/usr/local/opt", "bin"), ("/opt/homebrew/opt", "bin")]
    {
        let children = fs::read_dir(root).into_iter().flatten().flatten();
        folders.extend(children.map(|child| child.path().join(inner)));
    }
    folders.extend((OLDEST..OLDEST + 10).map(|v| PathBuf::from(format!("/usr/pgsql-{v}/bin"))));
    folders
}

/// Major version of the programs in a folder, if they are there.
fn version(folder: &Path) -> Option<u32> {
    let program = folder.join("postgres");
    if !program.is_file() || !folder.join("initdb").is_file() {
        return None;
    }
    let output = std::process::Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // "postgres (PostgreSQL) 15.18 (Debian …)"
    let number = text.split(')').nth(1)?.split_whitespace().next()?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The user `postgres` of the system, as whom the server runs where we are root.
fn database_user() -> Result<(u32, u32), LocalError> {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut ids = users.lines().filter(|line| line.starts_with("postgres:")).filter_map(|line| {
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    ids.next().ok_or(LocalError::Program {
        program: "initdb",
        output: "it refuses to run as root, and there is no user `postgres` to run it as; make \
                 one, or start souk as another user"
            .to_owned(),
    })
}
