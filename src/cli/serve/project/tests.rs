use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    project: Project,
}

fn check(arguments: &[&str]) -> anyhow::Result<Checked> {
    let line = Line::parse_from([&["souk"], arguments].concat());
    line.project.check(Faults::default())
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let error = check(&[
        "--supabase-url",
        "ftp://x",
        "--secret-key",
        "sb_publishable_x",
        "--connections",
        "many",
    ]);
    let error = error.expect_err("nearly nothing is set").to_string();
    for fault in [
        "DATABASE_URL is not set",
        "SOUK_DATABASE_PASSWORD is not set",
        "SUPABASE_URL is no address",
        "SUPABASE_PUBLISHABLE_KEY is not set, nor is SUPABASE_ANON_KEY",
        "SUPABASE_SECRET_KEY holds a key of the other kind",
        "SOUK_CONNECTIONS is no number from 1 to 1000",
    ] {
        assert!(error.contains(fault), "{fault}: {error}");
    }
}

#[test]
fn the_transaction_pooler_is_for_rest_alone() {
    let url = "postgresql://postgres.x:y@aws-0-eu-west-1.pooler.supabase.com:6543/postgres";
    let error = check(&["--database-url", url]).expect_err("much is missing").to_string();
    assert!(error.contains("DATABASE_URL is of a pooler in transaction mode"), "{error}");
}

#[test]
fn a_project_is_told_without_its_secrets() {
    let arguments = [
        "--database-url",
        "postgresql://postgres.abcdefghijklmnopqrst:hidden@localhost:5432/postgres",
        "--database-password",
        "hidden",
        "--supabase-url",
        "https://abcd.supabase.co/",
        "--publishable-key",
        "sb_publishable_x",
        "--secret-key",
        "sb_secret_hidden",
    ];
    let line = Line::parse_from([&["souk"], arguments.as_slice()].concat());
    let checked = line.project.check(Faults::default()).expect("all is set");
    assert_eq!(checked.auth_url, "https://abcd.supabase.co/auth/v1");
    assert_eq!(checked.issuer.as_deref(), Some("https://abcd.supabase.co/auth/v1"));
    assert_eq!(checked.cluster.logins.rest.user, "souk_rest.abcdefghijklmnopqrst");
    let shown = line.project.shown(&checked);
    assert!(!shown.contains("hidden"), "{shown}");
    assert!(shown.contains("SUPABASE_SECRET_KEY=***"), "{shown}");
}

#[test]
fn the_logins_of_connections_are_those_of_souk_rest() {
    let given = |url: &str, logins: &str| {
        let arguments = [
            "--database-url",
            "postgresql://postgres@db.abcd.supabase.co:5432/postgres",
            "--database-password",
            "hidden",
            "--supabase-url",
            "https://abcd.supabase.co",
            "--publishable-key",
            "sb_publishable_x",
            "--secret-key",
            "sb_secret_x",
            "--rest-database-url",
            url,
            "--rest-logins",
            logins,
        ];
        check(&arguments)
    };
    let whole = "postgresql://souk_rest.abcd:x@aws-0-eu-west-1.pooler.supabase.com:6543/postgres";
    for (logins, rest_slots) in [("12", 12), ("0", 8), ("", 8)] {
        let cluster = given(whole, logins).expect("all is set").cluster;
        assert_eq!((cluster.slots, cluster.rest_slots()), (8, rest_slots));
    }
    given("postgresql://pooler.test/postgres", "12").expect("nobody is named");
    let other = "postgresql://postgres.abcd:x@aws-0-eu-west-1.pooler.supabase.com:6543/postgres";
    for logins in ["", "12"] {
        let error = given(other, logins).expect_err("it is the owner").to_string();
        assert!(
            error.contains("SOUK_REST_DATABASE_URL can't be used: it names another user"),
            "{error}"
        );
    }
    for bad in ["1001", "1.5", "x"] {
        let error = given(whole, bad).expect_err("it is no count").to_string();
        assert!(error.contains("SOUK_REST_LOGINS is no number from 0 to 1000"), "{error}");
    }
}
