//! Souk on a hosted project: an owner without a superuser's rights, TLS or nothing, Auth elsewhere.
//! `docs/hosted.md` says the same steps in words.

mod allowed;
mod beside_cli;
mod cluster;
mod front;
mod keys;
mod logins;
mod pooler;
mod project;
mod real;
mod served;

use std::net::TcpListener;
use std::time::Duration;

use serde_json::Value;
use souk::supabase::token::KeyRing;

use cluster::{Hosted, hosted};
use project::{FIRST, Project, SECOND, ring};
use served::{SECRET, Served, Settings};

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_on_a_hosted_project() {
    let Some(hosted) = hosted() else { return };
    let database = hosted.database(true);
    let mut project = Project::serve(hosted, &database, ring(&[FIRST])).await;
    let settings = Settings::new(hosted, &database)
        .with("SUPABASE_URL", &project.url)
        .with("SOUK_TRUSTED_PROXIES", "127.0.0.1");
    settings.prepare();
    let log = hosted.folder.join("main-job.log");
    let souk = Served::start(&settings, &log).await;

    let owner = souk.sign_up("ada@example.com").await;
    souk.live(&owner, "acme").await;
    hosted.owner(
        &database,
        "do $$ begin
             assert (select bool_and(host(ip) = '203.0.113.7') from auth.sessions);
         end $$",
    );
    let me = souk.ask("GET", "/auth/v1/user", Some(&owner), None).await.is(200);
    assert_eq!(me.body["email"], "ada@example.com");
    let refused = souk.ask("GET", "/auth/v1/user", Some("no.good.token"), None).await.is(403);
    assert_eq!(refused.body["error_code"], "bad_jwt");
    let mine = souk.ask("GET", "/v1/stores", Some(&owner), None).await.is(200);
    assert_eq!(mine.body["stores"][0]["slug"], "acme");
    hand_an_invitation_on(&souk, &settings, &owner).await;
    let server = souk.ask("GET", "/v1/stores", Some(SECRET), None).await.is(403);
    assert_eq!(server.body["code"], "secret_key_not_allowed");

    project.rotate(ring(&[SECOND, FIRST]));
    let renewed = souk.sign_in("ada@example.com").await;
    // The list is read again, but not within ten seconds of the last time.
    let mut tries = 0;
    while souk.ask("GET", "/v1/stores", Some(&renewed), None).await.status != 200 {
        tries += 1;
        assert!(tries < 150, "the new key is not found");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    project.stop().await;
    // A kept connection may be cut under the first question: that one is a 502.
    let mut down = souk.ask("GET", "/auth/v1/settings", None, None).await;
    for _ in 0..20 {
        if down.status == 502 {
            down = souk.ask("GET", "/auth/v1/settings", None, None).await;
        }
    }
    let down = down.is(503);
    assert_eq!(down.headers["retry-after"], "1");
    assert_eq!(down.body["error_code"], "unexpected_failure");
    souk.ask("GET", "/v1/stores", Some(&renewed), None).await.is(200);
    souk.reads("acme").await;

    let doctor = settings.must(&["doctor"]);
    assert!(!doctor.contains("BAD"), "{doctor}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("SUPABASE_SECRET_KEY=***"), "{log}");
    for secret in [served::PASSWORD, SECRET, "postgres:owner@"] {
        assert!(!log.contains(secret), "the log tells a secret");
    }
}

/// Nothing here sends mails, so the operator hands the link on.
async fn hand_an_invitation_on(souk: &Served, settings: &Settings, owner: &str) {
    let staff = serde_json::json!({ "email": "new@example.com", "role": "staff" });
    souk.ask("POST", "/v1/stores/acme/members", Some(owner), Some(staff)).await.is(202);
    let told = settings.must(&["--json", "store", "invitations", "acme"]);
    let open: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&open[0]["email"], &open[0]["role"]), (&"new@example.com".into(), &"staff".into()));
    let link = open[0]["link"].as_str().unwrap();
    assert!(settings.must(&["store", "invitations", "acme"]).contains(link));
    let path = &link[link.find("/invitations/").unwrap()..];
    souk.ask("GET", path, None, None).await.is(200);
}

#[test]
fn setup_is_the_same_twice_and_what_it_prints() {
    let Some(hosted) = hosted() else { return };
    let (database, by_hand) = (hosted.database(true), hosted.database(true));
    let settings = Settings::new(hosted, &database);
    settings.prepare();
    settings.prepare();
    let told = settings.must(&["--json", "setup"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["shut_out"], serde_json::json!([]));

    // Without a password those of existing logins stay.
    settings.clone().with("SOUK_DATABASE_PASSWORD", "").must(&["setup"]);
    assert!(settings.must(&["doctor"]).contains("souk_rest gets in"));

    let printed = Settings::new(hosted, &by_hand).must(&["setup", "--print"]);
    assert!(!printed.contains(served::PASSWORD), "{printed}");
    hosted.owner(&by_hand, &printed);
    let settings = Settings::new(hosted, &by_hand);
    settings.must(&["migrate"]);
    settings.must(&["store", "create", "acme", "--owner", "ada@example.com"]);
}

#[test]
fn many_databases_of_one_cluster_are_prepared_at_once() {
    if hosted().is_none() {
        return;
    }
    // One where nobody has made the roles yet.
    let hosted = Hosted::start("unprepared");
    let all: Vec<Settings> =
        (0..6).map(|_| Settings::new(&hosted, &hosted.database(true))).collect();
    for _ in 0..2 {
        std::thread::scope(|scope| {
            for settings in &all {
                scope.spawn(|| settings.must(&["setup"]));
            }
        });
    }
    for settings in &all[..2] {
        settings.must(&["migrate"]);
        assert!(settings.must(&["doctor"]).contains("souk_rest gets in"));
    }
}

#[test]
fn the_server_must_be_the_one_it_should_be() {
    let Some(hosted) = hosted() else { return };
    let database = hosted.database(true);
    let settings = Settings::new(hosted, &database);
    settings.prepare();
    let url = |host: &str, rest: &str| {
        format!("postgresql://postgres:owner@{host}:{}/{database}{rest}", hosted.port)
    };
    let told = |settings: &Settings| {
        let output = settings.run(&["store", "list"]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { "good".to_owned() } else { text }
    };
    let asked = |host: &str, rest: &str| settings.clone().with("DATABASE_URL", url(host, rest));
    let stranger = hosted.stranger.display().to_string();

    assert_eq!(told(&asked("localhost", "?sslmode=verify-full")), "good");
    assert_eq!(told(&asked("127.0.0.1", "?sslmode=verify-ca")), "good");
    assert_eq!(told(&asked("127.0.0.1", "?sslmode=require")), "good");
    let other_name = told(&asked("127.0.0.1", "?sslmode=verify-full"));
    assert!(other_name.contains("certificate is not accepted"), "{other_name}");
    for mode in ["require", "verify-ca", "verify-full"] {
        let asked = asked("localhost", &format!("?sslmode={mode}"));
        let wrong = told(&asked.with("SOUK_DATABASE_CA", &stranger));
        assert!(wrong.contains("certificate is not accepted"), "{mode}: {wrong}");
    }
    // Without an authority of ours it is one that this machine does not know.
    let unknown = asked("localhost", "?sslmode=verify-full").without("SOUK_DATABASE_CA");
    assert!(told(&unknown).contains("certificate is not accepted"), "{}", told(&unknown));
    let careless = asked("localhost", "?sslmode=require").without("SOUK_DATABASE_CA");
    assert_eq!(told(&careless), "good");
    let plain = told(&asked("localhost", "?sslmode=disable"));
    assert!(plain.contains("no encryption"), "{plain}");
    let missing = told(
        &settings
            .clone()
            .with("SOUK_DATABASE_CA", "/nowhere/ca.pem")
            .with("DATABASE_URL", url("localhost", "?sslmode=verify-full")),
    );
    assert!(missing.contains("/nowhere/ca.pem can't be read"), "{missing}");
}

#[test]
fn all_that_is_wrong_with_the_configuration_is_said_at_once() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_souk"));
    command.arg("serve").env_clear().env("SUPABASE_URL", "x");
    command.env("SOUK_TRUSTED_PROXIES", "proxy.internal").env("SOUK_FORWARDED_HEADER", "via");
    command.env("SOUK_KEEP_DELETED_DAYS", "0");
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    for variable in [
        "DATABASE_URL is not set",
        "SOUK_DATABASE_PASSWORD is not set",
        "SUPABASE_URL is no address",
        "SUPABASE_PUBLISHABLE_KEY is not set, nor is SUPABASE_ANON_KEY",
        "SUPABASE_SECRET_KEY is not set, nor is SUPABASE_SERVICE_ROLE_KEY",
        "SOUK_TRUSTED_PROXIES can't be used: `proxy.internal` is no address",
        "SOUK_FORWARDED_HEADER can't be used: `via` is neither",
        "SOUK_KEEP_DELETED_DAYS is no number from 1 to 36500",
    ] {
        assert!(told.contains(variable), "{variable}: {told}");
    }
}

/// A ring of the legacy secret.
fn legacy(secret: &str) -> KeyRing {
    KeyRing::from_secret(&secret.to_owned().into(), None)
}
