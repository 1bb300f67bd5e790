//! Mails the stand-in asks for. It composes no text: what a mail says in which language is the
//! business of whoever delivers it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// Confirm the address of a new account.
    Confirmation,
    /// Accept an invitation.
    Invite,
    /// Sign in by link or code.
    MagicLink,
    /// Set a new password.
    Recovery,
    /// Confirm a change of address.
    EmailChange,
    /// A code that proves it is still the same person.
    Reauthentication,
    /// The password was changed.
    PasswordChanged,
}

impl MailKind {
    /// A name for templates; never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Invite => "invite",
            Self::MagicLink => "magic_link",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
            Self::Reauthentication => "reauthentication",
            Self::PasswordChanged => "password_changed",
        }
    }
}

/// One mail to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// What it is about.
    pub kind: MailKind,
    /// The address it goes to.
    pub to: String,
    /// A plain subject, in English.
    pub subject: String,
    /// The link that does it; none in a notice or where only a code counts.
    pub link: Option<String>,
    /// The code that does it as well.
    pub otp: Option<String>,
    /// What the link carries, for templates that build their own.
    pub token_hash: Option<String>,
    /// Where the link leads in the end.
    pub redirect_to: String,
    /// The new address, in a change of address.
    pub new_email: Option<String>,
}

/// A mail could not be handed on.
pub type DeliveryError = Box<dyn std::error::Error + Send + Sync>;

/// The future of [`MailSink::deliver`].
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), DeliveryError>> + Send + 'a>>;

/// Takes the mails of one request, after what they tell of is committed.
pub trait MailSink: Send + Sync {
    /// Hands the mails on.
    fn deliver(&self, mails: Vec<Mail>) -> Delivery<'_>;
}

/// A sink that keeps the mails, for tests and for a look at what was sent.
#[derive(Debug, Default)]
pub struct Mailbox(Mutex<Vec<Mail>>);

impl Mailbox {
    /// The mails since the last call.
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl MailSink for Mailbox {
    fn deliver(&self, mails: Vec<Mail>) -> Delivery<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(mails);
        Box::pin(std::future::ready(Ok(())))
    }
}
