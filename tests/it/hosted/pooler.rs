//! The REST plane through a pooler that hands out a server connection for one transaction only.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::cluster::{Hosted, hosted};
use super::project::{Project, ring};
use super::served::{PASSWORD, Served, Settings};
use crate::support::skip;

/// A PgBouncer before the hosted cluster, in transaction mode, with one server connection.
fn start(hosted: &Hosted, program: &Path) -> (std::process::Child, u16) {
    let port = super::free_port();
    let users = hosted.folder.join("users.txt");
    fs::write(&users, format!("\"souk_rest\" \"{PASSWORD}\"\n")).unwrap();
    let settings = hosted.folder.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host=localhost port={}\n[pgbouncer]\nlisten_addr=127.0.0.1\n\
         listen_port={port}\nunix_socket_dir=\nauth_type=scram-sha-256\nauth_file={}\n\
         pool_mode=transaction\ndefault_pool_size=1\nserver_tls_sslmode=verify-full\n\
         server_tls_ca_file={}\n",
        hosted.port,
        users.display(),
        hosted.authority.display()
    );
    fs::write(&settings, text).unwrap();
    (hosted.keep(program, &[settings.to_str().unwrap()], "pgbouncer.log"), port)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_stay_apart_through_a_pooler_in_transaction_mode() {
    let Some(hosted) = hosted() else { return };
    let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(Path::new);
    let Some(program) = program.into_iter().find(|program| program.exists()) else {
        skip("pooler", "install pgbouncer");
        return;
    };
    let (_pooler, port) = start(hosted, program);
    let database = hosted.database(true);
    let project = Project::serve(hosted, &database, ring(&[super::FIRST])).await;
    let rest = format!("postgresql://127.0.0.1:{port}/{database}?pgbouncer=true");
    let settings = Settings::new(hosted, &database)
        .with("SUPABASE_URL", &project.url)
        .with("SOUK_REST_DATABASE_URL", rest);
    settings.prepare();
    let souk = Served::start(&settings, &hosted.folder.join("pooler.log")).await;
    let owner = souk.sign_up("ada@example.com").await;
    for slug in ["one", "two"] {
        souk.live(&owner, slug).await;
        // Something that only this store has.
        let path = format!("/s/{slug}/rest/v1/products?slug=eq.hat");
        let name = json!({ "name": format!("A hat of {slug}") });
        souk.ask("PATCH", &path, Some(&owner), Some(name)).await.is(204);
    }

    // Two slots over one server connection: transactions of both stores take turns on it, reads as
    // anon and changes as authenticated; some go away in the middle.
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
    let pools = fs::read_to_string(hosted.folder.join("pgbouncer.log")).unwrap();
    assert!(pools.contains(&format!("{database}/souk_rest")), "it went around the pooler: {pools}");
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
