//! What is mailed for what, and with which token. Nothing leaves before the commit: the mails are
//! put aside in the request.

use std::time::Duration;

use jiff::Timestamp;

use super::ask::Ask;
use super::error::AuthError;
use super::mail::{Mail, MailKind};
use super::one_time::{Fresh, Kind};
use super::redirect;
use super::user::User;
use crate::base::percent;
use crate::db::AuthTx;

/// Whether the mail was asked for with a code challenge: then its link ends in a code to be
/// exchanged, and not in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Implicit,
    Pkce,
}

/// Mails the link that confirms a new account.
pub(crate) async fn confirmation(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    flow: Flow,
) -> Result<(), AuthError> {
    check_pause(ask, user.confirmation_sent_at)?;
    let address = user.email().to_owned();
    let fresh = Fresh::new(&address, flow == Flow::Pkce);
    Kind::Confirmation.set(tx, user, &fresh, &address, ask.now).await?;
    user.confirmation_sent_at = Some(ask.now);
    user.save(tx, ask.now).await?;
    send(ask, MailKind::Confirmation, &address, &fresh, None)
}

/// Mails an invitation.
pub(crate) async fn invitation(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
) -> Result<(), AuthError> {
    let address = user.email().to_owned();
    let fresh = Fresh::new(&address, false);
    Kind::Confirmation.set(tx, user, &fresh, &address, ask.now).await?;
    user.confirmation_sent_at = Some(ask.now);
    user.invited_at = Some(ask.now);
    user.save(tx, ask.now).await?;
    send(ask, MailKind::Invite, &address, &fresh, None)
}

/// Mails a link that signs in: to set a new password, or just so.
pub(crate) async fn recovery(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    kind: MailKind,
    flow: Flow,
) -> Result<(), AuthError> {
    check_pause(ask, user.recovery_sent_at)?;
    let address = user.email().to_owned();
    let fresh = Fresh::new(&address, flow == Flow::Pkce);
    Kind::Recovery.set(tx, user, &fresh, &address, ask.now).await?;
    user.recovery_sent_at = Some(ask.now);
    user.save(tx, ask.now).await?;
    send(ask, kind, &address, &fresh, None)
}

/// Mails the code that proves it is still the same person.
pub(crate) async fn reauthentication(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
) -> Result<(), AuthError> {
    check_pause(ask, user.reauthentication_sent_at)?;
    let address = user.email().to_owned();
    let fresh = Fresh::new(&address, false);
    Kind::Reauthentication.set(tx, user, &fresh, &address, ask.now).await?;
    user.reauthentication_sent_at = Some(ask.now);
    user.save(tx, ask.now).await?;
    send(ask, MailKind::Reauthentication, &address, &fresh, None)
}

/// Mails the links that confirm a change of address: to the new one, and to the old one too where
/// both have to agree.
pub(crate) async fn email_change(
    tx: &AuthTx<'_>,
    ask: &Ask<'_>,
    user: &mut User,
    new_email: &str,
    flow: Flow,
) -> Result<(), AuthError> {
    check_pause(ask, user.email_change_sent_at)?;
    let pkce = flow == Flow::Pkce;
    let to_new = Fresh::new(new_email, pkce);
    Kind::ChangeNew.set(tx, user, &to_new, new_email, ask.now).await?;
    Kind::ChangeCurrent.clear(tx, user).await?;
    let old_email = user.email().to_owned();
    if ask.config.mail.secure_change && !old_email.is_empty() {
        let to_old = Fresh::new(&old_email, pkce);
        Kind::ChangeCurrent.set(tx, user, &to_old, &old_email, ask.now).await?;
        send(ask, MailKind::EmailChange, &old_email, &to_old, Some(new_email))?;
    }
    new_email.clone_into(&mut user.email_change);
    user.email_change_confirm_status = 0;
    user.email_change_sent_at = Some(ask.now);
    user.save(tx, ask.now).await?;
    send(ask, MailKind::EmailChange, new_email, &to_new, Some(new_email))
}

/// Mails that the password was changed, where that is wished for.
pub(crate) fn password_changed(ask: &Ask<'_>, user: &User) {
    if ask.config.mail.notify_password && !user.email().is_empty() {
        ask.post(Mail {
            kind: MailKind::PasswordChanged,
            to: user.email().to_owned(),
            subject: "Your password was changed".to_owned(),
            link: None,
            otp: None,
            token_hash: None,
            redirect_to: ask.site_url().to_owned(),
            new_email: None,
        });
    }
}

/// The link that a mail carries, or that an administrator is given.
pub(crate) fn link(ask: &Ask<'_>, token: &str, kind: &str, redirect_to: &str) -> String {
    let special = redirect_to.contains(['&', '=', '#']);
    let redirect_to =
        if special { percent::encode_field(redirect_to) } else { redirect_to.to_owned() };
    let base = resolve(ask.external_url(), &ask.config.mail.url_path);
    format!("{base}?token={token}&type={kind}&redirect_to={redirect_to}")
}

/// Refuses a second mail of a kind within the pause.
pub(crate) fn check_pause(ask: &Ask<'_>, sent_at: Option<Timestamp>) -> Result<(), AuthError> {
    let Some(sent_at) = sent_at else { return Ok(()) };
    let pause = match ask.config.mail.frequency {
        Duration::ZERO => Duration::from_secs(60),
        pause => pause,
    };
    let passed = ask.now.duration_since(sent_at);
    if passed.is_negative() {
        return Ok(());
    }
    match pause.checked_sub(passed.unsigned_abs()) {
        Some(left) if !left.is_zero() => Err(AuthError::MailTooSoon { seconds: left.as_secs() }),
        _ => Ok(()),
    }
}

fn send(
    ask: &Ask<'_>,
    kind: MailKind,
    to: &str,
    fresh: &Fresh,
    new_email: Option<&str>,
) -> Result<(), AuthError> {
    ask.limits.mail(ask)?;
    let redirect_to = redirect::target(ask);
    let (subject, verification) = match kind {
        MailKind::Confirmation => ("Confirm your email address", "signup"),
        MailKind::Invite => ("You've been invited", "invite"),
        MailKind::MagicLink => ("Your sign-in link", "magiclink"),
        MailKind::Recovery => ("Reset your password", "recovery"),
        MailKind::EmailChange => ("Confirm your new email address", "email_change"),
        MailKind::Reauthentication | MailKind::PasswordChanged => ("", ""),
    };
    let is_code_only = kind == MailKind::Reauthentication;
    ask.post(Mail {
        kind,
        to: to.to_owned(),
        subject: if is_code_only {
            format!("{} is your verification code", fresh.otp)
        } else {
            subject.to_owned()
        },
        link: (!is_code_only).then(|| link(ask, &fresh.hash, verification, &redirect_to)),
        otp: Some(fresh.otp.clone()),
        token_hash: (!is_code_only).then(|| fresh.hash.clone()),
        redirect_to,
        new_email: new_email.map(str::to_owned),
    });
    Ok(())
}

/// The path on the external address: from its root if it begins with `/`, as browsers resolve it.
fn resolve(external_url: &str, path: &str) -> String {
    let scheme = external_url.find("://").map_or(0, |at| at + 3);
    let root = external_url[scheme..].find('/').map_or(external_url.len(), |at| scheme + at);
    if path.starts_with('/') {
        format!("{}{path}", &external_url[..root])
    } else {
        let folder = external_url.rfind('/').filter(|at| *at >= root).unwrap_or(root);
        format!("{}/{path}", &external_url[..folder])
    }
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn a_path_is_resolved_as_a_browser_does() {
        assert_eq!(resolve("http://h:9/auth/v1", "/verify"), "http://h:9/verify");
        assert_eq!(resolve("http://h:9/auth/v1", "verify"), "http://h:9/auth/verify");
        assert_eq!(resolve("http://h:9", "/auth/v1/verify"), "http://h:9/auth/v1/verify");
    }
}
