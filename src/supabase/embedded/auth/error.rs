//! Why a request is refused: every reason once, with its status and code in one table.

mod status;

use uuid::Uuid;

use super::mail::DeliveryError;
use crate::base::id::UserId;
use crate::db;
use crate::supabase::token::{MintError, TokenError};

/// A refusal. The text is what the client reads, word for word what the real Auth says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    // Who asks.
    #[error("This endpoint requires a valid Bearer token")]
    NoAuthorization,
    #[error("invalid JWT: unable to parse or verify signature, {0}")]
    BadToken(#[from] TokenError),
    #[error("invalid claim: missing sub claim")]
    NoSubject,
    #[error("invalid claim: sub claim must be a UUID")]
    SubjectNoUuid,
    #[error("invalid claim: session_id claim must be a UUID")]
    SessionNoUuid,
    #[error("User from sub claim in JWT does not exist")]
    SubjectUnknown,
    #[error("Session from session_id claim in JWT does not exist")]
    SessionUnknown,
    #[error("User is banned")]
    Banned,
    #[error("User is banned")]
    BannedAtSignIn,
    #[error("User not allowed")]
    NotAdmin,
    #[error("Updating app_metadata requires admin privileges")]
    AppMetadata,
    #[error("Token audience doesn't match request audience")]
    OtherAudience,

    // What is sent.
    #[error("Could not parse request body as JSON: {reason}")]
    BadJson { reason: String },
    #[error("Request body too large (max {bytes_max} bytes)")]
    BodyTooLarge { bytes_max: usize },
    /// A field is missing or makes no sense.
    #[error("{0}")]
    Invalid(&'static str),
    /// The same, with a value in the text.
    #[error("{0}")]
    InvalidValue(String),
    /// The same, where the real Auth answers 422.
    #[error("{0}")]
    Unprocessable(&'static str),
    #[error("{}", Weakness::text(.0))]
    WeakPassword(Vec<Weakness>),

    // Sign-up and sign-in.
    #[error("Anonymous sign-ins are disabled")]
    AnonymousOff,
    #[error("Signups not allowed for this instance")]
    SignupOff,
    #[error("Email signups are disabled")]
    EmailSignupOff,
    #[error("Phone signups are disabled")]
    PhoneSignupOff,
    #[error("Email logins are disabled")]
    EmailLoginOff,
    #[error("Phone logins are disabled")]
    PhoneLoginOff,
    #[error("User already registered")]
    AlreadyRegistered,
    #[error("Invalid login credentials")]
    Credentials,
    #[error("unsupported_grant_type")]
    GrantType,
    #[error("Email not confirmed")]
    EmailNotConfirmed,
    #[error("provider or client_id and issuer required")]
    IdTokenProvider,
    #[error("Web3 provider is disabled")]
    Web3Off,

    #[error("Anonymous user not allowed to perform these actions")]
    AnonymousRefused,

    #[error("Email logins are disabled")]
    EmailMailOff,
    #[error("Unsupported phone provider")]
    PhoneMailOff,
    #[error("Signups not allowed for otp")]
    OtpOff,
    #[error("Could not read verification params: unexpected EOF")]
    BadMagicLinkJson,
    #[error("Token has expired or is invalid")]
    CodeExpired,
    #[error("Email link is invalid or has expired")]
    LinkExpired,

    // Refresh tokens.
    #[error("Refresh token is not valid")]
    RefreshMalformed,
    #[error("Invalid Refresh Token: Refresh Token Not Found")]
    RefreshUnknown,
    #[error("Invalid Refresh Token: Already Used")]
    RefreshUsed { user: UserId, session: Uuid },
    #[error("Invalid Refresh Token: User Banned")]
    RefreshBanned { user: UserId },
    #[error("Invalid Refresh Token: Session Expired")]
    SessionExpired,

    // The user's own data.
    #[error("A user with this email address has already been registered")]
    EmailExists,
    #[error("New password should be different from the old password.")]
    SamePassword,
    #[error("Current password required when setting new password.")]
    CurrentPassword(&'static str),
    #[error("Password update requires reauthentication")]
    NonceNeeded,
    #[error("Nonce has expired or is invalid")]
    NonceWrong,
    #[error("Unable to get SMS provider")]
    NoSmsProvider,

    // Users, as administrators name them.
    #[error("User not found")]
    UserUnknown,
    #[error("User with this email not found")]
    NoUserWithEmail,
    #[error("{0}")]
    NoUuid(&'static str),
    #[error("{0}")]
    Failed(&'static str),
    #[error("User must have at least 1 identity after unlinking")]
    SingleIdentity,
    #[error("Identity doesn't exist")]
    IdentityUnknown,

    // Mails and flows.
    #[error("For security purposes, you can only request this after {seconds} seconds.")]
    MailTooSoon { seconds: u64 },
    #[error("email rate limit exceeded")]
    TooManyMails,
    #[error("Request rate limit reached")]
    TooManyRequests,
    #[error("invalid flow state, no valid flow state found")]
    FlowUnknown,
    #[error("invalid flow state, flow state has expired")]
    FlowExpired,
    #[error("code challenge does not match previously saved code verifier")]
    CodeVerifier,

    // Features that are off.
    #[error("{1}")]
    Off(&'static str, &'static str),
    #[error("{0} is not part of this server")]
    NotBuilt(&'static str),
    #[error("404 page not found")]
    NoRoute,
    #[error("method not allowed")]
    Method { allowed: &'static [&'static str] },

    // What fails inside.
    #[error("{doing}")]
    Db {
        doing: &'static str,
        #[source]
        source: db::Error,
    },
    #[error("{doing}")]
    Duplicate { constraint: String, detail: String, doing: &'static str },
    /// A failure that the real Auth gives no code.
    #[error("{0}")]
    Bare(&'static str),
    #[error("Error sending email")]
    Delivery(#[source] DeliveryError),
    #[error("Unexpected failure, please check server logs for more information")]
    Mint(#[from] MintError),
    #[error("Unexpected failure, please check server logs for more information")]
    Unexpected(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What makes a password weak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Weakness {
    /// Fewer characters than this.
    Length(usize),
    /// One of these sets has no character in it.
    Characters(Vec<String>),
}

impl Weakness {
    /// The word for programs.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Length(_) => "length",
            Self::Characters(_) => "characters",
        }
    }

    /// The sentences for people.
    pub(crate) fn text(list: &[Self]) -> String {
        let sentences = list.iter().map(|weakness| match weakness {
            Self::Length(min) => format!("Password should be at least {min} characters."),
            Self::Characters(sets) => format!(
                "Password should contain at least one character of each: {}.",
                sets.join(", ")
            ),
        });
        sentences.collect::<Vec<_>>().join(" ")
    }
}

impl From<db::Error> for AuthError {
    fn from(source: db::Error) -> Self {
        Self::Db { doing: "Database error querying schema", source }
    }
}

/// Says what was being done when the database failed.
pub(crate) trait Doing<T> {
    /// The sentence the client reads instead of the cause.
    fn doing(self, doing: &'static str) -> Result<T, AuthError>;
}

impl<T> Doing<T> for Result<T, db::Error> {
    fn doing(self, doing: &'static str) -> Result<T, AuthError> {
        self.map_err(|source| AuthError::Db { doing, source })
    }
}
