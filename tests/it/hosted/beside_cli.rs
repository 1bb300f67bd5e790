//! `supabase/config.toml` and `supabase/seed.sql`, for a Souk beside the Supabase CLI. The CLI itself
//! needs Docker, so it is not run here.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use souk::supabase::embedded::auth::AuthConfig;
use souk::supabase::token::KeyRing;
use toml_edit::{DocumentMut, Item};

use super::hosted;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("supabase")
}

fn config() -> DocumentMut {
    fs::read_to_string(folder().join("config.toml")).unwrap().parse().unwrap()
}

/// Every port of the file, by its table.
fn ports(name: &str, item: &Item, found: &mut Vec<(String, i64)>) {
    for (key, item) in item.as_table_like().into_iter().flat_map(toml_edit::TableLike::iter) {
        let name = format!("{name}.{key}");
        match item.as_integer() {
            Some(port) if key.ends_with("port") => found.push((name, port)),
            _ => ports(&name, item, found),
        }
    }
}

#[test]
fn its_auth_is_as_that_of_souk_dev() {
    let config = config();
    let auth = &config["auth"];
    let (email, limits) = (&auth["email"], &auth["rate_limit"]);
    let site = auth["site_url"].as_str().unwrap();
    let dev = AuthConfig::new(KeyRing::from_secret(&"a".repeat(40).into(), None), site, site);
    let seconds = |time: Duration| i64::try_from(time.as_secs()).ok();

    assert_eq!(auth["jwt_expiry"].as_integer(), seconds(dev.token_life));
    assert_eq!(auth["refresh_token_reuse_interval"].as_integer(), seconds(dev.refresh_reuse));
    assert_eq!(auth["enable_signup"].as_bool(), Some(!dev.disable_signup));
    assert_eq!(auth["enable_anonymous_sign_ins"].as_bool(), Some(dev.anonymous_users));
    assert_eq!(auth["enable_manual_linking"].as_bool(), Some(dev.manual_linking));
    let length_min = i64::try_from(dev.password.length_min).ok();
    assert_eq!(auth["minimum_password_length"].as_integer(), length_min);
    assert_eq!(auth["password_requirements"].as_str(), Some(""));
    assert!(dev.password.required.is_empty());
    assert_eq!(email["enable_signup"].as_bool(), Some(dev.email_provider));
    assert_eq!(email["double_confirm_changes"].as_bool(), Some(dev.mail.secure_change));
    assert_eq!(email["secure_password_change"].as_bool(), Some(dev.password.reauthenticate));
    let frequency = format!("{}s", dev.mail.frequency.as_secs());
    assert_eq!(email["max_frequency"].as_str(), Some(frequency.as_str()));
    assert_eq!(email["otp_expiry"].as_integer(), seconds(dev.mail.otp_life));
    // `souk dev` confirms addresses by itself unless it is told otherwise.
    assert_eq!(email["enable_confirmations"].as_bool(), Some(false));
    for (key, expected) in [
        ("email_sent", dev.limits.mails_per_hour),
        ("anonymous_users", dev.limits.anonymous_per_hour),
        ("token_refresh", dev.limits.token_per_5_minutes),
        ("sign_in_sign_ups", dev.limits.otp_per_5_minutes),
        ("token_verifications", dev.limits.verify_per_5_minutes),
    ] {
        assert_eq!(limits[key].as_integer().map(|limit| limit as f64), Some(expected), "{key}");
    }
}

#[test]
fn its_ports_are_nobody_elses() {
    let config = config();
    assert_eq!(config["project_id"].as_str(), Some("souk"));
    assert_eq!(config["auth"]["site_url"].as_str(), Some("http://localhost:4545"));
    let mut found = vec![("souk serve".to_owned(), 4545)];
    ports("", config.as_item(), &mut found);
    assert!(found.len() >= 6, "{found:?}");
    for (at, (name, port)) in found.iter().enumerate() {
        assert!((1024..=65_535).contains(port), "{name}: {port}");
        assert!(found[..at].iter().all(|(_, other)| other != port), "{name}: {port} is taken");
    }
}

#[test]
fn what_it_sows_prepares_a_project_and_can_be_sown_again() {
    let config = config();
    let paths = config["db"]["seed"]["sql_paths"].as_array().unwrap();
    let paths: Vec<&str> = paths.iter().map(|path| path.as_str().unwrap()).collect();
    assert_eq!(paths, ["./setup.sql", "./seed.sql"]);
    let texts = paths.iter().map(|path| fs::read_to_string(folder().join(path)).unwrap());
    let sown = texts.collect::<Vec<_>>().concat();
    assert!(!sown.to_lowercase().contains(" password '"), "it can be pushed to a hosted project");
    let Some(hosted) = hosted() else { return };
    let database = hosted.database(true);
    for _ in 0..2 {
        hosted.owner(&database, &sown);
        hosted.owner(&database, "do $$ begin assert to_regnamespace('shared') is not null; end $$");
    }
}
