//! Sessions: begun by a sign-in, kept alive by refresh tokens, and what clients get of them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ask::Ask;
use super::error::AuthError;
use super::reply::{self, sorted_map};
use super::user::User;
use crate::base::id::UserId;
use crate::db::{AuthTx, Error, Row};
use crate::supabase::auth::{AuthResponse, IssuedSession};
use crate::{args, queries};

queries! {
    /// A new session.
    INSERT = "auth.session_insert":
        "insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
         values ($1, $2, $3, $3, 'aal1', $4, $5::inet)";
    /// How the session was signed in to.
    INSERT_AMR = "auth.session_insert_amr":
        "insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
         values ($1, $2, $3, $3, $4)";
    /// Ways the session was signed in to, the newest first.
    AMR = "auth.session_amr":
        "select authentication_method, created_at from auth.mfa_amr_claims
         where session_id = $1 order by created_at desc, id";
    /// A session that may be there.
    FIND = "auth.session_find":
        "select id, user_id, aal::text as aal, created_at, not_after from auth.sessions where id = $1";
    /// The same, to be changed.
    LOCK = "auth.session_lock":
        "select id, user_id, aal::text as aal, created_at, not_after from auth.sessions
         where id = $1 for update";
    /// The session was used to refresh.
    TOUCH = "auth.session_touch":
        "update auth.sessions set refreshed_at = $2::timestamptz at time zone 'utc', updated_at = $2,
             user_agent = $3, ip = $4::inet
         where id = $1";
    /// The first token of a session, or the next one of a parent.
    INSERT_TOKEN = "auth.refresh_token_insert":
        "insert into auth.refresh_tokens
             (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
         values ('00000000-0000-0000-0000-000000000000', $1, $2, false, $3, $3, $4, $5)";
    /// Ends one session.
    DELETE = "auth.session_delete": "delete from auth.sessions where id = $1";
    /// Ends all sessions of a user.
    DELETE_ALL = "auth.session_delete_all": "delete from auth.sessions where user_id = $1";
    /// Ends all sessions of a user but one.
    DELETE_OTHERS = "auth.session_delete_others":
        "delete from auth.sessions where user_id = $1 and id <> $2";
}

/// A row of `auth.sessions`.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: Uuid,
    pub(super) user_id: UserId,
    pub(super) created_at: Option<Timestamp>,
    pub(super) not_after: Option<Timestamp>,
    pub(super) aal: String,
}

/// How a session was signed in to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Amr {
    pub(super) method: String,
    timestamp: i64,
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

/// Tokens of one session, ready to be answered.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) expires_in: u64,
    pub(super) expires_at: i64,
    pub(super) issued: IssuedSession,
}

impl Session {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            user_id: row.id("user_id")?,
            created_at: row.get("created_at")?,
            not_after: row.get("not_after")?,
            aal: row.get::<Option<String>>("aal")?.unwrap_or_else(|| "aal1".to_owned()),
        })
    }

    pub(super) async fn find(tx: &AuthTx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
        tx.find(&FIND, args![id]).await?.as_ref().map(Self::read).transpose()
    }

    pub(super) async fn lock(tx: &AuthTx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
        tx.find(&LOCK, args![id]).await?.as_ref().map(Self::read).transpose()
    }

    /// Begins a session of the user, signed in to by `method`.
    pub(super) async fn begin(
        tx: &AuthTx<'_>,
        ask: &Ask<'_>,
        user: &mut User,
        method: &str,
    ) -> Result<Tokens, AuthError> {
        let now = ask.now;
        let session = Self {
            id: Uuid::new_v4(),
            user_id: user.id,
            created_at: Some(now),
            not_after: None,
            aal: "aal1".to_owned(),
        };
        tx.run(&INSERT, args![session.id, user.id, now, ask.user_agent(), ask.ip()]).await?;
        tx.run(&INSERT_AMR, args![Uuid::new_v4(), session.id, now, method]).await?;
        user.last_sign_in_at = Some(now);
        user.save(tx, now).await?;
        let refresh_token = session.add_token(tx, ask, None).await?;
        session.tokens(tx, ask, user, refresh_token).await
    }

    /// A new refresh token of this session.
    pub(super) async fn add_token(
        &self,
        tx: &AuthTx<'_>,
        ask: &Ask<'_>,
        parent: Option<&str>,
    ) -> Result<String, Error> {
        let token = new_refresh_token();
        let owner = self.user_id.to_string();
        tx.run(&INSERT_TOKEN, args![token, owner, ask.now, parent, self.id]).await?;
        Ok(token)
    }

    /// Notes that the session was used to refresh, and from where.
    pub(super) async fn touch(&self, tx: &AuthTx<'_>, ask: &Ask<'_>) -> Result<(), Error> {
        tx.run(&TOUCH, args![self.id, ask.now, ask.user_agent(), ask.ip()]).await.map(|_| ())
    }

    /// Tokens of this session: a new access token beside the refresh token.
    pub(super) async fn tokens(
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

    /// The ways this session was signed in to.
    pub(super) async fn amr(&self, tx: &AuthTx<'_>) -> Result<Vec<Amr>, Error> {
        let rows = tx.rows(&AMR, args![self.id]).await?;
        let read = |row: &Row| {
            Ok(Amr {
                method: row.get("authentication_method")?,
                timestamp: row.get::<Timestamp>("created_at")?.as_second(),
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Tokens {
    /// The token answer, with the user.
    pub(super) fn answer(&self, user: &User, more: Option<(&str, Value)>) -> AuthResponse {
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
    pub(super) fn mark(&self, mut answer: AuthResponse) -> AuthResponse {
        let prefix: String = self.refresh_token.chars().take(5).collect();
        answer.headers.push("sb-auth-refresh-token-prefix", prefix);
        answer.headers.push("sb-auth-session-id", self.issued.session_id.to_string());
        answer.headers.push("sb-auth-user-id", self.issued.user_id.to_string());
        answer.issued = Some(self.issued);
        answer
    }
}

/// Which sessions of a user end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    All,
    Only(Uuid),
    AllBut(Uuid),
}

/// Ends sessions; their refresh tokens go with them.
pub(super) async fn end(tx: &AuthTx<'_>, user: UserId, scope: Scope) -> Result<(), Error> {
    match scope {
        Scope::All => tx.run(&DELETE_ALL, args![user]).await,
        Scope::Only(session) => tx.run(&DELETE, args![session]).await,
        Scope::AllBut(session) => tx.run(&DELETE_OTHERS, args![user, session]).await,
    }
    .map(|_| ())
}

/// Twelve characters of 32 kinds: 60 bits.
fn new_refresh_token() -> String {
    const KINDS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let random: [u8; 12] = rand::random();
    random.iter().map(|byte| char::from(KINDS[usize::from(byte % 32)])).collect()
}
