//! One request, with what every handler asks of it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::config::AuthConfig;
use super::error::AuthError;
use super::fields::Fields;
use super::form;
use super::limits::Limits;
use super::mail::Mail;
use crate::supabase::auth::{AuthRequest, Shape, VERSION_HEADER};

/// Largest body that is read.
const BODY_BYTES_MAX: usize = 1_048_576;

/// A request, the settings it meets, and the moment it came: everything one answer decides by the
/// time is decided by this one moment.
pub(crate) struct Ask<'a> {
    pub(crate) request: &'a AuthRequest,
    pub(crate) config: &'a AuthConfig,
    pub(crate) limits: &'a Limits,
    pub(crate) now: Timestamp,
    query: Vec<(String, String)>,
    mails: Mutex<Vec<Mail>>,
    moments: AtomicI64,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(
        request: &'a AuthRequest,
        config: &'a AuthConfig,
        limits: &'a Limits,
        now: Timestamp,
    ) -> Self {
        let query = form::pairs(&request.query);
        Self {
            request,
            config,
            limits,
            now,
            query,
            mails: Mutex::default(),
            moments: AtomicI64::new(0),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.request.headers.get(name).filter(|value| !value.is_empty())
    }

    /// A field of the query, empty if absent.
    pub(crate) fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// All fields of the query, in order.
    pub(crate) fn query_pairs(&self) -> &[(String, String)] {
        &self.query
    }

    /// How refusals are written for the caller.
    pub(crate) fn shape(&self) -> Shape {
        Shape::of(self.header(VERSION_HEADER))
    }

    /// The moment of this request, a microsecond later with each call: keeps apart what is sorted by
    /// its time.
    pub(crate) fn next_moment(&self) -> Timestamp {
        let passed = SignedDuration::from_micros(self.moments.fetch_add(1, Ordering::Relaxed));
        self.now.checked_add(passed).unwrap_or(self.now)
    }

    fn is_form(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        kind.starts_with("application/x-www-form-urlencoded")
    }

    /// A field of the query or of a form.
    pub(crate) fn query_or_form(&self, name: &str) -> String {
        match self.query(name) {
            "" if self.is_form() => {
                let body = String::from_utf8_lossy(&self.request.body);
                let mut pairs = form::pairs(&body).into_iter();
                pairs.find(|(n, _)| n == name).map_or(String::new(), |(_, v)| v)
            }
            value => value.to_owned(),
        }
    }

    /// The body as the fields of `what`. A form is taken for an empty body, as reading it for its
    /// fields has used it up.
    pub(crate) fn fields(&self, what: &'static str) -> Result<Fields, AuthError> {
        if self.request.body.len() > BODY_BYTES_MAX {
            return Err(AuthError::BodyTooLarge { bytes_max: BODY_BYTES_MAX });
        }
        Fields::read(if self.is_form() { &[] } else { &self.request.body }, what)
    }

    /// The audience of this request: the one it names, or that of all users.
    pub(crate) fn audience(&self) -> &'a str {
        self.header("x-jwt-aud").unwrap_or(&self.config.audience)
    }

    /// Where Auth is reached by this caller: the base of mailed links.
    pub(crate) fn external_url(&self) -> &'a str {
        let asked_at = self.request.asked_at.as_ref();
        asked_at.map_or(&self.config.external_url, |place| &place.external_url)
    }

    /// Where links lead that ask for nothing else.
    pub(crate) fn site_url(&self) -> &'a str {
        self.request.asked_at.as_ref().map_or(&self.config.site_url, |place| &place.site_url)
    }

    pub(crate) fn user_agent(&self) -> &'a str {
        self.request.headers.get("user-agent").unwrap_or_default()
    }

    pub(crate) fn ip(&self) -> Option<String> {
        self.request.client_ip.map(|ip| ip.to_string())
    }

    /// Puts a mail aside, to be delivered if the request succeeds.
    pub(crate) fn post(&self, mail: Mail) {
        if self.config.mail.enabled {
            self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
        }
    }

    pub(crate) fn take_mails(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.mails.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
