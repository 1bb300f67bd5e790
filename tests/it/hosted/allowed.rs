//! Every statement of `souk setup`, held against what a hosted project lets its `postgres` do. The
//! guard there (supautils) is not to be had here, so its rules stand below, each with a statement
//! that breaks it. What is run on a cluster without that guard is in `hosted.rs`.

use souk::db::setup::script;

/// What somebody else's role is called, or begins with.
const RESERVED: &[&str] = &[
    "anon",
    "authenticated",
    "authenticator",
    "service_role",
    "dashboard_user",
    "pgbouncer",
    "supabase_",
    "pg_",
    "postgres",
];
/// Roles that nobody may be made a member of.
const CLOSED: &[&str] = &[
    "authenticator",
    "supabase_",
    "dashboard_user",
    "pgbouncer",
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
];
/// Attributes that need a superuser, also to be denied; `create role` leaves them off by itself.
const ATTRIBUTES: &[&str] = &["superuser", "replication", "bypassrls"];
/// Schemas in which everything is Supabase's.
const FOREIGN_SCHEMAS: &[&str] =
    &["auth", "storage", "realtime", "vault", "graphql", "graphql_public", "pgbouncer", "cron"];
/// Extensions that an owner of the database may make without a superuser.
const TRUSTED: &[&str] = &["pg_trgm", "unaccent"];

/// A statement as words: small letters, without signs but for the dot of a name. One that is run as a
/// text is that text's.
struct Statement {
    text: String,
    words: Vec<String>,
}

impl Statement {
    fn new(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let written_out = text.strip_prefix("execute '").and_then(|text| text.strip_suffix('\''));
        let written_out = written_out.filter(|text| !text.contains('\'')).map(str::to_owned);
        let text = written_out.unwrap_or(text);
        let is_sign = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
        let words = text.split(is_sign).filter(|word| !word.is_empty());
        Self { words: words.map(str::to_owned).collect(), text }
    }

    fn begins(&self, words: &[&str]) -> bool {
        self.words.iter().zip(words).filter(|(own, other)| own == other).count() == words.len()
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
    }

    /// The words between two others, or up to the end.
    fn between(&self, from: &str, to: &str) -> &[String] {
        let begin = self.words.iter().position(|word| word == from).map_or(0, |at| at + 1);
        let end = self.words.iter().position(|word| word == to).unwrap_or(self.words.len());
        self.words.get(begin..end).unwrap_or_default()
    }
}

fn is_one_of(word: &str, names: &[&str]) -> bool {
    names.iter().any(|name| word == *name || (name.ends_with('_') && word.starts_with(name)))
}

/// What is refused, by which rule, and a statement that it refuses.
type Rule = (&'static str, fn(&Statement) -> bool, &'static [&'static str]);

const RULES: &[Rule] = &[
    (
        "no attribute that needs a superuser, nor its denial",
        |statement| {
            let is_role = ["role", "user", "group"].iter().any(|kind| {
                statement.begins(&["alter", kind]) || statement.begins(&["create", kind])
            });
            let is_attribute =
                |word: &String| ATTRIBUTES.contains(&word.strip_prefix("no").unwrap_or(word));
            is_role && statement.words.iter().any(is_attribute)
        },
        &[
            "create role souk_rest login nosuperuser",
            "alter role souk_engine bypassrls",
            "alter user souk_core with noreplication",
        ],
    ),
    (
        "no role that is Supabase's is altered, renamed or dropped",
        |statement| {
            let kinds = ["role", "user", "group"];
            let verbs = ["alter", "drop"];
            let is_it =
                verbs.iter().any(|verb| kinds.iter().any(|kind| statement.begins(&[verb, kind])));
            let named = statement.words.get(2).map(String::as_str).unwrap_or_default();
            is_it && is_one_of(named, RESERVED)
        },
        &[
            "alter role authenticator set pgrst.db_schemas = ''",
            "drop role anon",
            "alter role supabase_auth_admin password 'x'",
            "alter role postgres set jit = off",
        ],
    ),
    (
        "nobody is made a member of a closed role",
        |statement| {
            let is_membership = statement.begins(&["grant"]) && !statement.has("on");
            let granted = statement.between("grant", "to");
            is_membership && granted.iter().any(|role| is_one_of(role, CLOSED))
        },
        &[
            "grant authenticator to souk_rest",
            "grant anon, supabase_admin to souk_rest",
            "grant pg_read_server_files to souk_core",
        ],
    ),
    (
        "nothing is made, changed or granted in a schema of Supabase's",
        |statement| {
            let acts = [
                "create", "alter", "drop", "grant", "revoke", "comment", "insert", "update",
                "delete", "truncate",
            ];
            let is_in = |word: &String| {
                FOREIGN_SCHEMAS.iter().any(|schema| {
                    word == schema
                        || word.strip_prefix(schema).is_some_and(|at| at.starts_with('.'))
                })
            };
            acts.iter().any(|act| statement.begins(&[act])) && statement.words.iter().any(is_in)
        },
        &[
            "create table auth.souk (id int)",
            "grant usage on schema auth to souk_rest",
            "alter table storage.objects enable row level security",
            "create trigger t after insert on auth.users execute function shared.f()",
        ],
    ),
    (
        "no event trigger, subscription, server setting or program",
        |statement| {
            statement.begins(&["create", "event"])
                || statement.begins(&["create", "subscription"])
                || statement.begins(&["alter", "system"])
                || statement.begins(&["alter", "database"])
                || statement.begins(&["set", "session", "authorization"])
                || (statement.begins(&["copy"]) && statement.has("program"))
        },
        &[
            "create event trigger t on ddl_command_end execute function f()",
            "create subscription s connection '' publication p",
            "alter system set jit = off",
            "execute 'alter system set jit = off'",
            "copy t from program 'id'",
        ],
    ),
    (
        "no extension but trusted ones, and none by version",
        |statement| {
            let is_extension = |verb| statement.begins(&[verb, "extension"]);
            let is_trusted = statement.words.iter().any(|word| TRUSTED.contains(&word.as_str()));
            (is_extension("create") && !is_trusted)
                || ((is_extension("create") || is_extension("alter")) && statement.has("version"))
        },
        &["create extension plpython3u", "create extension pg_trgm version '1.6'"],
    ),
    (
        "nothing is run that is put together, but the end of a numbered login",
        |statement| {
            let end = ["execute", "format", "drop", "role", "i", "surplus.rolname"];
            statement.begins(&["execute"]) && statement.words != end
        },
        &["execute format('drop role %I', other)", "execute 'drop role ' || other"],
    ),
    (
        "nothing of a kind that nobody has thought about",
        |statement| {
            let kinds: &[&[&str]] = &[
                &["do"],
                &["create", "role"],
                &["alter", "role"],
                &["grant"],
                &["revoke"],
                &["create", "schema"],
                &["create", "extension"],
                // Inside of blocks.
                &["declare"],
                &["begin"],
                &["select"],
                &["if"],
                &["raise"],
                &["exception"],
                &["end"],
                &["for"],
                &["loop"],
                &["execute"],
            ];
            !kinds.iter().any(|kind| statement.begins(kind))
        },
        &["security label on role anon is 'x'", "create publication p for all tables"],
    ),
];

/// The rules that a statement breaks.
fn broken(statement: &Statement) -> Vec<&'static str> {
    let rules = RULES.iter().filter(|(_, breaks, _)| breaks(statement));
    rules.map(|(rule, ..)| *rule).collect()
}

/// All statements, those inside of blocks too; a condition goes with what it is for.
fn statements(script: &str) -> Vec<Statement> {
    let lines = script.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join("\n").replace("do $$", "do;").replace("$$", "");
    let after_then = text.replace(" then\n", " then;\n").replace("begin\n", "begin;\n");
    let after_then = after_then.replace("loop\n", "loop;\n");
    let parts = after_then.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(Statement::new).filter(|part| !part.words.is_empty()).collect()
}

#[test]
fn setup_asks_for_nothing_that_a_hosted_owner_may_not_do() {
    let script = script(&"open-sesame".to_owned().into(), Some(2));
    let statements = statements(&script);
    let roles = statements.iter().filter(|statement| statement.begins(&["create", "role"])).count();
    let grants = statements.iter().filter(|statement| statement.begins(&["grant"])).count();
    assert_eq!((roles, grants), (5, 9), "statements inside of blocks are seen");
    assert!(statements.len() > 45, "{}", statements.len());
    for statement in &statements {
        assert_eq!(broken(statement), Vec::<&str>::new(), "{}", statement.text);
    }
}

#[test]
fn every_rule_refuses_what_breaks_it_wherever_it_stands() {
    let script = script(&"open-sesame".to_owned().into(), Some(2));
    for (rule, _, examples) in RULES {
        for example in *examples {
            assert!(broken(&Statement::new(example)).contains(rule), "{rule}: {example}");
            for place in [
                "create role souk_rest login noinherit;",
                "alter role souk_rest noinherit;",
                "alter role souk_rest_2 login inherit;",
            ] {
                let spoiled = script.replace(place, &format!("{place} {example};"));
                assert_ne!(spoiled, script);
                let found = statements(&spoiled).iter().any(|one| broken(one).contains(rule));
                assert!(found, "{rule}: {example} after {place}");
            }
        }
    }
}
