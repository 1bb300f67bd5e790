//! What is over is forgotten, a few rows a transaction: sessions that Auth has ended, links that
//! nobody followed, keys that nobody will send again, mails that were sent, or never will be.

use uuid::Uuid;

use crate::args;
use crate::db::{Cluster, Error, Sql};
use crate::queries;

/// Rows that one transaction looks at.
const BATCH: i64 = 1_000;
/// Transactions of one sweep for each table; the next sweep goes on.
const BATCHES_MAX: usize = 20;

queries! {
    /// Forgets the sessions of a page that have ended. The youngest stay: their tokens are still
    /// good, and one may be recorded while Auth commits.
    SESSIONS = "forget.sessions":
        "with page as (
             select session_id, begun_at from shared.sessions
              where $1::uuid is null or session_id > $1 order by session_id limit $2
         ), ended as (
             delete from shared.sessions s
              using shared.ended_sessions(array(
                        select session_id from page
                         where begun_at < now() - interval '1 day')) as e (id)
              where s.session_id = e.id
             returning s.session_id
         )
         select (select session_id from page order by session_id desc limit 1) as last,
                (select count(*) from page) as seen,
                (select count(*) from ended) as forgotten";
    /// Invitations that have told for a month that they are over.
    INVITATIONS = "forget.invitations":
        "delete from shared.invitations
          where (store_id, email) in (
                select store_id, email from shared.invitations
                 where expires_at < now() - interval '30 days' limit $1)";
    /// Idempotency keys of last week.
    KEYS = "forget.keys":
        "delete from shared.idempotency_keys
          where (user_id, key) in (
                select user_id, key from shared.idempotency_keys
                 where created_at < now() - interval '7 days' order by created_at limit $1)";
    /// Mails that were sent a month ago.
    MAILS = "forget.mails":
        "delete from shared.outbox
          where id in (select id from shared.outbox
                        where sent_at < now() - interval '30 days' limit $1)";
    /// Mails that nobody has sent while a link in them was good; an invitation's is longest.
    UNSENT = "forget.unsent":
        "delete from shared.outbox
          where id in (select id from shared.outbox
                        where sent_at is null and created_at < now() - interval '14 days' limit $1)";
}

/// Where the walk over all sessions has come to; it begins again at its end.
#[derive(Debug, Default)]
pub struct Walk {
    after: Option<Uuid>,
}

/// Goes on with the walk and forgets what is over; answers how many rows.
///
/// # Errors
/// The first failure; what went before is gone.
pub async fn sweep(cluster: &Cluster, walk: &mut Walk) -> Result<u64, Error> {
    let mut forgotten = sessions(cluster, walk).await?;
    for sql in [&INVITATIONS, &KEYS, &MAILS, &UNSENT] {
        forgotten += rows(cluster, sql).await?;
    }
    Ok(forgotten)
}

async fn sessions(cluster: &Cluster, walk: &mut Walk) -> Result<u64, Error> {
    let mut forgotten = 0;
    for _ in 0..BATCHES_MAX {
        let row =
            cluster.shared_tx(None, async |tx| tx.row(&SESSIONS, args![walk.after, BATCH]).await);
        let row = row.await?;
        forgotten += u64::try_from(row.get::<i64>("forgotten")?).unwrap_or_default();
        let is_end = row.get::<i64>("seen")? < BATCH;
        walk.after = if is_end { None } else { row.get("last")? };
        if is_end {
            break;
        }
    }
    Ok(forgotten)
}

async fn rows(cluster: &Cluster, sql: &'static Sql) -> Result<u64, Error> {
    let mut forgotten = 0;
    for _ in 0..BATCHES_MAX {
        let gone = cluster.shared_tx(None, async |tx| tx.run(sql, args![BATCH]).await).await?;
        forgotten += gone;
        if gone < BATCH.unsigned_abs() {
            break;
        }
    }
    Ok(forgotten)
}
