//! The `Prefer` header.

use super::error::Error;
use super::request::Request;

/// What the caller prefers. Of several words on one subject the first counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Preferences {
    /// `resolution=merge-duplicates` or `ignore-duplicates`: what an insert does with rows that are
    /// there already. Without it they are a conflict.
    pub resolution: Option<Resolution>,
    /// `missing=default` or `null`: what a column gets that a row of the body leaves out.
    pub missing_is_default: Option<bool>,
    /// `return=minimal`, `headers-only` or `representation`: what a write answers. Without it,
    /// nothing.
    pub returns: Option<Returns>,
    /// `count=exact`, `planned` or `estimated`: how all rows are counted, for `Content-Range`.
    /// Without it they are not.
    pub count: Option<Count>,
    /// `tx=commit` or `rollback`: whether what is written is undone at the end. None where the
    /// server does not let the caller choose.
    pub rolls_back: Option<bool>,
    /// `handling=strict` or `lenient`: whether a preference that is not known is refused, and
    /// `max-affected` holds.
    pub is_strict: Option<bool>,
    /// `timezone=Europe/Rome`: in which time zone times are read and told.
    pub timezone: Option<String>,
    /// `max-affected=10`: most rows that an update, a delete or a call may touch, if it is strict.
    pub max_affected: Option<i64>,
    /// Words that are no preference, in their order: told where it is strict.
    unknown: Vec<String>,
}

/// What to do with rows that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// They are changed.
    Merge,
    /// They stay.
    Ignore,
}

/// What a write answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    /// Nothing.
    Minimal,
    /// The place of the new row.
    HeadersOnly,
    /// The rows.
    Representation,
}

/// How rows are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// All of them.
    Exact,
    /// As the planner guesses.
    Planned,
    /// Exactly up to a limit.
    Estimated,
}

impl Preferences {
    /// Reads all `Prefer` headers. `tx_allowed` says whether the caller may ask for a rollback.
    pub(super) fn read(request: &Request, tx_allowed: bool) -> Self {
        let mut prefs = Self::default();
        for header in request.headers_named("prefer") {
            for word in header.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                if !prefs.take(word, tx_allowed) {
                    prefs.unknown.push(word.to_owned());
                }
            }
        }
        prefs
    }

    /// Takes a word it knows.
    fn take(&mut self, word: &str, tx_allowed: bool) -> bool {
        fn first<T>(place: &mut Option<T>, value: T) {
            place.get_or_insert(value);
        }
        match word {
            "resolution=merge-duplicates" => first(&mut self.resolution, Resolution::Merge),
            "resolution=ignore-duplicates" => first(&mut self.resolution, Resolution::Ignore),
            "missing=default" => first(&mut self.missing_is_default, true),
            "missing=null" => first(&mut self.missing_is_default, false),
            "return=minimal" => first(&mut self.returns, Returns::Minimal),
            "return=headers-only" => first(&mut self.returns, Returns::HeadersOnly),
            "return=representation" => first(&mut self.returns, Returns::Representation),
            "count=exact" => first(&mut self.count, Count::Exact),
            "count=planned" => first(&mut self.count, Count::Planned),
            "count=estimated" => first(&mut self.count, Count::Estimated),
            "tx=commit" if tx_allowed => first(&mut self.rolls_back, false),
            "tx=rollback" if tx_allowed => first(&mut self.rolls_back, true),
            "tx=commit" | "tx=rollback" => {}
            "handling=strict" => first(&mut self.is_strict, true),
            "handling=lenient" => first(&mut self.is_strict, false),
            _ => return self.take_value(word),
        }
        true
    }

    fn take_value(&mut self, word: &str) -> bool {
        if let Some(zone) = word.strip_prefix("timezone=") {
            self.timezone.get_or_insert_with(|| zone.to_owned());
            return true;
        }
        if let Some(number) = word.strip_prefix("max-affected=") {
            if let Ok(number) = number.trim().parse() {
                self.max_affected.get_or_insert(number);
            }
            return true;
        }
        false
    }

    /// Forgets a time zone that the server has not.
    pub(super) fn refuse_timezone(&mut self) {
        if let Some(zone) = self.timezone.take() {
            self.unknown.push(format!("timezone={zone}"));
        }
    }

    /// Under `handling=strict` every word must be known.
    ///
    /// # Errors
    /// PGRST122.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.is_strict == Some(true) && !self.unknown.is_empty() {
            let details = format!("Invalid preferences: {}", self.unknown.join(", "));
            return Err(Error::new(
                400,
                "PGRST122",
                "Invalid preferences given with handling=strict",
            )
            .details(details));
        }
        Ok(())
    }

    /// `Preference-Applied` for a request; none where nothing was.
    pub(super) fn applied(&self, applies: &Applies) -> Option<String> {
        let mut words: Vec<String> = Vec::new();
        let mut push = |word: &str| words.push(word.to_owned());
        match self.resolution.filter(|_| applies.resolution) {
            Some(Resolution::Merge) => push("resolution=merge-duplicates"),
            Some(Resolution::Ignore) => push("resolution=ignore-duplicates"),
            None => {}
        }
        match self.missing_is_default.filter(|_| applies.missing) {
            Some(true) => push("missing=default"),
            Some(false) => push("missing=null"),
            None => {}
        }
        match self.returns.filter(|_| applies.returns) {
            Some(Returns::Minimal) => push("return=minimal"),
            Some(Returns::HeadersOnly) => push("return=headers-only"),
            Some(Returns::Representation) => push("return=representation"),
            None => {}
        }
        match self.count {
            Some(Count::Exact) => push("count=exact"),
            Some(Count::Planned) => push("count=planned"),
            Some(Count::Estimated) => push("count=estimated"),
            None => {}
        }
        match self.rolls_back {
            Some(true) => push("tx=rollback"),
            Some(false) => push("tx=commit"),
            None => {}
        }
        match self.is_strict {
            Some(true) => push("handling=strict"),
            Some(false) => push("handling=lenient"),
            None => {}
        }
        if let Some(zone) = &self.timezone {
            push(&format!("timezone={zone}"));
        }
        if let Some(most) = self.max_affected.filter(|_| applies.max_affected) {
            push(&format!("max-affected={most}"));
        }
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// Which preferences mean something to a request; `count`, `tx`, `handling` and `timezone` always do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Applies {
    /// `resolution`: an insert that has columns by which rows are known.
    pub resolution: bool,
    /// `missing`: a write that has a body.
    pub missing: bool,
    /// `return`: any write.
    pub returns: bool,
    /// `max-affected`: a write that may touch several rows, if it is strict.
    pub max_affected: bool,
}
