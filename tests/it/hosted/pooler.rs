//! The REST plane through a pooler that hands out a server connection for one transaction only.

mod affinity;

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use serde_json::json;

use super::cluster::{Hosted, hosted};
use super::project::{Project, ring};
use super::served::{PASSWORD, Served, Settings};
use crate::support::skip;

/// Numbered logins of the cluster that the tests share: all ask for as many, so none drops another's.
const LOGINS: usize = 4;

/// The name by which the pooler knows the REST plane's way to a database.
const PLANE: &str = "souk_rest_plane";

/// A PgBouncer before a hosted database, in transaction mode, as `docs/hosted.md` sets it up.
struct Pooler {
    port: u16,
    log: PathBuf,
    _child: Child,
}

impl Pooler {
    /// One that keeps `size` connections to the server for each login; none where this machine has
    /// no PgBouncer.
    fn start(hosted: &Hosted, database: &str, size: usize) -> Option<Self> {
        Self::knowing(hosted, database, size, LOGINS)
    }

    /// One that knows so many of the numbered logins.
    fn knowing(hosted: &Hosted, database: &str, size: usize, known: usize) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(Path::new);
        let Some(program) = program.into_iter().find(|program| program.exists()) else {
            skip("pooler", "install pgbouncer");
            return None;
        };
        let port = super::free_port();
        let file = |kind: &str| hosted.folder.join(format!("pooler-{port}.{kind}"));
        let numbered = (1..=known).map(|number| format!("souk_rest_{number}"));
        let users = numbered.chain(["souk_rest".to_owned()]);
        let users: String = users.map(|user| format!("\"{user}\" \"{PASSWORD}\"\n")).collect();
        fs::write(file("users"), users).unwrap();
        let text = format!(
            "[databases]\n\
             {PLANE} = host=localhost port={} dbname={database} pool_size={size}\n\
             [pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\nunix_socket_dir=\n\
             auth_type=scram-sha-256\nauth_file={}\npool_mode=transaction\n\
             server_lifetime=3600\nserver_idle_timeout=3600\nserver_round_robin=0\n\
             server_tls_sslmode=verify-full\nserver_tls_ca_file={}\n",
            hosted.port,
            file("users").display(),
            hosted.authority.display()
        );
        fs::write(file("ini"), text).unwrap();
        let log = file("log");
        let child = hosted.keep(program, &[file("ini").to_str().unwrap()], log.to_str().unwrap());
        let pooler = Self { port, log, _child: child };
        pooler.wait();
        Some(pooler)
    }

    fn wait(&self) {
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("{}", fs::read_to_string(&self.log).unwrap_or_default());
    }

    /// The way to the database through it.
    fn url(&self) -> String {
        format!("postgresql://127.0.0.1:{}/{PLANE}?pgbouncer=true", self.port)
    }

    /// Whether somebody came as this login.
    fn saw(&self, login: &str) -> bool {
        fs::read_to_string(&self.log).unwrap().contains(&format!("{PLANE}/{login}@"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_stay_apart_through_a_pooler_in_transaction_mode() {
    let Some(hosted) = hosted() else { return };
    two_stores_stay_apart(hosted, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_stay_apart_where_each_connection_has_its_login() {
    let Some(hosted) = hosted() else { return };
    two_stores_stay_apart(hosted, LOGINS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_the_pooler_does_not_know_is_named() {
    let Some(hosted) = hosted() else { return };
    let database = hosted.database(true);
    let Some(pooler) = Pooler::knowing(hosted, &database, 1, LOGINS - 1) else { return };
    let project = Project::serve(hosted, &database, ring(&[super::FIRST])).await;
    let settings = Settings::new(hosted, &database)
        .with("SUPABASE_URL", &project.url)
        .with("SOUK_REST_DATABASE_URL", pooler.url())
        .with("SOUK_REST_LOGINS", LOGINS.to_string());
    settings.prepare();
    let doctor = settings.run(&["doctor"]);
    let told = String::from_utf8(doctor.stdout).unwrap();
    let unknown = format!("BAD   login          souk_rest_{LOGINS}: ");
    assert!(!doctor.status.success() && told.contains(&unknown), "{told}");
    assert!(told.contains("souk_rest_1 gets in"), "{told}");
    assert!(told.contains("does a pooler on the way know the login?"), "{told}");
    let log = hosted.folder.join("pooler-unknown.served");
    let _souk = Served::start(&settings, &log).await;
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains(&format!("souk_rest_{LOGINS} does not get in")), "{log}");
    assert!(!log.contains("souk_rest_1 does not get in"), "{log}");
}

async fn two_stores_stay_apart(hosted: &Hosted, logins: usize) {
    let database = hosted.database(true);
    let Some(pooler) = Pooler::start(hosted, &database, 1) else { return };
    let project = Project::serve(hosted, &database, ring(&[super::FIRST])).await;
    let mut settings = Settings::new(hosted, &database)
        .with("SUPABASE_URL", &project.url)
        .with("SOUK_REST_DATABASE_URL", pooler.url());
    if logins > 0 {
        settings = settings.with("SOUK_REST_LOGINS", logins.to_string());
    }
    settings.prepare();
    let log = hosted.folder.join(format!("pooler-{logins}.served"));
    let souk = Served::start(&settings, &log).await;
    let owner = souk.sign_up("ada@example.com").await;
    for slug in ["one", "two"] {
        souk.live(&owner, slug).await;
        // Something that only this store has.
        let path = format!("/s/{slug}/rest/v1/products?slug=eq.hat");
        let name = json!({ "name": format!("A hat of {slug}") });
        souk.ask("PATCH", &path, Some(&owner), Some(name)).await.is(204);
    }

    // Slots over fewer server connections, or each over its own: transactions of both stores take
    // turns, reads as anon and changes as authenticated; some go away in the middle.
    let turns = (0..60).map(|nth| turn(&souk, &owner, nth));
    let all = futures_util::future::join_all(turns);
    tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
    for (slug, other) in [("one", "two"), ("two", "one")] {
        let path = format!("/s/{slug}/rest/v1/products?select=vendor");
        assert_eq!(
            souk.ask("GET", &path, None, None).await.is(200).body,
            json!([{ "vendor": slug }])
        );
        // Another store's schema can't be asked for.
        let path = format!("/s/{slug}/rest/v1/tenant_{other}.products");
        souk.ask("GET", &path, None, None).await.is(404);
    }
    let numbered = (1..=LOGINS).any(|n| pooler.saw(&format!("souk_rest_{n}")));
    let shared = pooler.saw("souk_rest");
    assert_eq!((numbered, shared), (logins > 0, logins == 0), "it went another way");
    let doctor = settings.must(&["doctor"]);
    assert!(!doctor.contains("BAD"), "{doctor}");
    if logins > 0 {
        assert!(doctor.contains(&format!("souk_rest_{logins} gets in")), "{doctor}");
        let log = fs::read_to_string(log).unwrap();
        assert!(log.contains(&format!("SOUK_REST_LOGINS={logins}")), "{log}");
    }
}

/// One of many requests at once: its store, and what it does there.
async fn turn(souk: &Served, owner: &str, nth: u64) {
    let slug = if nth.is_multiple_of(2) { "one" } else { "two" };
    let path = format!("/s/{slug}/rest/v1/products?select=name");
    match nth % 5 {
        3 => {
            let path = format!("{path}&slug=eq.hat");
            souk.ask("PATCH", &path, Some(owner), Some(json!({ "vendor": slug }))).await.is(204);
        }
        4 => {
            let asked = souk.ask("GET", &path, None, None);
            let _ = tokio::time::timeout(Duration::from_millis(nth), asked).await;
        }
        _ => {
            let told = souk.ask("GET", &path, None, None).await.is(200);
            assert_eq!(told.body, json!([{ "name": format!("A hat of {slug}") }]));
        }
    }
}
