//! PostgREST's settings: what they are called, where they may be said, and what each of them does
//! here. Flags, variables, the example file and the refusal of names that are none all come from
//! this one list.

use std::collections::BTreeMap;

use Kind::{List, Number, Switch, Text};

/// What kind of value a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Texts with commas between.
    List,
    /// A whole number.
    Number,
    /// Yes or no.
    Switch,
}

/// How a setting is heeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heed {
    /// It does what it does in PostgREST.
    Whole,
    /// Nothing hangs on it here, and why.
    Idle(&'static str),
    /// Anything but its default is told to be without effect, and why.
    Warned(&'static str),
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name, as in a file.
    pub name: &'static str,
    /// What it was called once.
    pub alias: Option<&'static str>,
    /// What holds where nothing is said.
    pub default: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether the database may say it.
    pub is_in_database: bool,
    /// How it is heeded.
    pub heed: Heed,
    /// What it does, in a sentence.
    pub about: &'static str,
}

const fn setting(name: &'static str, kind: Kind, default: &'static str) -> Setting {
    Setting {
        name,
        alias: None,
        default,
        kind,
        is_in_database: false,
        heed: Heed::Whole,
        about: "",
    }
}

impl Setting {
    const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    const fn once(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    const fn in_database(mut self) -> Self {
        self.is_in_database = true;
        self
    }

    const fn idle(mut self, why: &'static str) -> Self {
        self.heed = Heed::Idle(why);
        self
    }

    const fn warned(mut self, why: &'static str) -> Self {
        self.heed = Heed::Warned(why);
        self
    }

    /// The variable that says it.
    pub fn variable(&self) -> String {
        variable(self.name)
    }
}

/// `PGRST_DB_URI` of `db-uri`.
pub fn variable(name: &str) -> String {
    format!("PGRST_{}", name.to_ascii_uppercase().replace('-', "_"))
}

const ONE_SHOT: &str = "every statement is sent once and kept by nobody, so poolers do no harm";
const TOKENS: &str = "every token is verified each time it comes, which takes microseconds";
const LASTING: &str = "a connection is kept for as long as it is good";

/// All of them, in the order in which they are shown.
pub const SETTINGS: &[Setting] = &[
    setting("db-aggregates-enabled", Switch, "false").in_database().about("Let callers aggregate"),
    setting("db-anon-role", Text, "").in_database().about("Role of requests without a token"),
    setting("db-channel", Text, "pgrst")
        .about("Channel whose notifications have schemas or configuration read again"),
    setting("db-channel-enabled", Switch, "true").about("Whether that channel is listened to"),
    setting("db-extra-search-path", List, "public")
        .in_database()
        .about("Schemas behind the served one in the search path"),
    setting(
        "db-hoisted-tx-settings",
        List,
        "statement_timeout,plan_filter.statement_cost_limit,default_transaction_isolation",
    )
    .in_database()
    .about("Settings of functions that hold for the whole transaction of a call"),
    setting("db-max-rows", Number, "")
        .once("max-rows")
        .in_database()
        .about("Most rows of an answer"),
    setting("db-plan-enabled", Switch, "false")
        .in_database()
        .about("Tell the plan of a request to who asks for it: it shows the database's inside"),
    setting("db-pool", Number, "10").about("Connections to the database"),
    setting("db-pool-acquisition-timeout", Number, "10")
        .about("Seconds that a request waits for a connection before it is a 504"),
    setting("db-pool-max-lifetime", Number, "1800").idle(LASTING),
    setting("db-pool-max-idletime", Number, "30").once("db-pool-timeout").idle(LASTING),
    setting("db-pool-automatic-recovery", Switch, "true")
        .warned("a lost connection is always opened again"),
    setting("db-pre-request", Text, "")
        .once("pre-request")
        .in_database()
        .about("A function that is called before each request"),
    setting("db-prepared-statements", Switch, "true").in_database().idle(ONE_SHOT),
    setting("db-root-spec", Text, "")
        .once("root-spec")
        .in_database()
        .about("A function that answers the root in place of the description"),
    setting("db-schemas", List, "public")
        .once("db-schema")
        .in_database()
        .about("Schemas to serve, the first as default"),
    setting("db-config", Switch, "true")
        .about("Whether settings of the login (`alter role … set pgrst.…`) count"),
    setting("db-pre-config", Text, "")
        .in_database()
        .about("A function that makes settings `pgrst.…` for this server"),
    setting("db-timezone-enabled", Switch, "true")
        .in_database()
        .about("Whether `Prefer: timezone=…` is heeded"),
    setting("db-tx-end", Text, "commit")
        .in_database()
        .about("How transactions end: commit or rollback, or either with -allow-override"),
    setting("db-uri", Text, "postgresql://").about(
        "The login that becomes the caller's role; what it leaves out is read from PGHOST, \
                PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE, PGAPPNAME … @FILE reads it from there",
    ),
    setting("jwt-aud", Text, "")
        .in_database()
        .about("Audience that a token must have if it names any"),
    setting("jwt-role-claim-key", Text, ".role")
        .once("role-claim-key")
        .in_database()
        .about("Where in the claims the role is, such as .app.roles[0]"),
    setting("jwt-secret", Text, "").in_database().about(
        "Secret or JSON web key (set) that tokens are signed with; @FILE reads it from there",
    ),
    setting("jwt-secret-is-base64", Switch, "false")
        .once("secret-is-base64")
        .in_database()
        .about("Whether the secret is written in base64"),
    setting("jwt-cache-max-entries", Number, "1000").idle(TOKENS),
    setting("log-level", Text, "error").about(
        "Which requests are logged: crit none, error from 500, warn from 400, info and debug all",
    ),
    setting("log-query", Switch, "false").about("Log the statement of each request"),
    setting("openapi-mode", Text, "follow-privileges")
        .in_database()
        .about("What the root describes: follow-privileges, ignore-privileges, or disabled"),
    setting("openapi-security-active", Switch, "false")
        .in_database()
        .about("Whether the description says that a token is wanted"),
    setting("openapi-server-proxy-uri", Text, "")
        .in_database()
        .about("Address that the description gives for this server"),
    setting("server-cors-allowed-origins", List, "")
        .in_database()
        .about("Origins that browsers may ask from; none, and all may"),
    setting("server-host", Text, "!4")
        .about("Address to listen on; *4, !4, *6, !6 and * mean every address of this machine"),
    setting("server-port", Number, "3000").about("Port to listen on; 0 takes any that is free"),
    setting("server-trace-header", Text, "")
        .in_database()
        .about("Header of a request that is repeated in its answer"),
    setting("server-timing-enabled", Switch, "false")
        .in_database()
        .about("Tell in `Server-Timing` how long each step took"),
    setting("server-unix-socket", Text, "").about("Socket to listen on in place of a port"),
    setting("server-unix-socket-mode", Text, "660").about("Its permissions, between 600 and 777"),
    setting("admin-server-host", Text, "")
        .about("Address of /live, /ready, /schema_cache and /metrics; else server-host"),
    setting("admin-server-port", Number, "").about("Port of those; none, and they are not served"),
    setting("db-filter-required", Switch, "false")
        .in_database()
        .about("Not PostgREST's: refuse an update or delete without a filter"),
];

/// Settings of the caller's functions, by `app.settings.<name>`.
pub const APP: &str = "app.settings.";

/// What was said, by name: of several places, the later one counts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Given(BTreeMap<String, String>);

/// The names alone: some of the values are secrets.
impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Given {
    /// Says one.
    pub fn say(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// Says all that `other` says, over what was said.
    pub fn overlay(&mut self, other: &Self) {
        self.0.extend(other.0.clone());
    }

    /// What was said under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of it, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Names that are none of a setting.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let is_known = |name: &str| {
            let of = |s: &Setting| s.name == name || s.alias == Some(name);
            name.starts_with(APP) || SETTINGS.iter().any(of)
        };
        self.0.keys().map(String::as_str).filter(move |name| !is_known(name))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Given {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// The setting of a name.
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
