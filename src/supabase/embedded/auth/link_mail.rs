//! `/recover`, `/otp`, `/magiclink` and `/resend`: a link or code by mail. None of them tells
//! whether an address has an account, but for what the real Auth tells.

use serde_json::{Map, Value};

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::fields::Fields;
use super::flow::{self, Begun, Challenge};
use super::limits::Limited;
use super::mail::MailKind;
use super::mailer::{self, Flow};
use super::signup::{self, New};
use super::user::User;
use super::user::rows::Purpose;
use super::{Answer, EmbeddedAuth, address, password, reply};

/// `/recover`: a link to set a new password.
pub(crate) async fn recover(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    ask.limits.request(ask, Limited::Otp)?;
    let fields = ask.fields("RecoverParams")?;
    let email = fields.text("email")?;
    if email.is_empty() {
        return Err(AuthError::Invalid("Password recovery requires an email"));
    }
    if !ask.config.email_provider {
        return Err(AuthError::EmailMailOff);
    }
    let email = address::check(&email)?;
    let challenge = Challenge::read(&fields)?;
    send(auth, ask, &email, MailKind::Recovery, challenge.as_ref()).await
}

/// `/otp`: a link or code to sign in with, and up if need be.
pub(crate) async fn otp(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    ask.limits.request(ask, Limited::Otp)?;
    let fields = ask.fields("OtpParams")?;
    let (email, phone) = (fields.text("email")?, fields.text("phone")?);
    if !email.is_empty() && !phone.is_empty() {
        return Err(AuthError::Invalid("Only an email address or phone number should be provided"));
    }
    if !email.is_empty() && !fields.text("channel")?.is_empty() {
        return Err(AuthError::Invalid("Channel should only be specified with Phone OTP"));
    }
    let challenge = Challenge::read(&fields)?;
    if email.is_empty() && phone.is_empty() {
        return Err(AuthError::Invalid("One of email or phone must be set"));
    }
    if !fields.flag("create_user")?.unwrap_or(true) && !is_known(auth, ask, &email).await? {
        return Err(AuthError::OtpOff);
    }
    if email.is_empty() {
        return Err(AuthError::PhoneMailOff);
    }
    if !ask.config.email_provider {
        return Err(AuthError::EmailLoginOff);
    }
    magic_link(auth, ask, &email, &fields, challenge).await
}

/// `/magiclink`: the older form of `/otp`.
pub(crate) async fn magiclink(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    ask.limits.request(ask, Limited::Otp)?;
    let fields = ask.fields("MagicLinkParams").map_err(|error| match error {
        AuthError::BadJson { .. } => AuthError::BadMagicLinkJson,
        other => other,
    })?;
    let email = fields.text("email")?;
    if email.is_empty() {
        return Err(AuthError::Unprocessable("Password recovery requires an email"));
    }
    if !ask.config.email_provider {
        return Err(AuthError::EmailLoginOff);
    }
    let challenge = Challenge::read(&fields)?;
    magic_link(auth, ask, &email, &fields, challenge).await
}

/// Whether the address has an account; what is no address has none.
async fn is_known(auth: &EmbeddedAuth, ask: &Ask<'_>, email: &str) -> Result<bool, AuthError> {
    let Ok(email) = address::check(email) else { return Ok(false) };
    let found = auth
        .cluster()
        .auth_tx(async |tx| User::by_email(tx, &email, ask.audience(), Purpose::Look).await)
        .await?;
    Ok(found.is_some())
}

/// Who has no account yet, or has not confirmed it, signs up; who is confirmed then gets a link.
async fn magic_link(
    auth: &EmbeddedAuth,
    ask: &Ask<'_>,
    email: &str,
    fields: &Fields,
    challenge: Option<Challenge>,
) -> Answer {
    let email = address::check(email)?;
    let data: Map<String, Value> = fields.object("data")?.unwrap_or_default();
    let cluster = auth.cluster();
    let found = cluster
        .auth_tx(async |tx| User::by_email(tx, &email, ask.audience(), Purpose::Look).await)
        .await?;
    if !found.as_ref().is_some_and(User::is_confirmed) {
        if found.is_none() && ask.config.disable_signup {
            return Err(AuthError::SignupOff);
        }
        let hash = password::unknown();
        let is_mailed = !ask.config.mail.autoconfirm;
        let challenge = challenge.as_ref().filter(|_| is_mailed);
        let new = New { email: &email, hash, data: &data, challenge };
        cluster.auth_tx(async |tx| signup::sign_up(tx, ask, new).await).await?;
        if is_mailed {
            return Ok(reply::done());
        }
    }
    send(auth, ask, &email, MailKind::MagicLink, challenge.as_ref()).await
}

/// Mails a link to an address, if it has an account.
async fn send(
    auth: &EmbeddedAuth,
    ask: &Ask<'_>,
    email: &str,
    kind: MailKind,
    challenge: Option<&Challenge>,
) -> Answer {
    let begun = if kind == MailKind::Recovery { Begun::Recovery } else { Begun::MagicLink };
    auth.cluster()
        .auth_tx(async |tx| {
            let user = User::by_email(tx, email, ask.audience(), Purpose::Change).await?;
            let Some(mut user) = user else { return Ok(()) };
            let flow = flow::begin(tx, ask, challenge, user.id, begun).await?;
            audit::log(tx, ask, &user, Action::RecoveryRequested, None).await?;
            mailer::recovery(tx, ask, &mut user, kind, flow).await
        })
        .await?;
    Ok(reply::done())
}

/// `/resend`: the mail of a sign-up or of a change of address once more.
pub(crate) async fn resend(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    ask.limits.request(ask, Limited::Otp)?;
    let fields = ask.fields("ResendConfirmationParams")?;
    let kind = fields.text("type")?;
    let (email, phone) = (fields.text("email")?, fields.text("phone")?);
    if !matches!(kind.as_str(), "signup" | "email_change" | "sms" | "phone_change") {
        return Err(AuthError::Invalid(
            "Missing one of these types: signup, email_change, sms, phone_change",
        ));
    }
    if !email.is_empty() && !phone.is_empty() {
        return Err(AuthError::Invalid(
            "Only an email address or phone number should be provided.",
        ));
    }
    if matches!(kind.as_str(), "sms" | "phone_change") {
        return Err(if phone.is_empty() {
            AuthError::Invalid("Type provided requires a phone number")
        } else {
            AuthError::PhoneMailOff
        });
    }
    if email.is_empty() {
        return Err(AuthError::Invalid("Type provided requires an email address"));
    }
    if !ask.config.email_provider {
        return Err(AuthError::EmailMailOff);
    }
    let email = address::check(&email)?;
    auth.cluster()
        .auth_tx(async |tx| {
            let user = User::by_email(tx, &email, ask.audience(), Purpose::Change).await?;
            let Some(mut user) = user else { return Ok(()) };
            match kind.as_str() {
                "signup" if !user.is_confirmed() => {
                    let action = Action::ConfirmationRequested;
                    audit::log(tx, ask, &user, action, None).await?;
                    mailer::confirmation(tx, ask, &mut user, Flow::Implicit).await
                }
                "email_change" if !user.email_change.is_empty() => {
                    let new_email = user.email_change.clone();
                    audit::log(tx, ask, &user, Action::Modified, None).await?;
                    mailer::email_change(tx, ask, &mut user, &new_email, Flow::Implicit).await
                }
                _ => Ok(()),
            }
        })
        .await?;
    Ok(reply::done())
}
