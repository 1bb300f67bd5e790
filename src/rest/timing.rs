//! When a request was where, for `Server-Timing`.

use std::sync::OnceLock;
use std::time::Instant;

/// The steps of a request, each noted when it is first taken.
#[derive(Debug)]
pub(super) struct Marks {
    begun: Instant,
    read: OnceLock<Instant>,
    planned: OnceLock<Instant>,
    ran: OnceLock<Instant>,
}

impl Marks {
    pub(super) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            read: OnceLock::new(),
            planned: OnceLock::new(),
            ran: OnceLock::new(),
        }
    }

    /// The request was read.
    pub(super) fn read(&self) {
        self.read.get_or_init(Instant::now);
    }

    /// Its statement was made.
    pub(super) fn planned(&self) {
        self.planned.get_or_init(Instant::now);
    }

    /// Whether a statement was made for it.
    pub(super) fn is_planned(&self) -> bool {
        self.planned.get().is_some()
    }

    /// Its transaction has ended.
    pub(super) fn ran(&self) {
        self.ran.get_or_init(Instant::now);
    }

    /// The header's value: milliseconds of each step that was taken, in PostgREST's words.
    pub(super) fn told(&self) -> String {
        let now = Instant::now();
        let steps = [
            ("parse", Some(&self.begun), self.read.get()),
            ("plan", self.read.get(), self.planned.get()),
            ("transaction", self.planned.get(), self.ran.get()),
            ("response", self.ran.get().or(self.read.get()), Some(&now)),
        ];
        let told = steps.iter().filter_map(|(name, from, to)| {
            let took = to.as_ref()?.duration_since(**from.as_ref()?);
            Some(format!("{name};dur={:.1}", took.as_secs_f64() * 1_000.0))
        });
        told.collect::<Vec<_>>().join(", ")
    }
}
