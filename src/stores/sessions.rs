//! Where each session of Auth was begun: on the platform, or at one store. A token is good where
//! its session was begun; one begun on the platform is good at every store too. So nothing that a
//! store's own pages get hold of opens the control API, or another store.
//!
//! A row is written when an answer of Auth hands the session out, and never changes; so a process
//! may remember it. Whether the session still lives is not asked here: a logout or a ban is
//! Auth's business, and holds for the token once that has expired.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join;
use uuid::Uuid;

use crate::args;
use crate::base::id::{StoreId, UserId};
use crate::db::{Cluster, Error, Row, SharedTx};
use crate::queries;

/// Sessions that one process remembers; about 80 bytes each.
const ENTRIES_MAX: usize = 50_000;

queries! {
    /// Notes where a session was begun; one that is known stays as it is.
    RECORD = "sessions.record":
        "insert into shared.sessions (session_id, user_id, store_id) values ($1, $2, $3)
         on conflict (session_id) do nothing";
    /// Where a session was begun.
    FIND = "sessions.find":
        "select user_id, store_id from shared.sessions where session_id = $1";
}

/// Where something happens: the platform's address, or a store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The platform's own address.
    Platform,
    /// A store's address.
    Store(StoreId),
}

/// A recorded session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub user: UserId,
    /// Where it was begun.
    pub begun_at: Place,
}

impl Session {
    /// Whether its tokens are good at a place.
    pub fn is_good_at(&self, place: Place) -> bool {
        self.begun_at == Place::Platform || self.begun_at == place
    }

    fn from_row(row: &Row) -> Result<Self, Error> {
        let store: Option<Uuid> = row.get("store_id")?;
        let begun_at = store.map_or(Place::Platform, |id| Place::Store(StoreId::from(id)));
        Ok(Self { user: row.id("user_id")?, begun_at })
    }
}

/// Notes where a session was begun, and answers what is on record: a session that is seen again
/// elsewhere stays where it was begun.
///
/// # Errors
/// What Postgres answers.
pub async fn record(
    tx: &SharedTx<'_>,
    session: Uuid,
    user: UserId,
    place: Place,
) -> Result<Session, Error> {
    let store = match place {
        Place::Platform => None,
        Place::Store(store) => Some(store),
    };
    let (written, found) =
        join(tx.run(&RECORD, args![session, user, store]), tx.row(&FIND, args![session])).await;
    written?;
    Session::from_row(&found?)
}

/// The sessions one process remembers. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<Mutex<HashMap<Uuid, Session>>>);

impl Sessions {
    /// The session with this id, remembered or read. That there is none is never remembered:
    /// another process may be about to record it.
    ///
    /// # Errors
    /// What Postgres answers.
    pub async fn find(&self, cluster: &Cluster, id: Uuid) -> Result<Option<Session>, Error> {
        if let Some(session) = self.entries().get(&id) {
            return Ok(Some(*session));
        }
        let row = cluster.shared_tx(None, async |tx| tx.find(&FIND, args![id]).await).await?;
        let Some(row) = row else { return Ok(None) };
        let session = Session::from_row(&row)?;
        self.remember(id, session);
        Ok(Some(session))
    }

    /// Keeps a session that is on record.
    pub fn remember(&self, id: Uuid, session: Session) {
        let mut entries = self.entries();
        if entries.len() >= ENTRIES_MAX {
            entries.clear();
        }
        entries.insert(id, session);
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
