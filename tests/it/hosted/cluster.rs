//! A Postgres as a hosted project's: TLS and nothing else, with a certificate of an authority of
//! the test's own; an owner who is no superuser; `auth` and `storage` in other hands.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::support::skip;

const PREFIX: &str = "souk-hosted-";
/// Ends the server when this process ends, however it does.
const KEEPER: &str = r#"exec 3<&0; "$0" "$@" >"$LOG" 2>&1 3<&- & server=$!
(cat <&3 >/dev/null; kill -INT "$server" 2>/dev/null) & wait "$server""#;

static CLUSTER: OnceLock<Option<Hosted>> = OnceLock::new();

/// The cluster of this run.
#[derive(Debug)]
pub(crate) struct Hosted {
    pub(crate) port: u16,
    /// The authority that signed the server's certificate.
    pub(crate) authority: PathBuf,
    /// Another one.
    pub(crate) stranger: PathBuf,
    /// The user that Postgres runs as, where we are root.
    pub(crate) user: Option<(u32, u32)>,
    pub(crate) folder: PathBuf,
    programs: PathBuf,
    _server: Child,
}

/// The cluster, or `None` and a word where this machine has no openssl.
pub(crate) fn hosted() -> Option<&'static Hosted> {
    let hosted = CLUSTER.get_or_init(|| {
        Command::new("openssl").arg("version").output().ok()?;
        Some(Hosted::start("shared"))
    });
    if hosted.is_none() {
        skip("hosted", "install openssl, which makes the certificates");
    }
    hosted.as_ref()
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the program is there");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}

/// User and group `postgres`, where we are root.
fn database_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The newest installed Postgres.
fn programs() -> PathBuf {
    let named = std::env::var_os("SOUK_PG_BIN").map(PathBuf::from);
    let folders = (15..30).rev().flat_map(|version| {
        [format!("/usr/lib/postgresql/{version}/bin"), format!("/usr/pgsql-{version}/bin")]
    });
    let mut all = named.into_iter().chain(folders.map(PathBuf::from));
    all.find(|folder| folder.join("initdb").is_file()).expect("the tests need a Postgres")
}

impl Hosted {
    /// Another cluster, which nobody has prepared for Souk; it ends when dropped.
    pub(crate) fn start(name: &str) -> Self {
        sweep();
        let folder = format!("{PREFIX}{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::DirBuilder::new().mode(0o755).create(&folder).unwrap();
        let (user, programs) = (database_user(), programs());
        certificates(&folder);
        let data = folder.join("data");
        fs::create_dir(&data).unwrap();
        for path in [&data, &folder.join("server.key"), &folder.join("server.pem")] {
            if let Some((uid, gid)) = user {
                chown(path, Some(uid), Some(gid)).unwrap();
            }
        }
        let mut init = Command::new(programs.join("initdb"));
        init.args(["-U", "supabase_admin", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        run(as_user(init.arg("-D").arg(&data), user));
        let only_tls = "hostssl all supabase_admin 127.0.0.1/32 trust\n\
                        hostssl all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), only_tls).unwrap();
        let port = super::free_port();
        let server = serve(&programs, &folder, port, user);
        let (authority, stranger) = (folder.join("ca.pem"), folder.join("stranger.pem"));
        let hosted = Self { port, authority, stranger, user, folder, programs, _server: server };
        hosted.wait();
        hosted.admin("postgres", include_str!("roles.sql"));
        hosted
    }

    fn wait(&self) {
        for _ in 0..200 {
            let asked = self.psql("supabase_admin", "postgres").args(["-c", "select 1"]).output();
            if asked.is_ok_and(|output| output.status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{}", fs::read_to_string(self.folder.join("log")).unwrap_or_default());
    }

    fn psql(&self, user: &str, database: &str) -> Command {
        // A folder of servers may have none.
        let own = Some(self.programs.join("psql")).filter(|program| program.is_file());
        let mut command = Command::new(own.unwrap_or_else(|| "psql".into()));
        let (port, authority) = (self.port, self.authority.display());
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d"]).arg(format!(
            "host=localhost hostaddr=127.0.0.1 port={port} user={user} dbname={database} \
             sslmode=verify-full sslrootcert={authority}"
        ));
        command
    }

    /// Runs statements as the superuser, whom no project's owner ever is.
    pub(crate) fn admin(&self, database: &str, sql: &str) {
        run(self.psql("supabase_admin", database).args(["-c", sql]));
    }

    /// Runs statements as the owner, as the SQL editor does.
    pub(crate) fn owner(&self, database: &str, sql: &str) {
        run(self.psql("postgres", database).env("PGPASSWORD", "owner").args(["-c", sql]));
    }

    /// A session of a login, which goes on until it is killed.
    pub(crate) fn session(&self, user: &str, password: &str, database: &str) -> Child {
        let mut command = self.psql(user, database);
        command.env("PGPASSWORD", password).args(["-c", "select pg_sleep(600)"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// What is answered to a login that tries a statement: nothing, or why it is refused.
    pub(crate) fn refusal(&self, user: &str, password: &str, database: &str, sql: &str) -> String {
        let mut command = self.psql(user, database);
        let tried = command.env("PGPASSWORD", password).args(["-c", sql]).stdin(Stdio::null());
        String::from_utf8(tried.output().unwrap().stderr).unwrap()
    }

    /// A new project's database; with the tables that its Auth has made, or before it ran.
    pub(crate) fn database(&self, has_auth: bool) -> String {
        let name = format!("h_{}", uuid::Uuid::now_v7().simple());
        self.admin("postgres", &format!("create database {name} owner postgres"));
        self.admin(&name, include_str!("schemas.sql"));
        if has_auth {
            self.admin(&name, include_str!("../../../supabase/local/auth.sql"));
        } else {
            let path =
                format!("alter role supabase_auth_admin in database {name} set search_path = auth");
            self.admin(&name, &path);
        }
        name
    }

    /// The owner's URL, checked to the full.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://postgres:owner@localhost:{}/{database}", self.port)
    }

    /// A command that ends when this process does, as the user that Postgres runs as.
    pub(crate) fn keep(&self, program: &Path, arguments: &[&str], log: &str) -> Child {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(KEEPER).arg(program).args(arguments);
        keep(&mut command, &self.folder.join(log), self.user)
    }
}

fn serve(programs: &Path, folder: &Path, port: u16, user: Option<(u32, u32)>) -> Child {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(KEEPER).arg(programs.join("postgres"));
    command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
    for (name, value) in [
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("unix_socket_directories", String::new()),
        ("ssl", "on".to_owned()),
        ("ssl_cert_file", folder.join("server.pem").display().to_string()),
        ("ssl_key_file", folder.join("server.key").display().to_string()),
        ("fsync", "off".to_owned()),
    ] {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    keep(&mut command, &folder.join("log"), user)
}

fn keep(command: &mut Command, log: &Path, user: Option<(u32, u32)>) -> Child {
    fs::write(log, "").unwrap();
    fs::set_permissions(log, fs::Permissions::from_mode(0o666)).unwrap();
    command.current_dir("/").env("LOG", log).env("LC_ALL", "C").process_group(0);
    let kept = as_user(command, user).stdin(Stdio::piped()).stdout(Stdio::null());
    kept.stderr(Stdio::null()).spawn().unwrap()
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command.current_dir("/")
}

/// Two authorities, and a certificate of the first for the name `localhost` alone.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        run(command.current_dir(folder).args(arguments.split(' ')));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for name in ["ca", "stranger"] {
        openssl(&format!(
            "req -x509 {key} -keyout {name}.key -out {name}.pem -days 2 -subj /CN={name} \
             -addext keyUsage=critical,keyCertSign"
        ));
    }
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
         -extfile names -out server.pem",
    );
}

/// Removes folders of runs that are over.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
