//! The one table from refusals to HTTP.

use super::AuthError;

impl AuthError {
    /// HTTP status and error code. An answer without a code carries `unknown` or nothing.
    #[expect(clippy::too_many_lines, reason = "one table, a line a reason")]
    pub(crate) fn status_and_code(&self) -> (u16, Option<&'static str>) {
        let (status, code) = match self {
            Self::Bare(_) => return (500, None),
            Self::IdTokenProvider => return (400, None),
            Self::NoRoute => return (404, None),
            Self::Method { .. } => return (405, None),

            Self::NoAuthorization => (401, "no_authorization"),
            Self::AnonymousRefused => (403, "no_authorization"),
            Self::BadToken(_) | Self::NoSubject | Self::SessionNoUuid => (403, "bad_jwt"),
            Self::SubjectNoUuid => (400, "bad_jwt"),
            Self::SubjectUnknown => (403, "user_not_found"),
            Self::SessionUnknown => (403, "session_not_found"),
            Self::Banned => (403, "user_banned"),
            Self::BannedAtSignIn | Self::RefreshBanned { .. } => (400, "user_banned"),
            Self::NotAdmin | Self::AppMetadata => (403, "not_admin"),

            Self::BadJson { .. } | Self::BadMagicLinkJson => (400, "bad_json"),
            Self::BodyTooLarge { .. } => (413, "request_entity_too_large"),
            Self::OtherAudience
            | Self::Invalid(_)
            | Self::InvalidValue(_)
            | Self::RefreshMalformed => (400, "validation_failed"),
            Self::Unprocessable(_) => (422, "validation_failed"),
            Self::WeakPassword(_) => (422, "weak_password"),

            Self::AnonymousOff => (422, "anonymous_provider_disabled"),
            Self::SignupOff => (422, "signup_disabled"),
            Self::EmailMailOff | Self::EmailSignupOff => (400, "email_provider_disabled"),
            Self::PhoneMailOff | Self::PhoneSignupOff => (400, "phone_provider_disabled"),
            Self::EmailLoginOff => (422, "email_provider_disabled"),
            Self::PhoneLoginOff => (422, "phone_provider_disabled"),
            Self::OtpOff => (422, "otp_disabled"),
            Self::CodeExpired | Self::LinkExpired => (403, "otp_expired"),
            Self::AlreadyRegistered => (422, "user_already_exists"),
            Self::Credentials | Self::GrantType => (400, "invalid_credentials"),
            Self::EmailNotConfirmed => (400, "email_not_confirmed"),
            Self::Web3Off => (422, "web3_provider_disabled"),

            Self::RefreshUnknown => (400, "refresh_token_not_found"),
            Self::RefreshUsed { .. } => (400, "refresh_token_already_used"),
            Self::SessionExpired => (400, "session_expired"),

            Self::EmailExists => (422, "email_exists"),
            Self::SamePassword => (422, "same_password"),
            Self::UserUnknown | Self::NoUserWithEmail => (404, "user_not_found"),
            Self::NoUuid(_) => (404, "validation_failed"),
            Self::SingleIdentity => (422, "single_identity_not_deletable"),
            Self::IdentityUnknown => (422, "identity_not_found"),
            Self::CurrentPassword(code) => (400, *code),
            Self::NonceNeeded => (400, "reauthentication_needed"),
            Self::NonceWrong => (422, "reauthentication_not_valid"),
            Self::MailTooSoon { .. } | Self::TooManyMails => (429, "over_email_send_rate_limit"),
            Self::TooManyRequests => (429, "over_request_rate_limit"),
            Self::FlowUnknown => (404, "flow_state_not_found"),
            Self::FlowExpired => (422, "flow_state_expired"),
            Self::CodeVerifier => (400, "bad_code_verifier"),
            Self::Off(code, _) => (404, *code),
            Self::NotBuilt(_) => (501, "feature_disabled"),

            Self::NoSmsProvider
            | Self::Failed(_)
            | Self::Db { .. }
            | Self::Duplicate { .. }
            | Self::Delivery(_)
            | Self::Mint(_)
            | Self::Unexpected(_) => (500, "unexpected_failure"),
        };
        (status, Some(code))
    }

    /// Whether the cause is ours and belongs into the log.
    pub(crate) fn is_internal(&self) -> bool {
        matches!(
            self,
            Self::Db { .. }
                | Self::Delivery(_)
                | Self::Mint(_)
                | Self::Unexpected(_)
                | Self::Bare(_)
        )
    }
}
