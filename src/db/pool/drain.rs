//! What happens to a connection whose request went away: the statement is cancelled (behind a pooler
//! it is waited for), the answers that nobody reads are read to their end, and the transaction is
//! rolled back. Only then does the next in the queue get it.

use std::time::Duration;

use super::lease::{Held, Place, State};
use crate::db::connection::{Connection, Dialer};

/// How long that may take before the connection is closed instead.
const DRAIN_MAX: Duration = Duration::from_secs(5);

/// Puts a connection back into its slot, or closes it where that takes too long. The place in the
/// queue is held until then.
pub(super) async fn give_back(
    mut connection: Connection,
    mut held: Held,
    place: Place,
    state: State,
) {
    let (pool, slot) = (place.pool.clone(), place.slot);
    let drained = drain(pool.0.ways.of(slot), &mut connection, state);
    let is_kept = tokio::time::timeout(DRAIN_MAX, drained).await == Ok(true);
    if is_kept {
        *held = Some(connection);
    } else {
        connection.close();
        pool.slot(slot).begin_anew(&[]);
    }
    if state == State::Running {
        pool.0.counters.dropped(is_kept);
    }
    drop((held, place));
}

/// Whether the connection is idle and in no transaction.
#[expect(clippy::disallowed_methods, reason = "this is the end of a transaction of the pool's")]
async fn drain(dialer: &Dialer, connection: &mut Connection, state: State) -> bool {
    // Ends when the server has passed the cancellation on. One that came later would hit the
    // statement of somebody else.
    if state == State::Running
        && let Some(canceller) = dialer.canceller(connection)
        && canceller.cancel().await.is_err()
    {
        return false;
    }
    if connection.exchange().finish().await.is_err() {
        return false;
    }
    // Answered after everything that was sent before it; in no transaction it is a warning.
    connection.client().batch_execute("rollback").await.is_ok()
}
