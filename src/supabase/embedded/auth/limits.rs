//! How often something may be asked for, as the real Auth counts it.

use std::time::Duration;

use super::ask::Ask;
use super::config::LimitRules;
use super::error::AuthError;
use crate::base::allowance::Allowances;

/// Requests in a row that a limit by address lets through, whatever its rate.
const BURST: f64 = 30.0;
const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// What is limited by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    Anonymous,
    Signup,
    Token,
    Verify,
    Otp,
}

/// The allowances of this process.
#[derive(Debug)]
pub(crate) struct Limits {
    anonymous: Allowances<String>,
    signup: Allowances<String>,
    token: Allowances<String>,
    verify: Allowances<String>,
    otp: Allowances<String>,
    guesses: Option<Allowances<String>>,
    mails: Allowances<()>,
}

impl Limits {
    pub(crate) fn new(rules: &LimitRules) -> Self {
        let in_5_minutes = |count| Allowances::filling(BURST, count, FIVE_MINUTES);
        Self {
            anonymous: Allowances::per_hour(rules.anonymous_per_hour),
            signup: in_5_minutes(rules.otp_per_5_minutes),
            token: in_5_minutes(rules.token_per_5_minutes),
            verify: in_5_minutes(rules.verify_per_5_minutes),
            otp: in_5_minutes(rules.otp_per_5_minutes),
            guesses: rules.wrong_passwords_per_hour.map(Allowances::per_hour),
            mails: Allowances::per_hour(rules.mails_per_hour),
        }
    }

    /// Counts one request of the caller's address, where addresses are known and limited.
    pub(crate) fn request(&self, ask: &Ask<'_>, what: Limited) -> Result<(), AuthError> {
        let Some(name) = ask.config.limits.header.as_deref() else { return Ok(()) };
        let Some(address) = ask.header(name).and_then(|list| list.split(',').next()) else {
            return Ok(());
        };
        let allowances = match what {
            Limited::Anonymous => &self.anonymous,
            Limited::Signup => &self.signup,
            Limited::Token => &self.token,
            Limited::Verify => &self.verify,
            Limited::Otp => &self.otp,
        };
        let taken = allowances.take(address.trim().to_owned(), ask.now);
        taken.map_err(|_| AuthError::TooManyRequests)
    }

    /// Takes a guess at an account's password before it is looked at, wherever it comes from: those
    /// that are looked at in the same moment are counted too. A right one is given back.
    pub(crate) fn guess(&self, ask: &Ask<'_>, email: &str) -> Result<(), AuthError> {
        let Some(guesses) = &self.guesses else { return Ok(()) };
        guesses.take(email.to_lowercase(), ask.now).map_err(|_| AuthError::TooManyRequests)
    }

    /// Gives a guess back: the password was right, or nobody could look at it.
    pub(crate) fn give_back(&self, email: &str) {
        if let Some(guesses) = &self.guesses {
            guesses.give_back(&email.to_lowercase());
        }
    }

    /// Counts one mail of the whole server; without effect where addresses need no confirmation.
    pub(crate) fn mail(&self, ask: &Ask<'_>) -> Result<(), AuthError> {
        if ask.config.mail.autoconfirm {
            return Ok(());
        }
        self.mails.take((), ask.now).map_err(|_| AuthError::TooManyMails)
    }
}
