//! The stand-in Auth: Supabase Auth's answers, from this process and the cluster's schema `auth`.
//!
//! It follows recordings of the real one byte for byte where it serves a request, on the same
//! tables, so that either can continue where the other stopped. Single sign-on, OAuth, passkeys and
//! text messages are left out and answer as an Auth with the feature off; second factors are left
//! out and answer 501, and factors that a real Auth enrolled are not asked for.

mod account;
mod address;
mod admin;
mod ask;
mod audit;
pub mod config;
mod cors;
mod error;
mod fields;
mod flow;
mod form;
mod guard;
mod identity;
mod limits;
mod link_mail;
mod logout;
pub mod mail;
mod mailer;
mod meta;
mod nul;
mod off;
mod one_time;
mod password;
mod reauthenticate;
mod redirect;
mod reply;
mod route;
mod session;
mod signup;
mod token;
mod unlink;
mod user;
mod verified;
mod verify;

use std::sync::Arc;

use crate::base::chain::Chain;
use crate::base::clock::Clock;
use crate::db::{Cluster, Sql};
use crate::supabase::auth::{AuthRequest, AuthResponse};
use ask::Ask;
pub use config::AuthConfig;
use error::AuthError;
use limits::Limits;
use mail::MailSink;

/// What a handler ends with.
type Answer = Result<AuthResponse, AuthError>;

/// The stand-in. Cheap to clone.
#[derive(Clone)]
pub struct EmbeddedAuth(Arc<Inner>);

struct Inner {
    cluster: Cluster,
    config: AuthConfig,
    clock: Clock,
    mails: Arc<dyn MailSink>,
    limits: Limits,
}

impl std::fmt::Debug for EmbeddedAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedAuth")
            .field("site", &self.0.config.site_url)
            .finish_non_exhaustive()
    }
}

impl EmbeddedAuth {
    /// A stand-in on the cluster's schema `auth`. Mails go to `mails` once what they tell of is
    /// committed.
    pub fn new(
        cluster: Cluster,
        config: AuthConfig,
        clock: Clock,
        mails: Arc<dyn MailSink>,
    ) -> Self {
        let limits = Limits::new(&config.limits);
        Self(Arc::new(Inner { cluster, config, clock, mails, limits }))
    }

    /// Answers one request.
    pub async fn answer(&self, request: &AuthRequest) -> AuthResponse {
        let ask = Ask::new(request, &self.0.config, &self.0.limits, self.0.clock.now());
        if let Some(answer) = cors::preflight(&ask) {
            return answer;
        }
        let answer = match self.dispatch(&ask).await {
            Ok(answer) => self.deliver(&ask).await.map(|()| answer),
            Err(error) => Err(error),
        };
        let mut answer = answer.unwrap_or_else(|error| {
            if error.is_internal() {
                tracing::error!(path = %request.path, error = %Chain(&error), "auth failed");
            }
            reply::refusal(&ask, &error)
        });
        cors::mark(&ask, &mut answer);
        answer
    }

    /// Every statement of the stand-in, for the test that prepares each.
    pub fn statements() -> impl Iterator<Item = &'static Sql> {
        let modules = [
            admin::list::ALL,
            audit::ALL,
            flow::ALL,
            identity::ALL,
            one_time::ALL,
            session::ALL,
            token::refresh::ALL,
            user::rows::ALL,
            verify::find::ALL,
        ];
        modules.into_iter().flatten()
    }

    async fn dispatch(&self, ask: &Ask<'_>) -> Answer {
        nul::refuse(ask)?;
        route::dispatch(self, ask).await
    }

    fn cluster(&self) -> &Cluster {
        &self.0.cluster
    }

    async fn deliver(&self, ask: &Ask<'_>) -> Result<(), AuthError> {
        let mails = ask.take_mails();
        if mails.is_empty() {
            return Ok(());
        }
        self.0.mails.deliver(mails).await.map_err(AuthError::Delivery)
    }
}
