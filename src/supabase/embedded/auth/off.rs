//! Routes of features that are off or not part of this server.

use super::ask::Ask;
use super::error::AuthError;
use super::{Answer, form};
use crate::supabase::auth::{AuthResponse, Headers};

/// `/authorize`: no OAuth provider is on.
pub(super) fn authorize(ask: &Ask<'_>) -> Answer {
    Err(AuthError::InvalidValue(match ask.query("provider") {
        "" => "Unsupported provider: Provider  could not be found".to_owned(),
        _ => "Unsupported provider: provider is not enabled".to_owned(),
    }))
}

/// `/callback`: nothing was ever sent to a provider, so nothing can come back.
pub(super) fn callback(ask: &Ask<'_>) -> AuthResponse {
    let fields = form::encode_sorted(&[
        ("error", "invalid_request"),
        ("error_code", "bad_oauth_callback"),
        ("error_description", "OAuth state parameter missing"),
    ]);
    see_other(&format!("{}?{fields}", ask.config.site_url))
}

/// A redirect that makes a GET of whatever came.
pub(super) fn see_other(location: &str) -> AuthResponse {
    let headers =
        Headers::from_iter([("content-type", "text/html; charset=utf-8"), ("location", location)]);
    let shown = location.replace('&', "&amp;").replace('"', "&#34;").replace('<', "&lt;");
    let body = format!("<a href=\"{shown}\">See Other</a>.\n\n");
    AuthResponse { status: 303, headers, body: body.into_bytes(), issued: None }
}
