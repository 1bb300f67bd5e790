//! The plane alone, in the place of a PostgREST: who asks is read from a token, and how it answers
//! from PostgREST's settings, which are read again when the database or a signal says so.

mod claim_path;
mod config;
mod database;
mod reload;
pub mod settings;
mod token;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use serde_json::{Map, Value};

use super::entrance::{Caller, Entrance, PlainEntrance};
use super::error::Error;
use super::plane::Plane;
use super::request::Request;
use super::response::Response;
use super::{answer, cors};
use crate::db::{Cluster, ClusterConfig};
pub use claim_path::ClaimPath;
pub use config::{Auth, Config, ConfigError, Listen, LogLevel};
pub use reload::{Heard, Said, Source};
pub use token::Keys;

/// The plane alone.
#[derive(Debug)]
pub struct Standalone {
    cluster: Cluster,
    serving: RwLock<Arc<Serving>>,
    source: Source,
    due: reload::Due,
}

/// A configuration in service.
#[derive(Debug)]
pub struct Serving {
    /// The plane.
    pub plane: Plane,
    /// Its configuration.
    pub config: Config,
}

impl Serving {
    fn new(cluster: Cluster, config: Config) -> Arc<Self> {
        Arc::new(Self { plane: Plane::new(cluster, config.plane.clone()), config })
    }
}

impl Standalone {
    /// The plane that a configuration describes. It connects when it is first asked, and what the
    /// database says of configuration is read by [`Standalone::reload`].
    ///
    /// # Errors
    /// [`ConfigError`] for what can't be used.
    pub fn open(source: Source) -> Result<Self, ConfigError> {
        let config = source.read(&settings::Given::default(), None)?;
        let uri = ClusterConfig::from_uri("rest", &config.db_uri, config.pool, |name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        });
        let mut cluster = uri.map_err(ConfigError::Uri)?;
        cluster.wait_max = config.pool_wait;
        let cluster = Cluster::new(cluster);
        let serving = RwLock::new(Serving::new(cluster.clone(), config));
        Ok(Self { cluster, serving, source, due: reload::Due::default() })
    }

    /// The configuration in service, and its plane.
    pub fn serving(&self) -> Arc<Serving> {
        Arc::clone(&self.serving.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers a request; `now` is the time in seconds.
    pub async fn answer(&self, request: &Request, now: i64) -> Response {
        let serving = self.serving();
        let (settings, auth) = (serving.plane.settings(), &serving.config.auth);
        let mut response = match cors::preflight(request, &settings.origins) {
            Some(response) => response,
            None => serving.respond(auth, request, now).await,
        };
        if let Some(name) = &serving.config.trace_header
            && let Some(value) = request.header(name)
        {
            response.push(name, value);
        }
        response
    }
}

impl Serving {
    async fn respond(&self, auth: &Auth, request: &Request, now: i64) -> Response {
        let refused = |error: Error| {
            let mut response = error.into_response();
            if request.method == "HEAD" {
                response.body.clear();
            }
            cors::expose(request, &mut response, &self.plane.settings().origins);
            response
        };
        let begun = Instant::now();
        let caller = match auth.caller(request, now) {
            Ok(caller) => caller,
            Err(error) => return refused(error),
        };
        let took = begun.elapsed();
        let entrance = Entrance::Plain(PlainEntrance { caller });
        let Ok(mut response) = answer(&self.plane, &entrance, request).await else {
            return refused(Error::internal());
        };
        // The first step is told by whoever took it.
        let timing = response.headers.iter_mut().find(|(name, _)| name == "Server-Timing");
        if let Some((_, value)) = timing {
            *value = format!("jwt;dur={:.1}, {value}", took.as_secs_f64() * 1_000.0);
        }
        response
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
        let named = self.role_path.find(&claims);
        let Some(role) = named.or_else(|| self.anon_role.clone()) else {
            return Err(Error::new(401, "PGRST302", "Anonymous access is disabled")
                .header("WWW-Authenticate", "Bearer"));
        };
        claims.insert("role".to_owned(), Value::from(role.as_str()));
        claims.sort_keys();
        let claims = Value::Object(claims).to_string();
        Ok(Caller { role, claims, is_anonymous: bearer.is_none() })
    }
}

/// The token of an `Authorization` header; none where the header is of another kind.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
