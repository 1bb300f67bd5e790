//! `/invite` and `/admin/generate_link`: users that are asked in, and links without a mail.

use serde_json::{Map, Value};

use super::super::ask::Ask;
use super::super::audit::{self, Action};
use super::super::error::AuthError;
use super::super::guard::Admin;
use super::super::identity::Identity;
use super::super::one_time::{Fresh, Kind};
use super::super::user::User;
use super::super::user::rows::Purpose;
use super::super::{Answer, EmbeddedAuth, address, mailer, password, redirect, reply, signup};
use crate::db::AuthTx;

/// `/invite`: makes the user and mails the invitation.
pub(crate) async fn invite(auth: &EmbeddedAuth, ask: &Ask<'_>, admin: &Admin) -> Answer {
    let fields = ask.fields("InviteParams")?;
    let email = address::check(&fields.text("email")?)?;
    let data = fields.object("data")?.unwrap_or_default();
    let user = auth
        .cluster()
        .auth_tx(async |tx| {
            let known = User::by_email(tx, &email, ask.audience(), Purpose::Change).await?;
            let mut user = match known {
                Some(user) if user.is_confirmed() => return Err(AuthError::EmailExists),
                Some(user) => user,
                None => create(tx, ask, &email, String::new(), data).await?,
            };
            audit::by_admin(tx, ask, admin, Action::Invited, &user).await?;
            mailer::invitation(tx, ask, &mut user).await?;
            Ok(user)
        })
        .await?;
    Ok(reply::json(200, &user.json()))
}

/// A user somebody else makes: the metadata is what is given, and nothing more.
async fn create(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    email: &str,
    hash: String,
    data: Map<String, Value>,
) -> Result<User, AuthError> {
    let mut user = User::new(ask);
    user.email = Some(email.to_owned());
    user.encrypted_password = Some(hash);
    user.set_provider("email");
    user.user_metadata = data;
    let claims = signup::email_claims(user.id, email);
    user.identities = Some(vec![Identity::new(user.id, "email", claims, ask.now)]);
    signup::insert(tx, &user).await?;
    Ok(user)
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinkKind {
    SignUp,
    Invite,
    MagicLink,
    Recovery,
    ChangeCurrent,
    ChangeNew,
}

impl LinkKind {
    fn read(text: &str) -> Result<Self, AuthError> {
        Ok(match text {
            "signup" => Self::SignUp,
            "invite" => Self::Invite,
            "magiclink" => Self::MagicLink,
            "recovery" => Self::Recovery,
            "email_change_current" => Self::ChangeCurrent,
            "email_change_new" => Self::ChangeNew,
            _ => {
                let text = format!("Invalid email action link type requested: {text}");
                return Err(AuthError::InvalidValue(text));
            }
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::SignUp => "signup",
            Self::Invite => "invite",
            Self::MagicLink => "magiclink",
            Self::Recovery => "recovery",
            Self::ChangeCurrent => "email_change_current",
            Self::ChangeNew => "email_change_new",
        }
    }

    fn is_change(self) -> bool {
        matches!(self, Self::ChangeCurrent | Self::ChangeNew)
    }
}

/// What is asked for.
struct Wanted {
    kind: LinkKind,
    email: String,
    new_email: String,
    hash: String,
    data: Map<String, Value>,
}

/// `/admin/generate_link`: the link and the code that a mail would carry.
pub(crate) async fn generate(auth: &EmbeddedAuth, ask: &Ask<'_>, admin: &Admin) -> Answer {
    let (wanted, redirect_to) = read(ask).await?;
    let (user, kind, fresh) =
        auth.cluster().auth_tx(async |tx| prepare(tx, ask, admin, wanted).await).await?;
    let verification = if kind.is_change() { "email_change" } else { kind.name() };
    let token = match kind {
        LinkKind::ChangeNew => &user.email_change_token_new,
        _ => &fresh.hash,
    };
    let link = mailer::link(ask, token, verification, &redirect_to);
    let mut body = user.json();
    body["action_link"] = Value::from(link);
    body["email_otp"] = Value::from(fresh.otp);
    body["hashed_token"] = Value::from(fresh.hash);
    body["verification_type"] = Value::from(kind.name());
    body["redirect_to"] = Value::from(redirect_to);
    Ok(reply::json(200, &body))
}

async fn read(ask: &Ask<'_>) -> Result<(Wanted, String), AuthError> {
    let fields = ask.fields("GenerateLinkParams")?;
    let email = address::check(&fields.text("email")?)?;
    let kind = LinkKind::read(&fields.text("type")?)?;
    let password = fields.text("password")?;
    let new_email = match kind.is_change() {
        true => address::check(&fields.text("new_email")?)?,
        false => String::new(),
    };
    let hash = match (kind, password.as_str()) {
        (LinkKind::SignUp, "") => {
            return Err(AuthError::Invalid("Signup requires a valid password"));
        }
        (LinkKind::SignUp, password) => {
            password::check(&ask.config.password, password)?;
            password::hash(password).await?
        }
        (LinkKind::Invite, _) => String::new(),
        _ => password::unknown(),
    };
    let in_body = fields.text("redirect_to")?;
    let redirect_to = match in_body.as_str() {
        "" => redirect::target(ask),
        asked => redirect::allowed_or_site(ask, asked),
    };
    let data = fields.object("data")?.unwrap_or_default();
    Ok((Wanted { kind, email, new_email, hash, data }, redirect_to))
}

/// Makes the user if need be, and sets the token. A magic link for nobody becomes a sign-up.
async fn prepare(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    admin: &Admin,
    wanted: Wanted,
) -> Result<(User, LinkKind, Fresh), AuthError> {
    let Wanted { mut kind, email, new_email, hash, data } = wanted;
    let known = User::by_email(tx, &email, ask.audience(), Purpose::Change).await?;
    let is_new = known.is_none();
    if is_new && kind == LinkKind::MagicLink {
        kind = LinkKind::SignUp;
    }
    let mut user = match (known, kind) {
        (Some(user), LinkKind::SignUp | LinkKind::Invite) if user.is_confirmed() => {
            return Err(AuthError::EmailExists);
        }
        (Some(mut user), LinkKind::SignUp) => {
            user.merge_user_metadata(data);
            user
        }
        (Some(user), _) => user,
        (None, LinkKind::SignUp | LinkKind::Invite) => create(tx, ask, &email, hash, data).await?,
        (None, _) => return Err(AuthError::NoUserWithEmail),
    };
    let fresh = Fresh::new(&email, false);
    match kind {
        LinkKind::SignUp | LinkKind::Invite => {
            Kind::Confirmation.set(tx, &mut user, &fresh, &email, ask.now).await?;
            user.confirmation_sent_at = Some(ask.now);
        }
        LinkKind::MagicLink | LinkKind::Recovery => {
            Kind::Recovery.set(tx, &mut user, &fresh, &email, ask.now).await?;
            user.recovery_sent_at = Some(ask.now);
        }
        LinkKind::ChangeCurrent | LinkKind::ChangeNew => {
            prepare_change(tx, ask, &mut user, kind, &new_email, &fresh).await?;
        }
    }
    let action = match kind {
        LinkKind::Invite => {
            user.invited_at = Some(ask.now);
            Action::Invited
        }
        LinkKind::SignUp => Action::ConfirmationRequested,
        LinkKind::MagicLink | LinkKind::Recovery => Action::RecoveryRequested,
        LinkKind::ChangeCurrent | LinkKind::ChangeNew => Action::Modified,
    };
    user.save(tx, ask.now).await?;
    audit::by_admin(tx, ask, admin, action, &user).await?;
    Ok((user, kind, fresh))
}

/// A change of address begins, or gets the link of its other half.
async fn prepare_change(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    kind: LinkKind,
    new_email: &str,
    fresh: &Fresh,
) -> Result<(), AuthError> {
    if kind == LinkKind::ChangeCurrent && !ask.config.mail.secure_change {
        return Err(AuthError::Invalid(
            "Enable secure email change to generate link for current email",
        ));
    }
    let other = User::by_email(tx, new_email, ask.audience(), Purpose::Look).await?;
    if other.is_some_and(|other| other.id != user.id) {
        return Err(AuthError::EmailExists);
    }
    let email = user.email().to_owned();
    if kind == LinkKind::ChangeCurrent {
        Kind::ChangeNew.renew(tx, user, new_email, ask.now).await?;
        Kind::ChangeCurrent.set(tx, user, fresh, &email, ask.now).await?;
    } else {
        let to_new = Fresh::of(new_email, &fresh.otp);
        Kind::ChangeNew.set(tx, user, &to_new, new_email, ask.now).await?;
        Kind::ChangeCurrent.renew(tx, user, &email, ask.now).await?;
    }
    new_email.clone_into(&mut user.email_change);
    user.email_change_confirm_status = 0;
    user.email_change_sent_at = Some(ask.now);
    Ok(())
}
