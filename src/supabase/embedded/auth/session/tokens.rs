//! What clients get of a session: an access token, and a refresh token beside it.

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::ask::Ask;
use super::super::error::AuthError;
use super::super::reply::{self, sorted_map};
use super::super::user::User;
use super::{Amr, Session};
use crate::base::id::UserId;
use crate::db::AuthTx;
use crate::supabase::auth::{AuthResponse, IssuedSession};

/// Tokens of one session, ready to be answered.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) expires_in: u64,
    pub(crate) expires_at: i64,
    pub(crate) issued: IssuedSession,
}

/// The access token's claims, in the order the real Auth writes them.
#[derive(Serialize)]
struct AccessClaims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    sub: UserId,
    aud: &'a str,
    exp: i64,
    iat: i64,
    email: &'a str,
    phone: &'a str,
    app_metadata: Value,
    user_metadata: Value,
    role: &'a str,
    aal: &'a str,
    amr: Vec<Amr>,
    session_id: Uuid,
    is_anonymous: bool,
}

impl Session {
    /// Tokens of this session: a new access token beside the refresh token.
    pub(crate) async fn tokens(
        &self,
        tx: &AuthTx<'_>,
        ask: &Ask<'_>,
        user: &User,
        refresh_token: String,
    ) -> Result<Tokens, AuthError> {
        let life = ask.config.token_life.as_secs();
        let expires_at = ask.now.as_second() + i64::try_from(life).unwrap_or(i64::MAX / 2);
        let claims = AccessClaims {
            iss: ask.config.issuer.as_deref(),
            sub: user.id,
            aud: &user.aud,
            exp: expires_at,
            iat: ask.now.as_second(),
            email: user.email(),
            phone: user.phone(),
            app_metadata: sorted_map(&user.app_metadata),
            user_metadata: sorted_map(&user.user_metadata),
            role: &user.role,
            aal: &self.aal,
            amr: self.amr(tx).await?,
            session_id: self.id,
            is_anonymous: user.is_anonymous,
        };
        let access_token = ask.config.keys.mint(&claims)?;
        let issued = IssuedSession { session_id: self.id, user_id: user.id };
        Ok(Tokens { access_token, refresh_token, expires_in: life, expires_at, issued })
    }
}

impl Tokens {
    /// The token answer, with the user.
    pub(crate) fn answer(&self, user: &User, more: Option<(&str, Value)>) -> AuthResponse {
        let mut body = Map::new();
        body.insert("access_token".to_owned(), json!(self.access_token));
        body.insert("token_type".to_owned(), json!("bearer"));
        body.insert("expires_in".to_owned(), json!(self.expires_in));
        body.insert("expires_at".to_owned(), json!(self.expires_at));
        body.insert("refresh_token".to_owned(), json!(self.refresh_token));
        body.insert("user".to_owned(), user.json());
        if let Some((name, value)) = more {
            body.insert(name.to_owned(), value);
        }
        self.mark(reply::json(200, &Value::Object(body)))
    }

    /// Says on the answer whose tokens it carries.
    pub(crate) fn mark(&self, mut answer: AuthResponse) -> AuthResponse {
        let prefix: String = self.refresh_token.chars().take(5).collect();
        answer.headers.push("sb-auth-refresh-token-prefix", prefix);
        answer.headers.push("sb-auth-session-id", self.issued.session_id.to_string());
        answer.headers.push("sb-auth-user-id", self.issued.user_id.to_string());
        answer.issued = Some(self.issued);
        answer
    }
}
