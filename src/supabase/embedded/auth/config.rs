//! How a stand-in behaves. Every field is a setting of Supabase Auth under a readable name.

use std::time::Duration;

use crate::supabase::token::KeyRing;

/// The settings of one stand-in.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// `SITE_URL`: where links lead that ask for nothing else.
    pub site_url: String,
    /// `API_EXTERNAL_URL`: where this Auth is reached from outside; the base of mailed links.
    pub external_url: String,
    /// `URI_ALLOW_LIST`: patterns of further addresses that links may lead to. `*` stops at `.` and
    /// `/`, `**` does not.
    pub uri_allow_list: Vec<String>,
    /// `JWT_ISSUER`.
    pub issuer: Option<String>,
    /// `JWT_AUD`: audience of users, unless a request names another.
    pub audience: String,
    /// `JWT_DEFAULT_GROUP_NAME`: role of new users.
    pub default_role: String,
    /// `JWT_ADMIN_ROLES`: roles of tokens that may use `/admin`.
    pub admin_roles: Vec<String>,
    /// `JWT_EXP`: how long an access token is good.
    pub token_life: Duration,
    /// `JWT_SECRET`, `JWT_KEYS`: what tokens are signed with.
    pub keys: KeyRing,
    /// `DISABLE_SIGNUP`.
    pub disable_signup: bool,
    /// `EXTERNAL_ANONYMOUS_USERS_ENABLED`.
    pub anonymous_users: bool,
    /// `EXTERNAL_EMAIL_ENABLED`.
    pub email_provider: bool,
    /// `SECURITY_MANUAL_LINKING_ENABLED`.
    pub manual_linking: bool,
    /// `SECURITY_REFRESH_TOKEN_REUSE_INTERVAL`: how long a used refresh token is still taken.
    pub refresh_reuse: Duration,
    /// What passwords must be.
    pub password: PasswordRules,
    /// What is mailed, and when.
    pub mail: MailRules,
    /// How often something may be asked for.
    pub limits: LimitRules,
    /// What `/health` says.
    pub version: String,
}

/// What passwords must be.
#[derive(Clone, Debug)]
pub struct PasswordRules {
    /// `PASSWORD_MIN_LENGTH`, in characters; six at least.
    pub length_min: usize,
    /// `PASSWORD_REQUIRED_CHARACTERS`: of each set one.
    pub required: Vec<String>,
    /// `SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION`: a new one needs a mailed code, unless
    /// the session is younger than a day.
    pub reauthenticate: bool,
    /// `SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD`: a new one needs the old one.
    pub require_current: bool,
}

/// What is mailed, and when.
#[derive(Clone, Debug)]
pub struct MailRules {
    /// `MAILER_AUTOCONFIRM`: an address counts as confirmed without a mail.
    pub autoconfirm: bool,
    /// `MAILER_SECURE_EMAIL_CHANGE_ENABLED`: both addresses confirm a change.
    pub secure_change: bool,
    /// `MAILER_OTP_EXP`: how long a mailed code or link is good.
    pub otp_life: Duration,
    /// `SMTP_MAX_FREQUENCY`: pause between two mails of one kind to one user. Zero means a minute.
    pub frequency: Duration,
    /// `MAILER_NOTIFICATIONS_PASSWORD_CHANGED_ENABLED`.
    pub notify_password: bool,
    /// `MAILER_URLPATHS_*`: path of the links, resolved against the external URL as a browser does:
    /// the default `/verify` drops a path of that URL, so behind `/auth/v1` it is to be named whole.
    pub url_path: String,
    /// Whether anything is mailed at all; a real Auth without SMTP settings mails nothing and says
    /// nothing about it.
    pub enabled: bool,
}

/// How often something may be asked for.
#[derive(Clone, Debug)]
pub struct LimitRules {
    /// `RATE_LIMIT_HEADER`: the header with the caller's address; without it nothing is limited by
    /// address.
    pub header: Option<String>,
    /// `RATE_LIMIT_EMAIL_SENT`: mails of the whole server in an hour.
    pub mails_per_hour: f64,
    /// `RATE_LIMIT_ANONYMOUS_USERS`: anonymous sign-ins of an address in an hour.
    pub anonymous_per_hour: f64,
    /// `RATE_LIMIT_TOKEN_REFRESH`: requests of an address to `/token` in five minutes.
    pub token_per_5_minutes: f64,
    /// `RATE_LIMIT_VERIFY`: requests of an address to `/verify` in five minutes.
    pub verify_per_5_minutes: f64,
    /// `RATE_LIMIT_OTP`: requests of an address for a mail in five minutes, and as many sign-ups.
    pub otp_per_5_minutes: f64,
    /// Wrong passwords of an account in an hour, whichever address they come from. The real Auth
    /// counts none.
    pub wrong_passwords_per_hour: Option<f64>,
}

impl AuthConfig {
    /// What a Supabase project starts with: e-mail sign-ups, to be confirmed by mail.
    pub fn new(keys: KeyRing, external_url: &str, site_url: &str) -> Self {
        Self {
            site_url: site_url.to_owned(),
            external_url: external_url.to_owned(),
            uri_allow_list: Vec::new(),
            issuer: Some(external_url.to_owned()),
            audience: "authenticated".to_owned(),
            default_role: "authenticated".to_owned(),
            admin_roles: vec!["service_role".to_owned(), "supabase_admin".to_owned()],
            token_life: Duration::from_secs(3600),
            keys,
            disable_signup: false,
            anonymous_users: false,
            email_provider: true,
            manual_linking: false,
            refresh_reuse: Duration::from_secs(10),
            password: PasswordRules::default(),
            mail: MailRules::default(),
            limits: LimitRules::default(),
            version: String::new(),
        }
    }
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { length_min: 6, required: Vec::new(), reauthenticate: false, require_current: false }
    }
}

impl Default for MailRules {
    fn default() -> Self {
        Self {
            autoconfirm: false,
            secure_change: true,
            otp_life: Duration::from_secs(86_400),
            frequency: Duration::from_secs(60),
            notify_password: false,
            url_path: "/verify".to_owned(),
            enabled: true,
        }
    }
}

impl Default for LimitRules {
    fn default() -> Self {
        Self {
            header: None,
            mails_per_hour: 30.0,
            anonymous_per_hour: 30.0,
            token_per_5_minutes: 150.0,
            verify_per_5_minutes: 30.0,
            otp_per_5_minutes: 30.0,
            wrong_passwords_per_hour: None,
        }
    }
}
