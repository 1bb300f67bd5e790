//! `/reauthenticate`: a code by mail, to prove that it is still the same person.

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::guard::SignedIn;
use super::user::User;
use super::user::rows::Purpose;
use super::{Answer, EmbeddedAuth, mailer, reply};

/// Mails a code to the caller.
pub(crate) async fn answer(auth: &EmbeddedAuth, ask: &Ask<'_>, caller: &SignedIn) -> Answer {
    if caller.user.email().is_empty() && caller.user.phone().is_empty() {
        return Err(AuthError::Invalid(
            "Reauthentication requires the user to have an email or a phone number",
        ));
    }
    if !caller.user.is_confirmed() {
        return Err(AuthError::Unprocessable("Please verify your email first."));
    }
    auth.cluster()
        .auth_tx(async |tx| {
            let user = User::by_id(tx, caller.user.id, Purpose::Change).await?;
            let mut user = user.ok_or(AuthError::SubjectUnknown)?;
            audit::log(tx, ask, &user, Action::ReauthenticationRequested, None).await?;
            mailer::reauthentication(tx, ask, &mut user).await
        })
        .await?;
    Ok(reply::done())
}
