//! A Supabase project at an address of its own: its Auth is the stand-in, on the hosted database,
//! with keys that can be changed, and it can be taken away.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::SecretString;
use souk::base::clock::Clock;
use souk::db::cluster::Login;
use souk::db::{Cluster, ClusterConfig};
use souk::supabase::auth::AuthRequest;
use souk::supabase::embedded::auth::mail::Mailbox;
use souk::supabase::embedded::auth::{AuthConfig, EmbeddedAuth};
use souk::supabase::token::KeyRing;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::cluster::Hosted;

/// Two keys of a project, as it would import them.
pub(crate) const FIRST: &str = r#"{"kty":"EC","crv":"P-256","kid":"first","use":"sig",
  "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;
pub(crate) const SECOND: &str = r#"{"kty":"EC","crv":"P-256","kid":"second","use":"sig",
  "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
  "d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;

/// A ring of these keys; the first one signs.
pub(crate) fn ring(keys: &[&str]) -> KeyRing {
    KeyRing::from_jwks(&format!("[{}]", keys.join(","))).unwrap()
}

/// The running project.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) url: String,
    cluster: Cluster,
    auth: Arc<Mutex<EmbeddedAuth>>,
    task: JoinHandle<()>,
}

impl Project {
    pub(crate) async fn serve(hosted: &Hosted, database: &str, ring: KeyRing) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let cluster = cluster(hosted, database);
        let auth = Arc::new(Mutex::new(stand_in(&cluster, &url, ring)));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&auth));
        let task = tokio::spawn(async move {
            let service = router.into_make_service();
            axum::serve(listener, service).await.unwrap();
        });
        Self { url, cluster, auth, task }
    }

    /// From now on tokens are signed with the ring's first key.
    pub(crate) fn rotate(&self, ring: KeyRing) {
        *self.auth.lock().unwrap() = stand_in(&self.cluster, &self.url, ring);
    }

    /// Takes the project away: nobody listens any more.
    pub(crate) async fn stop(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The database as the project's Auth has it.
pub(crate) fn cluster(hosted: &Hosted, database: &str) -> Cluster {
    let url = SecretString::from(hosted.url(database));
    let authority: Option<&Path> = Some(&hosted.authority);
    let none = SecretString::default();
    let mut config = ClusterConfig::from_url(&url, &none, authority, 2).unwrap();
    let password = SecretString::from("auth");
    config.logins.auth = Some(Login { user: "supabase_auth_admin".to_owned(), password });
    Cluster::new(config)
}

/// The stand-in Auth of a project at `url`.
pub(crate) fn stand_in(cluster: &Cluster, url: &str, ring: KeyRing) -> EmbeddedAuth {
    let mut config = AuthConfig::new(ring, &format!("{url}/auth/v1"), url);
    config.mail.autoconfirm = true;
    let mails = Arc::new(Mailbox::default());
    EmbeddedAuth::new(cluster.clone(), config, Clock::system(), mails)
}

async fn answer(State(auth): State<Arc<Mutex<EmbeddedAuth>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(path) = parts.uri.path().strip_prefix("/auth/v1") else {
        let missing = Response::builder().status(StatusCode::NOT_FOUND);
        return missing.body(Body::empty()).unwrap();
    };
    let headers = parts.headers.iter();
    let question = AuthRequest {
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect(),
        body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        // As a project takes it from the proxy that it knows.
        client_ip: parts
            .headers
            .get("x-forwarded-for")
            .and_then(|address| address.to_str().ok()?.parse().ok()),
        ..AuthRequest::default()
    };
    let auth = auth.lock().unwrap().clone();
    let answer = auth.answer(&question).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers.iter() {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}
