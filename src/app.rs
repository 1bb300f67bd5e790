//! The running program: ready things, built once, cheap to clone. `souk dev`, `souk serve` and the
//! tests build it the same way.

use std::ops::Deref;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::base::clock::Clock;
use crate::base::slug::Slug;
use crate::config::HttpConfig;
use crate::config::limits::Limits;
use crate::config::proxies::Proxies;
use crate::db::{Cluster, Sql};
use crate::http::receiving::Receiving;
use crate::http::sending::Sending;
use crate::rest::Plane;
use crate::stores::directory::Directory;
use crate::stores::sessions::Sessions;
use crate::supabase::auth::Auth;
use crate::supabase::embedded::auth::EmbeddedAuth;
use crate::supabase::keys::ApiKeys;
use crate::supabase::remote_rest::RemoteRest;
use crate::supabase::token::Claims;
use crate::supabase::token::KeyRing;
use crate::supabase::verifier::{Verifier, VerifyError};
use crate::template::Filler;

/// What every handler can reach.
#[derive(Debug)]
pub struct App {
    /// Where the data is.
    pub cluster: Cluster,
    /// Keeps schemas ready.
    pub filler: Filler,
    /// Stores by slug.
    pub directory: Directory,
    /// Where sessions were begun.
    pub sessions: Sessions,
    /// The data plane.
    pub rest: Plane,
    /// The PostgREST that serves stores in its place, where there is one.
    pub rest_upstream: Option<RemoteRest>,
    /// Room for its large answers.
    pub sending: Sending,
    /// Room for large bodies.
    pub receiving: Receiving,
    /// Supabase Auth, or the stand-in.
    pub auth: Auth,
    /// API keys.
    pub keys: ApiKeys,
    /// What this process can sign tokens with, where it has the secret.
    pub signer: Option<KeyRing>,
    /// Whom a token is of.
    pub verifier: Verifier,
    /// Where this process is reached.
    pub http: HttpConfig,
    /// How much anybody may ask for.
    pub limits: Limits,
    /// Who is believed about whom they speak for.
    pub proxies: Proxies,
    /// The time.
    pub clock: Clock,
    /// Figures.
    pub metrics: PrometheusHandle,
    /// Cancelled when the process is to end.
    pub stop: CancellationToken,
}

/// An [`App`], shared.
#[derive(Clone, Debug)]
pub struct AppState(pub Arc<App>);

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl App {
    /// The claims of a token that Auth issued.
    ///
    /// # Errors
    /// What is wrong with it, or that it can't be told.
    pub async fn verify(&self, token: &str) -> Result<Claims, VerifyError> {
        self.verifier.verify(token, self.clock.epoch()).await
    }

    /// A store's own address.
    pub fn store_url(&self, slug: &Slug) -> String {
        self.http.store_url(slug)
    }
}

/// Every statement this program may send, for the test that prepares each.
pub fn statements() -> Vec<&'static Sql> {
    let modules: &[&'static [Sql]] = &[
        crate::commerce::catalog::queries::ALL,
        crate::commerce::customers::ALL,
        crate::commerce::import::write::queries::ALL,
        crate::commerce::storefront::ALL,
        crate::commerce::storefront::DRESS,
        crate::db::listen::ALL,
        crate::db::rest_call::ALL,
        crate::db::schema_session::ALL,
        crate::db::setup::ALL,
        crate::db::tx::ALL,
        crate::fleet::accept::ALL,
        crate::fleet::drift::ALL,
        crate::fleet::forget::ALL,
        crate::fleet::health::ALL,
        crate::fleet::purge::ALL,
        crate::notify::ALL,
        crate::notify::mailbox::ALL,
        crate::rest::plane::ALL,
        crate::rest::shape::load::proof::ALL,
        crate::rest::shape::queries::ALL,
        crate::stores::access::ALL,
        crate::stores::audit::ALL,
        crate::stores::edit::ALL,
        crate::stores::idempotency::ALL,
        crate::stores::invitations::ALL,
        crate::stores::invitations::arriving::ALL,
        crate::stores::invitations::offer::ALL,
        crate::stores::invitations::writing::ALL,
        crate::stores::language::ALL,
        crate::stores::lifecycle::ALL,
        crate::stores::members::ALL,
        crate::stores::members::changing::ALL,
        crate::stores::members::first_owner::ALL,
        crate::stores::members::joining::ALL,
        crate::stores::ownership::ALL,
        crate::stores::people::ALL,
        crate::stores::platform::ALL,
        crate::stores::platform::members::ALL,
        crate::stores::platform::stores::ALL,
        crate::stores::preset::ALL,
        crate::stores::provision::ALL,
        crate::stores::retire::ALL,
        crate::stores::sessions::ALL,
        crate::template::build::ALL,
        crate::template::filler::ALL,
        crate::template::fingerprint::ALL,
        crate::template::shared::ALL,
        crate::template::sweep::ALL,
        crate::template::witness::ALL,
    ];
    let auth = EmbeddedAuth::statements();
    modules.iter().flat_map(|statements| statements.iter()).chain(auth).collect()
}
