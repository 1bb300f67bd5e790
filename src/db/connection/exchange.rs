//! One round trip: a batch goes out, its answers come in, and nothing is believed before the last.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, BytesMut};
use postgres_protocol::message::backend::{ErrorResponseBody, Message};
use tokio::io::AsyncWrite;
use tokio_util::io::{poll_read_buf, poll_write_buf};

use super::batch::Batch;
use super::rows::Rows;
use super::shared::Shared;

/// Room for what comes in at once.
const READ_BYTES: usize = 8 << 10;
/// The status of a session that is in no transaction.
const IDLE: u8 = b'I';

/// A connection's exchanges, one after the other.
pub(in crate::db) struct Exchange {
    shared: Shared,
    /// What is still to be sent.
    output: Option<BytesMut>,
    input: BytesMut,
    phase: Phase,
    /// What the server said last of the session's transaction.
    status: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing is under way.
    Idle,
    /// Answers are to come.
    Awaited,
    /// The server is gone, or what it says makes no sense.
    Lost,
}

/// Why a batch has no answers.
pub(in crate::db) enum Failure {
    /// Postgres refused a statement.
    Refused(ErrorResponseBody),
    /// The connection was lost.
    Lost(io::Error),
}

impl Exchange {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared, output: None, input: BytesMut::new(), phase: Phase::Idle, status: IDLE }
    }

    /// Whether the last exchange has left nothing behind, and no transaction open.
    pub(in crate::db) fn is_settled(&self) -> bool {
        self.phase == Phase::Idle && self.status == IDLE
    }

    /// Whether the last exchange has left a transaction open.
    pub(in crate::db) fn is_open(&self) -> bool {
        self.phase == Phase::Idle && self.status != IDLE
    }

    /// Whether the server has gone. To be asked while nothing is under way.
    pub(super) fn is_lost(&mut self) -> bool {
        if self.phase == Phase::Idle {
            // What comes unasked is a farewell, or of no interest to an exchange.
            let mut context = Context::from_waker(Waker::noop());
            while let Poll::Ready(message) = self.poll_message(&mut context) {
                if !matches!(message, Ok(Message::NoticeResponse(_) | Message::ParameterStatus(_)))
                {
                    self.phase = Phase::Lost;
                    break;
                }
            }
        }
        self.phase == Phase::Lost || !self.input.is_empty()
    }

    /// Sends a batch, and answers with the rows of each statement that asked for them.
    ///
    /// # Errors
    /// What Postgres refused first; or that the connection was lost on the way.
    pub(in crate::db) async fn run(&mut self, batch: Batch) -> Result<Vec<Rows>, Failure> {
        self.output = Some(batch.into_messages());
        self.phase = Phase::Awaited;
        self.shared.set_lent(true);
        let mut refused = None;
        match (self.answers(&mut refused).await, refused) {
            (_, Some(refused)) => Err(Failure::Refused(refused)),
            (Ok(answers), None) => Ok(answers),
            (Err(error), None) => {
                self.phase = Phase::Lost;
                Err(Failure::Lost(error))
            }
        }
    }

    /// All answers of a batch, to their end; and the first refusal.
    async fn answers(&mut self, refused: &mut Option<ErrorResponseBody>) -> io::Result<Vec<Rows>> {
        let (mut answers, mut rows) = (Vec::new(), None::<Rows>);
        loop {
            match (self.message().await?, &mut rows) {
                (Message::RowDescription(columns), _) => rows = Some(Rows::new(&columns)?),
                (Message::DataRow(row), Some(rows)) => rows.push(&row)?,
                (Message::CommandComplete(_), _) => answers.extend(rows.take()),
                (Message::ErrorResponse(error), _) => *refused = refused.take().or(Some(error)),
                (Message::ReadyForQuery(_), _) => return Ok(answers),
                _ => {}
            }
        }
    }

    /// Reads what an exchange that was given up left behind.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(in crate::db) async fn finish(&mut self) -> io::Result<()> {
        while self.phase == Phase::Awaited {
            self.message().await?;
        }
        Ok(())
    }

    /// The next message. What is still to be sent goes out meanwhile.
    async fn message(&mut self) -> io::Result<Message> {
        let message = poll_fn(|context| self.poll_message(context)).await;
        match &message {
            Ok(Message::ReadyForQuery(ready)) => {
                (self.phase, self.status) = (Phase::Idle, ready.status());
                self.forget_buffer();
                self.shared.set_lent(false);
            }
            Ok(_) => {}
            Err(_) => self.phase = Phase::Lost,
        }
        message
    }

    /// Lets go of what a large answer took. What came behind an answer is kept, and told by
    /// [`Exchange::is_lost`].
    fn forget_buffer(&mut self) {
        if self.input.is_empty() {
            self.input = BytesMut::new();
        }
    }

    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Message>> {
        // A server that takes no more has said why: that is read below.
        if let Poll::Ready(Err(_)) = self.poll_send(context) {
            self.output = None;
        }
        loop {
            if let Some(message) = Message::parse(&mut self.input)? {
                return Poll::Ready(Ok(message));
            }
            self.input.reserve(READ_BYTES);
            let Self { shared, input, .. } = self;
            if ready!(shared.poll(|stream| poll_read_buf(stream, context, input)))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(output) = &mut self.output else { return Poll::Ready(Ok(())) };
        while output.has_remaining() {
            if ready!(self.shared.poll(|stream| poll_write_buf(stream, context, output)))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        ready!(self.shared.poll(|stream| stream.poll_flush(context)))?;
        self.output = None;
        Poll::Ready(Ok(()))
    }
}

impl Drop for Exchange {
    /// Whatever was under way, the driver may take leave of the server.
    fn drop(&mut self) {
        self.shared.set_lent(false);
    }
}
