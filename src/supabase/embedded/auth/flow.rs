//! PKCE: a mail asked for with a code challenge ends in a code, which only the holder of the
//! verifier can exchange for a session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::ask::Ask;
use super::error::AuthError;
use super::fields::Fields;
use super::mailer::Flow;
use crate::base::id::UserId;
use crate::db::AuthTx;
use crate::{args, queries};

/// How long a code can be exchanged.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);

queries! {
    /// A new flow.
    INSERT = "auth.flow_insert":
        "insert into auth.flow_state
             (id, user_id, auth_code, code_challenge_method, code_challenge, provider_type, provider_access_token,
              provider_refresh_token, created_at, updated_at, authentication_method)
         values ($1, $2, $3, $4::auth.code_challenge_method, $5, $6, '', '', $7, $7, $8)";
    /// The user's newest flow of a kind, to be changed.
    LATEST = "auth.flow_latest":
        "select id, auth_code from auth.flow_state where user_id = $1 and authentication_method = $2
         order by created_at desc limit 1 for update";
    /// The code of a flow was handed out.
    ISSUED = "auth.flow_issued":
        "update auth.flow_state set auth_code_issued_at = $2, updated_at = $2 where id = $1";
    /// The flow of a code, to be ended.
    BY_CODE = "auth.flow_by_code":
        "select id, user_id, code_challenge_method::text as method, code_challenge, authentication_method,
             auth_code_issued_at, created_at
         from auth.flow_state where auth_code = $1 for update";
    /// Ends a flow.
    DELETE = "auth.flow_delete": "delete from auth.flow_state where id = $1";
}

/// What the flow was begun with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    SignUp,
    MagicLink,
    Recovery,
    EmailChange,
    Invite,
}

impl Begun {
    /// Provider and method in the row; the method shows in the session's `amr`.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SignUp => ("email", "email/signup"),
            Self::MagicLink => ("magiclink", "magiclink"),
            Self::Recovery => ("recovery", "recovery"),
            Self::EmailChange => ("email_change", "email_change"),
            Self::Invite => ("invite", "invite"),
        }
    }
}

/// The code challenge of a request.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    method: String,
    text: String,
}

/// A flow whose code was exchanged.
#[derive(Debug)]
pub(crate) struct Exchanged {
    pub(crate) user_id: UserId,
    pub(crate) method: String,
}

impl Challenge {
    /// The challenge in a body, if there is one.
    pub(crate) fn read(fields: &Fields) -> Result<Option<Self>, AuthError> {
        let method = fields.text("code_challenge_method")?;
        let text = fields.text("code_challenge")?;
        if method.is_empty() && text.is_empty() {
            return Ok(None);
        }
        if method.is_empty() || text.is_empty() {
            return Err(AuthError::Invalid(
                "PKCE flow requires code_challenge_method and code_challenge",
            ));
        }
        if !(43..=128).contains(&text.len()) {
            return Err(AuthError::Invalid(
                "code challenge has to be between 43 and 128 characters",
            ));
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        if !text.bytes().all(plain) {
            return Err(AuthError::Invalid(
                "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes",
            ));
        }
        Ok(Some(Self { method: method.to_lowercase(), text }))
    }

    /// Begins a flow of the user.
    async fn begin(
        &self,
        tx: &AuthTx<'_>,
        ask: &Ask<'_>,
        user: UserId,
        begun: Begun,
    ) -> Result<(), AuthError> {
        if !matches!(self.method.as_str(), "s256" | "plain") {
            return Err(AuthError::Bare(
                "Unexpected failure, please check server logs for more information",
            ));
        }
        let (provider, method) = begun.words();
        let code = Uuid::new_v4().to_string();
        let args =
            args![Uuid::new_v4(), user, code, self.method, self.text, provider, ask.now, method];
        tx.run(&INSERT, args).await?;
        Ok(())
    }
}

/// Begins a flow if the request brought a challenge, and says which kind of link to mail.
pub(crate) async fn begin(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    challenge: Option<&Challenge>,
    user: UserId,
    begun: Begun,
) -> Result<Flow, AuthError> {
    match challenge {
        None => Ok(Flow::Implicit),
        Some(challenge) => challenge.begin(tx, ask, user, begun).await.map(|()| Flow::Pkce),
    }
}

/// Hands out the code of the user's newest flow of this kind.
pub(crate) async fn issue_code(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: UserId,
    begun: Begun,
) -> Result<String, AuthError> {
    let (_, method) = begun.words();
    let row = tx.find(&LATEST, args![user, method]).await?.ok_or(AuthError::FlowUnknown)?;
    tx.run(&ISSUED, args![row.get::<Uuid>("id")?, ask.now]).await?;
    Ok(row.get("auth_code")?)
}

/// Ends the flow of a code, if the verifier fits its challenge.
pub(crate) async fn exchange(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    code: &str,
    verifier: &str,
) -> Result<Exchanged, AuthError> {
    let row = tx.find(&BY_CODE, args![code]).await?.ok_or(AuthError::FlowUnknown)?;
    let issued_at: Option<Timestamp> = row.get("auth_code_issued_at")?;
    let issued_at = issued_at.or(row.get("created_at")?).unwrap_or_default();
    if ask.now.duration_since(issued_at) > CODE_LIFE {
        return Err(AuthError::FlowExpired);
    }
    let challenge: String = row.get("code_challenge")?;
    let answered = match row.get::<String>("method")?.as_str() {
        "s256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        _ => verifier.to_owned(),
    };
    if !bool::from(answered.as_bytes().ct_eq(challenge.as_bytes())) {
        return Err(AuthError::CodeVerifier);
    }
    let user_id: Option<Uuid> = row.get("user_id")?;
    let user_id = UserId::from(user_id.ok_or(AuthError::FlowUnknown)?);
    tx.run(&DELETE, args![row.get::<Uuid>("id")?]).await?;
    Ok(Exchanged { user_id, method: row.get("authentication_method")? })
}
