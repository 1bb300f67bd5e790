//! The mailbox of `souk dev`: what would have been sent, to be read instead. Nothing leaves the
//! machine; a message counts as sent once it is in the box.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::base::chain::Chain;
use crate::base::clock::Clock;
use crate::db::{Cluster, Error, Row};
use crate::{args, queries};

/// Messages that are shown.
const SHOWN_MAX: i64 = 200;
/// Messages taken at once.
const BATCH: i64 = 200;
/// How often the outbox is looked into.
const PAUSE: Duration = Duration::from_secs(1);

queries! {
    /// Marks the oldest messages that wait as sent.
    TAKE = "notify.take":
        "with waiting as (
             select id from shared.outbox where sent_at is null
              order by created_at limit $1 for update skip locked
         )
         update shared.outbox o set sent_at = now() from waiting where o.id = waiting.id";
    /// The newest messages.
    LIST = "notify.list":
        "select id, channel, recipient, subject, body, created_at
           from shared.outbox order by id desc limit $1";
    /// One message.
    FIND = "notify.find":
        "select id, channel, recipient, subject, body, created_at
           from shared.outbox where id = $1";
}

/// A message in the box.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// `email` or `sms`.
    pub channel: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// What it is about.
    pub kind: Option<String>,
    /// What it says.
    pub text: String,
    /// The link that it asks to follow.
    pub link: Option<String>,
    /// The code that it tells.
    pub code: Option<String>,
    /// When it was written.
    pub at: Timestamp,
}

impl Message {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let body: Value = row.get("body")?;
        let word =
            |key: &str| body[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Self {
            id: row.get("id")?,
            channel: row.get("channel")?,
            to: row.get("recipient")?,
            subject: row.get("subject")?,
            kind: word("kind"),
            // One that brings no text is shown as it is.
            text: word("text").unwrap_or_else(|| format!("{body:#}")),
            link: word("link").filter(|link| link.starts_with("http")),
            code: word("otp"),
            at: row.get("created_at")?,
        })
    }
}

/// The newest messages, newest first.
///
/// # Errors
/// What Postgres answers.
pub async fn list(cluster: &Cluster) -> Result<Vec<Message>, Error> {
    let rows = cluster.shared_tx(None, async |tx| tx.rows(&LIST, args![SHOWN_MAX]).await).await?;
    rows.iter().map(Message::from_row).collect()
}

/// One message.
///
/// # Errors
/// What Postgres answers.
pub async fn find(cluster: &Cluster, id: Uuid) -> Result<Option<Message>, Error> {
    let row = cluster.shared_tx(None, async |tx| tx.find(&FIND, args![id]).await).await?;
    row.as_ref().map(Message::from_row).transpose()
}

/// Empties the outbox into the box until `stop`.
pub async fn run(cluster: Cluster, stop: CancellationToken) {
    let clock = Clock::system();
    while !stop.is_cancelled() {
        let taken: Result<u64, Error> =
            cluster.shared_tx(None, async |tx| tx.run(&TAKE, args![BATCH]).await).await;
        if let Err(error) = taken {
            tracing::warn!(error = %Chain(&error), "the outbox was not emptied");
        }
        tokio::select! {
            () = clock.sleep(PAUSE) => {}
            () = stop.cancelled() => {}
        }
    }
}
