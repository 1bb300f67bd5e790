//! Wake-ups from other processes. A listener only ever says "look again": a lost notification is
//! found by the next poll, and none is sent by a transaction that holds business data.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::AsyncMessage;
use tokio_util::sync::CancellationToken;

use super::{Cluster, Error};
use crate::args;
use crate::base::chain::Chain;
use crate::base::clock::Clock;
use crate::queries;

/// Pause before a lost connection is opened again.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);

queries! {
    /// Wakes everybody who listens on the channel.
    NOTIFY = "listen.notify": "select pg_notify($1, '')";
}

impl Cluster {
    /// Wakes the listeners of `channel` in all processes.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn notify(&self, channel: &'static str) -> Result<(), Error> {
        self.shared_tx(None, async |tx| tx.rows(&NOTIFY, args![channel]).await.map(|_| ())).await
    }

    /// Wakes `waker` whenever `channel` is notified, until `stop`. Opens its connection again when
    /// it is lost, and wakes once then, because something may have been missed.
    pub async fn listen(&self, channel: &'static str, waker: Arc<Notify>, stop: CancellationToken) {
        self.listen_to(channel, &|_| waker.notify_one(), &stop).await;
    }

    /// As [`Cluster::listen`], and tells what each notification says; an empty text where something
    /// may have been missed.
    pub async fn listen_to(
        &self,
        channel: &str,
        tell: &(dyn Fn(&str) + Sync),
        stop: &CancellationToken,
    ) {
        loop {
            let ended = stop.run_until_cancelled(self.listen_once(channel, tell)).await;
            match ended {
                None => return,
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::warn!(error = %Chain(&error), channel, "a listener lost its connection");
                }
            }
            if stop.run_until_cancelled(Clock::system().sleep(RECONNECT_PAUSE)).await.is_none() {
                return;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "LISTEN is no query of a transaction")]
    async fn listen_once(&self, channel: &str, tell: &(dyn Fn(&str) + Sync)) -> Result<(), Error> {
        let way = self.config().login(&self.config().logins.engine, "listener");
        let (client, mut connection) = way.dial().await?;
        let text = format!("listen \"{}\"", channel.replace('"', "\"\""));
        let listening = client.batch_execute(&text);
        tokio::pin!(listening);
        let mut subscribed = false;
        loop {
            tokio::select! {
                result = &mut listening, if !subscribed => {
                    result.map_err(|source| Error::from_pg("listen.listen", source))?;
                    subscribed = true;
                    tell("");
                }
                message = std::future::poll_fn(|cx| connection.poll_message(cx)) => match message {
                    Some(Ok(AsyncMessage::Notification(heard))) => tell(heard.payload()),
                    Some(Ok(_)) => {}
                    Some(Err(source)) => return Err(Error::Unavailable(source.into())),
                    None => return Ok(()),
                },
            }
        }
    }
}
