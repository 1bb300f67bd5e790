//! `/logout`.

use uuid::Uuid;

use super::ask::Ask;
use super::audit::{self, Action};
use super::error::AuthError;
use super::guard::SignedIn;
use super::reply;
use super::session::{self, Scope};
use super::{Answer, EmbeddedAuth};

/// Ends the caller's sessions: all of them, this one, or the others. A token without a session
/// ends all.
pub(crate) async fn answer(auth: &EmbeddedAuth, ask: &Ask<'_>, caller: &SignedIn) -> Answer {
    let own: Option<Uuid> = caller.session.as_ref().map(|session| session.id);
    let scope = match (ask.query("scope"), own) {
        ("" | "global", _) | ("local" | "others", None) => Scope::All,
        ("local", Some(id)) => Scope::Only(id),
        ("others", Some(id)) => Scope::AllBut(id),
        (other, _) => {
            let text = format!("Unsupported logout scope \"{other}\"");
            return Err(AuthError::InvalidValue(text));
        }
    };
    auth.cluster()
        .auth_tx(async |tx| {
            audit::log(tx, ask, &caller.user, Action::Logout, None).await?;
            session::end(tx, caller.user.id, scope).await?;
            Ok::<_, AuthError>(())
        })
        .await?;
    Ok(reply::empty(204))
}
