//! The plane alone, in the place of a PostgREST: who asks is read from a token.

mod config;
mod token;

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::entrance::{Caller, Entrance, PlainEntrance};
use super::error::Error;
use super::plane::{Plane, Settings};
use super::request::Request;
use super::response::Response;
use super::{answer, cors};
pub use config::{Config, ConfigError};
pub use token::Keys;

/// The channel on which a database says that its schemas have changed.
const CHANNEL: &str = "pgrst";

/// How tokens are read.
#[derive(Debug, Default)]
pub struct Auth {
    /// Keys that tokens may be signed with; none where the server takes no tokens.
    pub keys: Option<Keys>,
    /// Role of a request without a token, where there is one.
    pub anon_role: Option<String>,
    /// Audience that a token must have if it names any.
    pub audience: Option<String>,
    /// Where in the claims the role is: keys from the outside in.
    pub role_path: Vec<String>,
}

/// The plane alone.
#[derive(Debug)]
pub struct Standalone {
    plane: Plane,
    auth: Auth,
}

impl Standalone {
    /// The plane over a cluster whose REST login may become every role of a token.
    pub fn new(cluster: crate::db::Cluster, settings: Settings, auth: Auth) -> Self {
        Self { plane: Plane::new(cluster, settings), auth }
    }

    /// The plane that a configuration describes. It connects when it is first asked.
    ///
    /// # Errors
    /// [`ConfigError`] for what can't be used.
    pub fn open(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self::new(config.cluster()?, config.settings()?, config.auth()?))
    }

    /// The plane itself.
    pub fn plane(&self) -> &Plane {
        &self.plane
    }

    /// Forgets what was read of the catalog whenever the database says so, until `stop`.
    pub async fn watch(&self, stop: CancellationToken) {
        let waker = Arc::new(Notify::new());
        let listening = self.plane.cluster().listen(CHANNEL, Arc::clone(&waker), stop.clone());
        let forgetting = async {
            while stop.run_until_cancelled(waker.notified()).await.is_some() {
                self.plane.forget();
            }
        };
        futures_util::future::join(listening, forgetting).await;
    }

    /// Answers a request; `now` is the time in seconds.
    pub async fn answer(&self, request: &Request, now: i64) -> Response {
        if let Some(response) = cors::preflight(request) {
            return response;
        }
        let refused = |error: Error| {
            let mut response = error.into_response();
            if request.method == "HEAD" {
                response.body.clear();
            }
            cors::expose(request, &mut response);
            response
        };
        match self.auth.caller(request, now) {
            Ok(caller) => {
                let entrance = Entrance::Plain(PlainEntrance { caller });
                match answer(&self.plane, &entrance, request).await {
                    Ok(response) => response,
                    Err(_) => refused(Error::internal()),
                }
            }
            Err(error) => refused(error),
        }
    }
}

impl Auth {
    /// Who asks, by the token of the request.
    fn caller(&self, request: &Request, now: i64) -> Result<Caller, Error> {
        let bearer = request.header("authorization").and_then(bearer);
        let mut claims = match bearer {
            Some(token) => token::claims(token, self.keys.as_ref(), self.audience.as_deref(), now)?,
            None => Map::new(),
        };
        let named = self.role(&claims).map(str::to_owned);
        let Some(role) = named.or_else(|| self.anon_role.clone()) else {
            return Err(Error::new(401, "PGRST302", "Anonymous access is disabled")
                .header("WWW-Authenticate", "Bearer"));
        };
        claims.insert("role".to_owned(), Value::from(role.as_str()));
        claims.sort_keys();
        let claims = Value::Object(claims).to_string();
        Ok(Caller { role, claims, is_anonymous: bearer.is_none() })
    }

    fn role<'c>(&self, claims: &'c Map<String, Value>) -> Option<&'c str> {
        let default = ["role".to_owned()];
        let path = if self.role_path.is_empty() { &default[..] } else { &self.role_path[..] };
        let (last, outer) = path.split_last()?;
        let mut inner = claims;
        for key in outer {
            inner = inner.get(key)?.as_object()?;
        }
        inner.get(last)?.as_str()
    }
}

/// The token of an `Authorization` header; none where the header is of another kind.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
