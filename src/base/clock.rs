//! The one source of time. Code that decides by the time takes a [`Clock`], so that a test can
//! hold it still; code that only waits uses [`Clock::sleep`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time and waits. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed_ms: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still at `at` until [`Clock::advance`] moves it.
    pub fn fixed(at: Timestamp) -> Self {
        Self { fixed_ms: Some(Arc::new(AtomicI64::new(at.as_millisecond()))) }
    }

    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is the clock the others ask")]
    pub fn now(&self) -> Timestamp {
        match &self.fixed_ms {
            None => Timestamp::now(),
            Some(ms) => Timestamp::from_millisecond(ms.load(Ordering::SeqCst))
                .unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// Seconds since 1970, as tokens and signatures count.
    pub fn epoch(&self) -> i64 {
        self.now().as_second()
    }

    /// Moves a fixed clock forward; the machine's own clock stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Some(ms) = &self.fixed_ms {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            ms.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Waits for `duration`; a fixed clock waits for real too, so that loops do not spin.
    #[expect(clippy::disallowed_methods, reason = "this is the sleep the others use")]
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
