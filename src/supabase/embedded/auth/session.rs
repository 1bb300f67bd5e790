//! Sessions: begun by a sign-in, kept alive by refresh tokens, and what clients get of them.

mod tokens;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::ask::Ask;
use super::error::AuthError;
use super::user::User;
use crate::base::id::UserId;
use crate::db::{AuthTx, Error, Row};
use crate::{args, queries};

pub(crate) use tokens::Tokens;

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
         where id = $1 for no key update";
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
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) user_id: UserId,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) not_after: Option<Timestamp>,
    pub(crate) aal: String,
}

/// How a session was signed in to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Amr {
    pub(crate) method: String,
    timestamp: i64,
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

    pub(crate) async fn find(tx: &AuthTx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
        tx.find(&FIND, args![id]).await?.as_ref().map(Self::read).transpose()
    }

    pub(crate) async fn lock(tx: &AuthTx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
        tx.find(&LOCK, args![id]).await?.as_ref().map(Self::read).transpose()
    }

    /// Begins a session of the user, signed in to by `method`.
    pub(crate) async fn begin(
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
    pub(crate) async fn add_token(
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
    pub(crate) async fn touch(&self, tx: &AuthTx<'_>, ask: &Ask<'_>) -> Result<(), Error> {
        tx.run(&TOUCH, args![self.id, ask.now, ask.user_agent(), ask.ip()]).await.map(|_| ())
    }

    /// The ways this session was signed in to.
    pub(crate) async fn amr(&self, tx: &AuthTx<'_>) -> Result<Vec<Amr>, Error> {
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

/// Which sessions of a user end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope {
    All,
    Only(Uuid),
    AllBut(Uuid),
}

/// Ends sessions; their refresh tokens go with them.
pub(crate) async fn end(tx: &AuthTx<'_>, user: UserId, scope: Scope) -> Result<(), Error> {
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
