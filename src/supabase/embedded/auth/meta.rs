//! What anybody may ask: health, settings, keys and the OpenID document.

use serde_json::{Map, Value, json};

use super::ask::Ask;
use super::reply;
use crate::supabase::auth::AuthResponse;

/// OAuth providers of the real one, all off here, in its order; `email` and `phone` stand among
/// them.
const PROVIDERS: [&str; 26] = [
    "anonymous_users",
    "apple",
    "azure",
    "bitbucket",
    "discord",
    "facebook",
    "snapchat",
    "figma",
    "fly",
    "github",
    "gitlab",
    "google",
    "keycloak",
    "kakao",
    "linkedin",
    "linkedin_oidc",
    "notion",
    "spotify",
    "slack",
    "slack_oidc",
    "workos",
    "twitch",
    "twitter",
    "email",
    "phone",
    "zoom",
];

/// `/health`.
pub(crate) fn health(ask: &Ask<'_>) -> AuthResponse {
    reply::json(
        200,
        &json!({
            "version": ask.config.version,
            "name": "GoTrue",
            "description": "GoTrue is a user registration and authentication API",
        }),
    )
}

/// `/settings`.
pub(crate) fn settings(ask: &Ask<'_>) -> AuthResponse {
    let config = ask.config;
    let is_on = |provider: &str| match provider {
        "anonymous_users" => config.anonymous_users,
        "email" => config.email_provider,
        _ => false,
    };
    let external: Map<String, Value> =
        PROVIDERS.iter().map(|name| ((*name).to_owned(), Value::from(is_on(name)))).collect();
    reply::json(
        200,
        &json!({
            "external": external,
            "disable_signup": config.disable_signup,
            "mailer_autoconfirm": config.mail.autoconfirm,
            "phone_autoconfirm": false,
            "sms_provider": "",
            "saml_enabled": false,
            "saml_private_key_next_configured": true,
            "passkeys_enabled": false,
        }),
    )
}

/// `/.well-known/jwks.json`.
pub(crate) fn jwks(ask: &Ask<'_>) -> AuthResponse {
    for_ten_minutes(&ask.config.keys.jwks())
}

/// `/.well-known/openid-configuration`.
pub(crate) fn openid(ask: &Ask<'_>) -> AuthResponse {
    let issuer = ask.config.issuer.as_deref().unwrap_or_default();
    let base = issuer.trim_end_matches('/');
    let at = |path: &str| format!("{base}/{path}");
    for_ten_minutes(&json!({
        "issuer": issuer,
        "authorization_endpoint": at("oauth/authorize"),
        "token_endpoint": at("oauth/token"),
        "jwks_uri": at(".well-known/jwks.json"),
        "userinfo_endpoint": at("oauth/userinfo"),
        "scopes_supported": ["openid", "profile", "email", "phone", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "ES256"],
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "none"],
        "claims_supported": [
            "sub", "aud", "iss", "exp", "iat", "auth_time", "nonce", "email", "email_verified",
            "phone_number", "phone_number_verified", "name", "picture", "preferred_username",
            "updated_at",
        ],
        "code_challenge_methods_supported": ["S256", "plain"],
    }))
}

fn for_ten_minutes(body: &Value) -> AuthResponse {
    let mut answer = reply::json(200, body);
    answer.headers.push("cache-control", "public, max-age=600");
    answer
}
