//! Bodies on their way in. A body is whole in memory before it is looked at, and stays there until
//! its request is answered: so large ones have a budget in all, and all have a time to arrive in.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::problem::Problem;

/// Bodies up to this are not counted: a connection has buffers of that size anyway.
const SMALL_BYTES: usize = 64 << 10;
/// What the budget is counted in.
const UNIT_BYTES: usize = 1 << 10;
/// How long a large body waits for room before it is read.
const WAIT_MAX: Duration = Duration::from_secs(3);
/// How long a body may take to arrive; less than a request may take.
const READ_MAX: Duration = Duration::from_secs(45);

/// How much of a refused body is taken and thrown away, and for how long.
const LET_GO_BYTES_MAX: usize = 64 << 20;
const LET_GO_MAX: Duration = Duration::from_secs(3);

/// The budget of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Receiving {
    budget: Arc<Semaphore>,
    units: u32,
    wait_max: Duration,
    read_max: Duration,
}

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is larger than it may be.
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// Too many large ones are being read or worked on.
    Crowded,
    /// It did not arrive in time.
    Late,
    /// It broke off, or is no body.
    Broken,
}

/// A large body, and the room that it takes until the last who holds it lets go.
struct Held {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Receiving {
    /// Room for large bodies of so many bytes in all.
    pub fn new(bytes: usize) -> Self {
        Self::with_patience(bytes, WAIT_MAX, READ_MAX)
    }

    fn with_patience(bytes: usize, wait_max: Duration, read_max: Duration) -> Self {
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX >> 3);
        Self { budget: Arc::new(Semaphore::new(units as usize)), units, wait_max, read_max }
    }

    /// The whole body. A large one is read once there is room for it; where nobody says how large
    /// it is, once more than a little has come, and then as if it were as large as may be.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn body(
        &self,
        headers: &HeaderMap,
        body: Body,
        bytes_max: usize,
    ) -> Result<Bytes, Refused> {
        let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let length = length.and_then(|length| length.parse::<usize>().ok());
        let mut chunks = body.into_data_stream();
        let read = self.read(length, &mut chunks, bytes_max).await;
        if let Err(Refused::TooLarge { .. } | Refused::Crowded) = read {
            let_go(&mut chunks).await;
        }
        read
    }

    async fn read(
        &self,
        length: Option<usize>,
        chunks: &mut BodyDataStream,
        bytes_max: usize,
    ) -> Result<Bytes, Refused> {
        if length.is_some_and(|length| length > bytes_max) {
            return Err(Refused::TooLarge { bytes_max });
        }
        let mut room = match length {
            Some(length) if length > SMALL_BYTES => Some(self.room(length).await?),
            _ => None,
        };
        let reading = async {
            let mut bytes = Vec::with_capacity(length.unwrap_or_default());
            while let Some(chunk) = chunks.next().await {
                let chunk = chunk.map_err(|_| Refused::Broken)?;
                if chunk.len() > bytes_max - bytes.len() {
                    return Err(Refused::TooLarge { bytes_max });
                }
                if room.is_none() && bytes.len() + chunk.len() > SMALL_BYTES {
                    room = Some(self.room(bytes_max).await?);
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(bytes)
        };
        let bytes = timeout(self.read_max, reading).await.map_err(|_| Refused::Late)??;
        Ok(match room {
            Some(room) => Bytes::from_owner(Held { bytes, _room: room }),
            None => Bytes::from(bytes),
        })
    }

    /// Whether there is any.
    pub fn has_room(&self) -> bool {
        self.budget.available_permits() > 0
    }

    async fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refused> {
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        // One that is larger than all there is gets all of it.
        let room = Arc::clone(&self.budget).acquire_many_owned(units.min(self.units));
        timeout(self.wait_max, room).await.ok().and_then(Result::ok).ok_or(Refused::Crowded)
    }
}

/// Takes what still comes of a refused body and keeps nothing, for a while: most clients look for
/// the answer only once they have sent all.
async fn let_go(chunks: &mut BodyDataStream) {
    let mut left = LET_GO_BYTES_MAX;
    let taking = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                return;
            }
        }
    };
    // Whoever takes longer is answered while he sends.
    let _ = timeout(LET_GO_MAX, taking).await;
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLarge { bytes_max } => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("the body is over {} MB", bytes_max >> 20),
            ),
            Refused::Crowded => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "too many large bodies at once; try again",
            ),
            Refused::Late => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "slow_body",
                "the body took too long to arrive; nothing has happened",
            ),
            Refused::Broken => Self::bad_body("the body broke off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io::ErrorKind;

    use futures_util::stream;

    use super::*;

    const KB: usize = 1 << 10;

    fn receiving() -> Receiving {
        let short = Duration::from_millis(50);
        Receiving::with_patience(200 * KB, short, short)
    }

    /// Reads a body that says how large it is, or does not.
    async fn read(to: &Receiving, bytes: usize, is_said: bool) -> Result<Bytes, Refused> {
        let mut headers = HeaderMap::new();
        if is_said {
            headers.insert(CONTENT_LENGTH, bytes.into());
        }
        let piece = |at: usize| Ok::<_, Infallible>(Bytes::from(vec![b'x'; KB.min(bytes - at)]));
        let pieces: Vec<_> = (0..bytes).step_by(KB).map(piece).collect();
        to.body(&headers, Body::from_stream(stream::iter(pieces)), 150 * KB).await
    }

    #[tokio::test]
    async fn large_bodies_share_a_budget_until_they_are_let_go() {
        let receiving = receiving();
        let held = read(&receiving, 100 * KB, true).await.unwrap();
        let copy = held.clone();
        assert_eq!(held.len(), 100 * KB);
        assert_eq!(read(&receiving, 110 * KB, true).await, Err(Refused::Crowded));
        assert_eq!(read(&receiving, 70 * KB, false).await, Err(Refused::Crowded), "150 may come");
        assert_eq!(read(&receiving, 64 * KB, false).await.unwrap().len(), 64 * KB, "a small one");
        assert_eq!(read(&receiving, 100 * KB, true).await.unwrap().len(), 100 * KB);
        drop(held);
        assert_eq!(read(&receiving, 110 * KB, true).await, Err(Refused::Crowded));
        drop(copy);
        assert_eq!(read(&receiving, 150 * KB, false).await.unwrap().len(), 150 * KB);
    }

    #[tokio::test]
    async fn what_is_too_large_late_or_broken_is_refused() {
        let receiving = receiving();
        let too_large = Err(Refused::TooLarge { bytes_max: 150 * KB });
        for is_said in [true, false] {
            assert_eq!(read(&receiving, 150 * KB + 1, is_said).await, too_large);
        }
        let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let told = receiving.body(&HeaderMap::new(), never, 1).await;
        assert_eq!(told, Err(Refused::Late));
        let broken = stream::iter([Ok("a"), Err(std::io::Error::from(ErrorKind::UnexpectedEof))]);
        let broken = Body::from_stream(broken);
        let told = receiving.body(&HeaderMap::new(), broken, 9).await;
        assert_eq!(told, Err(Refused::Broken));
        let room = receiving.budget.available_permits();
        assert_eq!(room, 200, "nobody who was refused keeps room");
    }
}
