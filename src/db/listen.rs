//! Wake-ups from other processes. A listener only ever says "look again": a lost notification is
//! found by the next poll, and none is sent by a transaction that holds business data.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, NoTls};
use tokio_util::sync::CancellationToken;

use super::{Cluster, Error};
use crate::args;
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
        loop {
            let ended = stop.run_until_cancelled(self.listen_once(channel, &waker)).await;
            match ended {
                None => return,
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::warn!(%error, channel, "a listener lost its connection");
                }
            }
            waker.notify_one();
            if stop.run_until_cancelled(Clock::system().sleep(RECONNECT_PAUSE)).await.is_none() {
                return;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "LISTEN is no query of a transaction")]
    async fn listen_once(&self, channel: &'static str, waker: &Notify) -> Result<(), Error> {
        let config = self.config().login(&self.config().logins.engine, "listener");
        let (client, mut connection) = config.connect(NoTls).await.map_err(Error::Unavailable)?;
        let text = format!(r#"listen "{channel}""#);
        let listening = client.batch_execute(&text);
        tokio::pin!(listening);
        let mut subscribed = false;
        loop {
            tokio::select! {
                result = &mut listening, if !subscribed => {
                    result.map_err(|source| Error::from_pg("listen.listen", source))?;
                    subscribed = true;
                    waker.notify_one();
                }
                message = std::future::poll_fn(|cx| connection.poll_message(cx)) => match message {
                    Some(Ok(AsyncMessage::Notification(_))) => waker.notify_one(),
                    Some(Ok(_)) => {}
                    Some(Err(source)) => return Err(Error::Unavailable(source)),
                    None => return Ok(()),
                },
            }
        }
    }
}
