//! Answers on their way to their readers. An answer is whole in memory before its first byte is
//! sent, and stays there as long as its reader takes: so large ones have a budget in all, and a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::base::clock::Clock;
use crate::rest;

/// Answers up to this are not counted: a connection has buffers of that size anyway.
const SMALL_BYTES: usize = 64 << 10;
/// What is handed to the connection at once.
const PIECE_BYTES: usize = 64 << 10;
/// What the budget is counted in.
const UNIT_BYTES: usize = 1 << 10;
/// How long a reader may take for a large answer.
const READ_MAX: Duration = Duration::from_secs(120);
/// How long the answer to a change waits for room: what it tells of is done.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The budget of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sending(Arc<Semaphore>);

impl Sending {
    /// Room for large answers of so many bytes in all.
    pub fn new(bytes: usize) -> Self {
        let units = (bytes / UNIT_BYTES).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(units)))
    }

    /// The answer's body, and the rest of it, for a request of this method. Where there is no room,
    /// a read is refused; a change can't be taken back any more, so its answer waits, and is sent in
    /// any case.
    pub async fn body_of(
        &self,
        mut answer: rest::Response,
        method: &str,
    ) -> (Body, rest::Response) {
        if method == "HEAD" {
            // How long the body would be is not known, and no length is told: a stream has none.
            return (Body::from_stream(stream::empty::<std::io::Result<Bytes>>()), answer);
        }
        let is_read = matches!(method, "GET" | "OPTIONS");
        let bytes = std::mem::take(&mut answer.body);
        if bytes.len() <= SMALL_BYTES {
            return (Body::from(bytes), answer);
        }
        let units = u32::try_from(bytes.len().div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        let budget = Arc::clone(&self.0);
        let room = match is_read {
            true => budget.try_acquire_many_owned(units).ok(),
            false => {
                let room = tokio::time::timeout(WAIT_MAX, budget.acquire_many_owned(units)).await;
                room.ok().and_then(Result::ok)
            }
        };
        if is_read && room.is_none() {
            let mut refused = rest::Error::crowded().into_response();
            return (Body::from(std::mem::take(&mut refused.body)), refused);
        }
        answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        answer.push("Content-Length", bytes.len().to_string());
        (large(bytes, room), answer)
    }
}

/// What is left of an answer, and the room that it takes.
type Rest = Arc<Mutex<Option<(Bytes, Option<OwnedSemaphorePermit>)>>>;

/// Hands the answer out in pieces, and drops what is left of it when its time is over, also while
/// nobody asks for the next piece.
fn large(bytes: Vec<u8>, room: Option<OwnedSemaphorePermit>) -> Body {
    let rest: Rest = Arc::new(Mutex::new(Some((Bytes::from(bytes), room))));
    let watched = Arc::downgrade(&rest);
    tokio::spawn(async move {
        Clock::system().sleep(READ_MAX).await;
        if let Some(rest) = watched.upgrade() {
            *rest.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    });
    Body::from_stream(stream::unfold(rest, async |rest| {
        let piece = next(&rest)?;
        Some((piece, rest))
    }))
}

/// The next piece; none at the end, an error when the time is over.
fn next(rest: &Rest) -> Option<Result<Bytes, std::io::Error>> {
    let mut rest = rest.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((bytes, _)) = rest.as_mut() else {
        return Some(Err(std::io::ErrorKind::TimedOut.into()));
    };
    if bytes.is_empty() {
        return None;
    }
    Some(Ok(bytes.split_to(bytes.len().min(PIECE_BYTES))))
}
