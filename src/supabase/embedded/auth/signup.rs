//! `/signup`: with an address and a password, or anonymously.

use serde_json::{Map, Value, json};

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::flow::{self, Begun, Challenge};
use super::identity::Identity;
use super::limits::Limited;
use super::session::{Session, Tokens};
use super::user::User;
use super::user::rows::Purpose;
use super::{Answer, EmbeddedAuth, address, mailer, one_time, password, reply};
use crate::base::id::UserId;
use crate::db::{self, AuthTx};

/// What a sign-up comes to.
pub(crate) enum Outcome {
    /// Signed in at once.
    Session(Box<User>, Tokens),
    /// A mail is on its way.
    Mailed(Box<User>),
    /// The address has an account already; that is not told.
    Hidden,
}

/// Answers a sign-up.
pub(crate) async fn answer(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let fields = ask.fields("SignupParams")?;
    let (email, phone) = (fields.text("email")?, fields.text("phone")?);
    let password = fields.text("password")?;
    let data = fields.object("data")?.unwrap_or_default();
    if email.is_empty() && phone.is_empty() {
        return anonymous(auth, ask, data).await;
    }
    ask.limits.request(ask, Limited::Signup)?;
    if ask.config.disable_signup {
        return Err(AuthError::SignupOff);
    }
    if password.is_empty() {
        return Err(AuthError::Invalid("Signup requires a valid password"));
    }
    password::check(&ask.config.password, &password)?;
    if !email.is_empty() && !phone.is_empty() {
        return Err(AuthError::Invalid(
            "Only an email address or phone number should be provided on signup.",
        ));
    }
    let challenge = Challenge::read(&fields)?;
    if email.is_empty() {
        return Err(AuthError::PhoneSignupOff);
    }
    if !ask.config.email_provider {
        return Err(AuthError::EmailSignupOff);
    }
    let email = address::check(&email)?;
    let hash = password::hash(&password).await?;
    let new = New { email: &email, hash, data: &data, challenge: challenge.as_ref() };
    let outcome = auth.cluster().auth_tx(async |tx| sign_up(tx, ask, new).await).await?;
    Ok(match outcome {
        Outcome::Session(user, tokens) => tokens.answer(&user, None),
        Outcome::Mailed(user) => reply::json(200, &user.json()),
        Outcome::Hidden => reply::json(200, &made_up(ask, &email, data).json()),
    })
}

/// What a sign-up brings.
pub(crate) struct New<'a> {
    pub(crate) email: &'a str,
    pub(crate) hash: String,
    pub(crate) data: &'a Map<String, Value>,
    pub(crate) challenge: Option<&'a Challenge>,
}

/// Signs an address up that has no account, or none that is confirmed.
pub(crate) async fn sign_up(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    new: New<'_>,
) -> Result<Outcome, AuthError> {
    let known = User::by_email(tx, new.email, ask.audience(), Purpose::Change).await?;
    let is_new = known.is_none();
    let mut user = match known {
        Some(user) if user.is_confirmed() => {
            if ask.config.mail.autoconfirm {
                return Err(AuthError::AlreadyRegistered);
            }
            audit::log(tx, ask, &user, Action::RepeatedSignUp, audit::by_email()).await?;
            return Ok(Outcome::Hidden);
        }
        Some(user) => user,
        None => create(tx, ask, new.email, new.hash, new.data).await?,
    };
    if ask.config.mail.autoconfirm {
        audit::log(tx, ask, &user, Action::SignedUp, audit::by_email()).await?;
        confirm(tx, ask, &mut user).await?;
        audit::log(tx, ask, &user, Action::Login, audit::by_email()).await?;
        let tokens = Session::begin(tx, ask, &mut user, "password").await?;
        if is_new {
            show_as_one(&mut user);
        }
        return Ok(Outcome::Session(Box::new(user), tokens));
    }
    let flow = flow::begin(tx, ask, new.challenge, user.id, Begun::SignUp).await?;
    audit::log(tx, ask, &user, Action::ConfirmationRequested, audit::by_email()).await?;
    mailer::confirmation(tx, ask, &mut user, flow).await?;
    if user.invited_at.is_some() {
        // Whoever signs up need not be who was invited: nothing of the invitation is shown.
        user.user_metadata = Map::new();
        user.identities = Some(Vec::new());
    }
    Ok(Outcome::Mailed(Box::new(user)))
}

/// The answer of a first sign-up shows the metadata as the identity's data too, although the row
/// of the identity says that its address is not verified.
fn show_as_one(user: &mut User) {
    let data = user.user_metadata.clone();
    if let Some(identity) = user.identity("email") {
        identity.data = data;
    }
}

/// A new user who signs up in person: what proves the identity also stands in the metadata, over
/// the caller's own words.
pub(crate) async fn create(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    email: &str,
    hash: String,
    data: &Map<String, Value>,
) -> Result<User, AuthError> {
    let mut user = User::new(ask);
    let mut claims = data.clone();
    claims.extend(email_claims(user.id, email));
    user.email = Some(email.to_owned());
    user.encrypted_password = Some(hash);
    user.set_provider("email");
    user.user_metadata = claims.clone();
    user.identities = Some(vec![Identity::new(user.id, "email", claims, ask.now)]);
    insert(tx, &user).await?;
    Ok(user)
}

/// What the identity of an address says of it at first.
pub(crate) fn email_claims(user: UserId, email: &str) -> Map<String, Value> {
    Map::from_iter([
        ("sub".to_owned(), json!(user)),
        ("email".to_owned(), json!(email)),
        ("email_verified".to_owned(), json!(false)),
        ("phone_verified".to_owned(), json!(false)),
    ])
}

/// Writes a new user. An address that somebody of another audience has shows as Postgres' own
/// refusal.
pub(crate) async fn insert(tx: &AuthTx<'_>, user: &User) -> Result<(), AuthError> {
    user.insert(tx)
        .await
        .map_err(|error| taken(error, user.email(), "Database error saving new user"))
}

/// An address that is taken, as the real Auth shows it.
pub(crate) fn taken(error: db::Error, email: &str, doing: &'static str) -> AuthError {
    match error {
        db::Error::Unique { constraint } if constraint == "users_email_partial_key" => {
            let detail = format!("Key (email)=({email}) already exists.");
            AuthError::Duplicate { constraint, detail, doing }
        }
        source => AuthError::Db { doing, source },
    }
}

/// The address counts as confirmed from now on. The row of the identity is left as it is.
pub(crate) async fn confirm(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
) -> Result<(), AuthError> {
    one_time::Kind::Confirmation.clear(tx, user).await?;
    user.email_confirmed_at = Some(ask.now);
    user.user_metadata.insert("email_verified".to_owned(), Value::Bool(true));
    user.save(tx, ask.now).await?;
    Ok(())
}

/// A user nobody has, so that an answer does not tell which addresses have accounts.
fn made_up(ask: &Ask<'_>, email: &str, data: Map<String, Value>) -> User {
    let mut user = User::new(ask);
    user.role = String::new();
    user.email = Some(email.to_owned());
    user.confirmation_sent_at = Some(ask.now);
    user.set_provider("email");
    user.user_metadata = data;
    user
}

async fn anonymous(auth: &EmbeddedAuth, ask: &Ask<'_>, data: Map<String, Value>) -> Answer {
    if !ask.config.anonymous_users {
        return Err(AuthError::AnonymousOff);
    }
    if ask.config.disable_signup {
        return Err(AuthError::SignupOff);
    }
    ask.limits.request(ask, Limited::Anonymous)?;
    let (user, tokens) = auth
        .cluster()
        .auth_tx(async |tx| {
            let mut user = User::new(ask);
            user.encrypted_password = Some(String::new());
            user.user_metadata = data;
            user.is_anonymous = true;
            insert(tx, &user).await?;
            let tokens = Session::begin(tx, ask, &mut user, "anonymous").await?;
            Ok::<_, AuthError>((user, tokens))
        })
        .await?;
    Ok(tokens.answer(&user, None))
}
