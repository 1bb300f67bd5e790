//! The real Supabase Auth, where `SOUK_AUTH_BIN` names its executable: on a database that
//! `souk setup` prepared, behind Souk's front, and taking turns with the stand-in.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use souk::supabase::auth::AuthRequest;

use super::cluster::{Hosted, hosted};
use super::project::{cluster, stand_in};
use super::served::{Served, Settings};
use super::{free_port, legacy};
use crate::support::skip;

const JWT_SECRET: &str = "a-legacy-secret-of-thirty-two-characters-or-more";

/// The executable, running.
struct RealAuth {
    child: Child,
    url: String,
}

impl RealAuth {
    async fn start(hosted: &Hosted, database: &str, program: &PathBuf) -> Self {
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let database = format!(
            "postgresql://supabase_auth_admin:auth@localhost:{}/{database}\
             ?sslmode=verify-full&sslrootcert={}",
            hosted.port,
            hosted.authority.display()
        );
        let mut command = Command::new(program);
        for (name, value) in [
            ("GOTRUE_DB_DRIVER", "postgres"),
            ("DATABASE_URL", database.as_str()),
            ("DB_NAMESPACE", "auth"),
            ("GOTRUE_JWT_SECRET", JWT_SECRET),
            ("GOTRUE_JWT_AUD", "authenticated"),
            ("GOTRUE_JWT_DEFAULT_GROUP_NAME", "authenticated"),
            ("GOTRUE_JWT_ADMIN_ROLES", "service_role,supabase_admin"),
            ("GOTRUE_JWT_ISSUER", "http://project.test/auth/v1"),
            ("API_EXTERNAL_URL", "http://project.test/auth/v1"),
            ("GOTRUE_SITE_URL", "http://project.test"),
            ("GOTRUE_API_HOST", "127.0.0.1"),
            ("PORT", &port.to_string()),
            ("GOTRUE_EXTERNAL_EMAIL_ENABLED", "true"),
            ("GOTRUE_MAILER_AUTOCONFIRM", "true"),
        ] {
            command.env(name, value);
        }
        let log = std::fs::File::create(hosted.folder.join("auth.log")).unwrap();
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let auth = Self { child: quiet.spawn().expect("SOUK_AUTH_BIN can be run"), url };
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..600 {
            if http
                .get(format!("{}/health", auth.url))
                .send()
                .await
                .is_ok_and(|a| a.status().is_success())
            {
                return auth;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}", std::fs::read_to_string(hosted.folder.join("auth.log")).unwrap_or_default());
    }
}

impl Drop for RealAuth {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_auth_and_the_stand_in_take_turns() {
    let Some(program) = std::env::var_os("SOUK_AUTH_BIN").map(PathBuf::from) else {
        skip("real-auth", "name the executable of Supabase Auth in SOUK_AUTH_BIN");
        return;
    };
    let Some(hosted) = hosted() else { return };
    let database = hosted.database(false);
    let settings = Settings::new(hosted, &database);
    settings.must(&["setup"]);
    let auth = RealAuth::start(hosted, &database, &program).await;
    settings.must(&["migrate"]);
    let settings = settings
        .with("SUPABASE_URL", "http://project.test")
        .with("SOUK_AUTH_URL", &auth.url)
        .with("SUPABASE_JWT_SECRET", JWT_SECRET);
    let souk = Served::start(&settings, &hosted.folder.join("real.log")).await;
    let owner = souk.sign_up("ada@example.com").await;
    souk.live(&owner, "acme").await;

    let stand_in = stand_in(&cluster(hosted, &database), "http://project.test", legacy(JWT_SECRET));
    let body = |email: &str| {
        json!({ "email": email, "password": "a-good-password-1" }).to_string().into_bytes()
    };
    let ask = |path: &str, query: &str, email: &str| AuthRequest {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: body(email),
        ..AuthRequest::default()
    };
    let signed_in = stand_in.answer(&ask("/token", "grant_type=password", "ada@example.com")).await;
    assert_eq!(signed_in.status, 200, "{}", String::from_utf8_lossy(&signed_in.body));
    let signed_up = stand_in.answer(&ask("/signup", "", "bob@example.com")).await;
    assert_eq!(signed_up.status, 200, "{}", String::from_utf8_lossy(&signed_up.body));
    let bob = souk.sign_in("bob@example.com").await;
    souk.live(&bob, "bold").await;
}
