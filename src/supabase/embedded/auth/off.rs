//! Routes of features that are off or not part of this server.

use super::ask::Ask;
use super::error::AuthError;
use super::{Answer, form, reply};
use crate::supabase::auth::AuthResponse;

/// `/authorize`: no OAuth provider is on.
pub(crate) fn authorize(ask: &Ask<'_>) -> Answer {
    Err(AuthError::InvalidValue(match ask.query("provider") {
        "" => "Unsupported provider: Provider  could not be found".to_owned(),
        _ => "Unsupported provider: provider is not enabled".to_owned(),
    }))
}

/// `/callback`: nothing was ever sent to a provider, so nothing can come back.
pub(crate) fn callback(ask: &Ask<'_>) -> AuthResponse {
    let fields = form::encode_sorted(&[
        ("error", "invalid_request"),
        ("error_code", "bad_oauth_callback"),
        ("error_description", "OAuth state parameter missing"),
    ]);
    reply::see_other(&format!("{}?{fields}", ask.site_url()))
}
