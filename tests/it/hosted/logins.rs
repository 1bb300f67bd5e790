//! Numbered logins: `souk setup` makes and ends them, and who is told of more than there are says so.

mod rights;

use std::time::Duration;

use serde_json::{Value, json};

use super::cluster::{Hosted, hosted};
use super::served::{PASSWORD, Settings};

/// A project of its own cluster, whose roles nobody else makes.
struct Scene {
    hosted: Hosted,
    database: String,
}

impl Scene {
    /// The settings, with as many numbered logins as they are to say.
    fn with(&self, count: &str) -> Settings {
        Settings::new(&self.hosted, &self.database).with("SOUK_REST_LOGINS", count)
    }

    /// What a command says that must fail.
    fn refused(settings: &Settings, arguments: &[&str]) -> String {
        let output = settings.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let told = String::from_utf8(output.stdout).unwrap();
        told + &String::from_utf8(output.stderr).unwrap()
    }

    /// Holds how many numbered logins there are.
    fn holds(&self, count: usize) {
        self.hosted.admin(
            "postgres",
            &format!(
                "do $$ begin
                     assert (select coalesce(array_agg(rolname::text order by rolname), '{{}}')
                               from pg_roles where rolname like 'souk\\_rest\\_%')
                            = array(select 'souk_rest_' || n from generate_series(1, {count}) as n);
                 end $$"
            ),
        );
    }

    /// Holds that a login gets in by a password.
    fn gets_in(&self, login: &str, password: &str) {
        assert_eq!(self.hosted.refusal(login, password, &self.database, "select"), "");
    }

    fn bad_numbers_are_refused(&self) {
        for bad in ["-1", "1001", "two", "1.5"] {
            for command in ["setup", "doctor", "serve"] {
                let told = Self::refused(&self.with(bad), &[command]);
                assert!(told.contains("SOUK_REST_LOGINS is no number from 0 to 1000"), "{told}");
            }
        }
        self.holds(0);
    }

    fn again_nothing_changes(&self) {
        for count in ["3", "", "3"] {
            let told = self.with(count).must(&["--json", "setup"]);
            let told: Value = serde_json::from_str(&told).unwrap();
            assert_eq!((&told["rest_logins"], &told["shut_out"]), (&json!(3), &json!([])));
            self.holds(3);
        }
        assert!(self.with("3").must(&["doctor"]).contains("souk_rest_3 gets in"));
    }

    fn who_is_told_of_more_says_what_makes_them(&self) {
        let serve = self.with("5").with("SUPABASE_URL", "http://127.0.0.1:9");
        let told = Self::refused(&serve, &["serve", "--listen", "127.0.0.1:0"]);
        let said = "souk_rest_4, souk_rest_5: there is no such login; run `souk setup` with \
                    SOUK_REST_LOGINS=5";
        assert!(told.contains(said), "{told}");
        let told = Self::refused(&self.with("5"), &["doctor"]);
        assert!(told.contains("souk_rest_4, souk_rest_5: there is no such login"), "{told}");
    }

    fn all_have_one_password(&self) {
        let silent = |count: &str| self.with(count).with("SOUK_DATABASE_PASSWORD", "");
        let told = Self::refused(&silent("5"), &["setup"]);
        assert!(told.contains("souk_rest_4, souk_rest_5 would be new"), "{told}");
        self.holds(3);
        silent("3").must(&["setup"]);
        self.gets_in("souk_rest_3", PASSWORD);
        self.with("").with("SOUK_DATABASE_PASSWORD", "another-one").must(&["setup"]);
        self.gets_in("souk_rest_3", "another-one");
        self.with("5").must(&["setup"]);
        self.holds(5);
        self.gets_in("souk_rest_3", PASSWORD);
    }

    fn none_is_dropped_that_somebody_is_connected_as(&self) {
        let mut session = self.hosted.session("souk_rest_2", PASSWORD, &self.database);
        let refusal = (0..100).find_map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            let is_there = "do $$ begin assert (select count(*) = 1 from pg_stat_activity \
                            where usename = 'souk_rest_2'); end $$";
            let told = self.hosted.refusal("postgres", "owner", &self.database, is_there);
            told.is_empty().then(|| Self::refused(&self.with("1"), &["setup"]))
        });
        let refusal = refusal.expect("a session");
        assert!(refusal.contains("somebody is connected as souk_rest_2"), "{refusal}");
        self.holds(5);
        // The server would notice only when the session has slept that somebody has hung up.
        let end = "select pg_terminate_backend(pid) from pg_stat_activity
                    where usename = 'souk_rest_2'";
        self.hosted.admin("postgres", end);
        session.wait().unwrap();
        let ended = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            self.with("1").run(&["setup"]).status.success()
        });
        assert!(ended, "the session is over");
        self.holds(1);
        self.with("0").must(&["setup"]);
        self.holds(0);
    }

    fn by_hand_it_is_the_same(&self) {
        let print = |count: &str| self.with(count).must(&["setup", "--print"]);
        self.hosted.owner(&self.database, &print("3"));
        self.holds(3);
        self.hosted.owner(&self.database, &print("2"));
        self.holds(2);
        self.gets_in("souk_rest_2", PASSWORD);
        self.hosted.owner(&self.database, &print(""));
        self.holds(2);
    }
}

#[test]
fn there_are_as_many_numbered_logins_as_setup_is_told() {
    if hosted().is_none() {
        return;
    }
    let hosted = Hosted::start("logins");
    let scene = Scene { database: hosted.database(true), hosted };
    scene.bad_numbers_are_refused();
    scene.with("3").prepare();
    scene.again_nothing_changes();
    scene.who_is_told_of_more_says_what_makes_them();
    scene.all_have_one_password();
    scene.none_is_dropped_that_somebody_is_connected_as();
    scene.by_hand_it_is_the_same();
}
