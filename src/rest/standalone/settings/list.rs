//! The list of settings.

use super::Kind::{List, Number, Switch, Text};
use super::{Setting, setting};

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
        .about("Origins that browsers may ask from; without any, all may"),
    setting("server-host", Text, "!4")
        .about("Address to listen on; `*`, `*4` and `!4` are every IPv4 address, `*6` and `!6` every IPv6 one"),
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
    setting("admin-server-port", Number, "").about("Port of those; without one they are not served"),
    setting("db-filter-required", Switch, "false")
        .in_database()
        .about("Not PostgREST's: refuse an update or delete without a filter"),
];
