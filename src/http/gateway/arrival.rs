//! Somebody has signed in, somewhere: what follows from the answer that hands out their session.
//! The session is recorded before its tokens leave; a token of one that is not is good nowhere.

use crate::app::App;
use crate::base::chain::Chain;
use crate::commerce::customers;
use crate::http::problem::Result;
use crate::stores::sessions::{self, Place};
use crate::stores::{self, Actor, Status, Store, invitations, people};
use crate::supabase::auth::IssuedSession;

/// Records the session. On the platform, invitations of a confirmed address become memberships; at
/// a store, the person becomes a customer.
///
/// # Errors
/// When the session could not be recorded. A customer that could not be made is made by the next
/// answer, and stops nobody from signing in.
pub(super) async fn note(
    app: &App,
    issued: IssuedSession,
    store: Option<&Store>,
    request_id: Option<String>,
) -> Result<()> {
    let IssuedSession { session_id, user_id } = issued;
    let place = store.map_or(Place::Platform, |store| Place::Store(store.id));
    let actor = Actor::user(user_id, request_id);
    let (session, email) = app
        .cluster
        .shared_tx(store.map(|store| store.id), async |tx| {
            let session = sessions::record(tx, session_id, user_id, place).await?;
            let email = people::confirmed_email(tx, user_id).await?;
            if let (Place::Platform, Some(email)) = (place, &email) {
                invitations::accept_all(tx, &actor, user_id, email).await?;
            }
            Ok::<_, stores::Error>((session, email))
        })
        .await?;
    app.sessions.remember(session_id, session);
    let Some(store) = store.filter(|_| session.is_good_at(place)) else { return Ok(()) };
    if store.status != Status::Active {
        return Ok(());
    }
    let welcomed = app
        .cluster
        .store_tx(store.reference(), &actor.claims(), async |tx| {
            customers::welcome(tx, user_id, email.as_deref()).await
        })
        .await;
    if let Err(error) = welcomed {
        tracing::warn!(store.id = %store.id, error = %Chain(&error), "a customer could not be made");
    }
    Ok(())
}
