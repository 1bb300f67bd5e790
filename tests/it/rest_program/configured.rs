//! What is said where, what wins, and what is refused.

use super::{Ground, SECRET, as_authenticator, get};
use crate::support::program::Setup;

fn dumped(setup: &Setup) -> String {
    let output = setup.run("--dump-config");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn refused(setup: &Setup) -> String {
    let output = setup.run("--dump-config");
    assert!(!output.status.success(), "it was taken");
    String::from_utf8(output.stderr).unwrap()
}

fn has(text: &str, line: &str) {
    assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
}

#[test]
fn a_file_gives_way_to_variables_and_those_to_flags() {
    let alone = Setup::default().line("db-pool", "4").line("max-rows", "7").line("db-config", "0");
    let alone = alone.line("db-uri", "postgres://nobody@127.0.0.1:1/x").line("app.settings.a", "1");
    let text = dumped(&alone);
    for line in ["db-pool = 4", "db-max-rows = 7", "db-config = false", "app.settings.a = \"1\""] {
        has(&text, line);
    }
    let both = alone.variable("PGRST_DB_POOL", "5").variable("PGRST_APP_SETTINGS_B", "2");
    let text = dumped(&both);
    for line in ["db-pool = 5", "app.settings.a = \"1\"", "app.settings.B = \"2\""] {
        has(&text, line);
    }
    has(&dumped(&both.clone().flag("db-pool", "6")), "db-pool = 6");
    has(&dumped(&both.variable("PGRST_LOG_LEVEL", "")), "log-level = \"error\"");
}

#[test]
fn what_is_dumped_is_what_postgrest_would_dump() {
    let text = dumped(&Setup::default());
    for line in ["db-uri = \"postgresql://\"", "log-query = false", "admin-server-port = \"\""] {
        has(&text, line);
    }
    assert!(!text.contains("db-filter-required"), "PostgREST does not know it");
    let nowhere = Setup::default().variable("PGRST_DB_URI", "tmp_db");
    has(&dumped(&nowhere), "db-uri = \"tmp_db\"");
    let said = nowhere.variable("PGRST_DB_FILTER_REQUIRED", "true");
    for (value, line) in [("1", "true"), ("0", "false"), ("\"true\"", "true"), ("FALSE", "false")] {
        let text = dumped(&said.clone().variable("PGRST_LOG_QUERY", value));
        has(&text, &format!("log-query = {line}"));
        has(&text, "db-filter-required = true");
    }
    let file = std::env::temp_dir().join(format!("souk-jwt-{}", uuid::Uuid::now_v7().simple()));
    let named = said.variable("PGRST_JWT_SECRET", &format!("@{}", file.display()));
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    has(&dumped(&named), &format!("jwt-secret = \"{SECRET}\""));
    std::fs::write(&file, "_-__").unwrap();
    let in_base64 = named.variable("PGRST_JWT_SECRET_IS_BASE64", "true");
    assert!(refused(&in_base64).contains("at least 32 characters"));
    std::fs::write(&file, "_-__".repeat(11)).unwrap();
    has(&dumped(&in_base64), &format!("jwt-secret = \"{}\"", "/+//".repeat(11)));
    std::fs::remove_file(file).unwrap();
}

#[test]
fn the_version_is_told() {
    for flag in ["--version", "-v"] {
        let output = Setup::default().run(flag);
        assert!(output.status.success());
        let said =
            concat!("souk ", env!("CARGO_PKG_VERSION"), ", in the place of PostgREST 14.14\n");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), said);
    }
}

#[test]
fn what_is_dumped_says_the_same_when_it_is_read() {
    let first = dumped(
        &Setup::default()
            .line("db-config", "false")
            .line("db-uri", "host=localhost user=me dbname='my db'")
            .line("jwt-role-claim-key", ".\"a b\"[?(@ ^== \"x\")][1:]")
            .line("db-extra-search-path", "")
            .line("server-unix-socket", "/tmp/a \"quoted\" socket")
            .line("app.settings.x", "a \\ b"),
    );
    let mut again = Setup { file: Some(first.clone()), ..Setup::default() };
    assert_eq!(dumped(&again), first);
    let example = Setup::default().run("--example");
    again.file = Some(String::from_utf8(example.stdout).unwrap().replace("\n# ", "\n"));
    let defaults = Setup::default().variable("PGRST_DB_URI", "postgres://x@127.0.0.1:1/x");
    let example = Setup { variables: defaults.variables.clone(), ..again };
    let told = dumped(&example.flag("db-config", "false"));
    let plain = dumped(&defaults.flag("db-config", "false"));
    let own = ["app.settings", "db-filter-required"];
    let of_postgrest = told.lines().filter(|line| !own.iter().any(|name| line.starts_with(name)));
    assert_eq!(of_postgrest.collect::<Vec<_>>(), plain.lines().collect::<Vec<_>>());
}

#[test]
fn a_value_that_cannot_be_used_is_refused_by_name() {
    let base = Setup::default().variable("PGRST_DB_URI", "postgres://x@127.0.0.1:1/x");
    for (variable, value, said) in [
        ("DB_POOL", "many", "db-pool can't be \"many\""),
        ("DB_POOL", "0", "db-pool can't be \"0\""),
        ("DB_TX_END", "random", "db-tx-end can't be"),
        ("DB_AGGREGATES_ENABLED", "maybe", "db-aggregates-enabled can't be"),
        ("LOG_QUERY", "main-query", "log-query can't be"),
        ("DB_SCHEMAS", "public, pg_catalog", "does not allow schema: 'pg_catalog'"),
        ("LOG_LEVEL", "never", "Invalid logging level. Check your configuration."),
        ("OPENAPI_MODE", "follow-", "Invalid openapi-mode. Check your configuration."),
        ("OPENAPI_SERVER_PROXY_URI", "htp:/@@localhorst.invalid", "Malformed proxy uri"),
        ("JWT_SECRET", "short", "The JWT secret must be at least 32 characters long."),
        ("JWT_SECRET", "@/no/such/file", "/no/such/file can't be read"),
        ("JWT_AUD", "foo://%%$$^^.com", "jwt-aud should be a string or a valid URI"),
        ("JWT_ROLE_CLAIM_KEY", ".my_role;;x", "failed to parse role-claim-key value (.my_role;;x)"),
        ("SERVER_UNIX_SOCKET_MODE", "599", "server-unix-socket-mode can't be"),
        ("SERVER_UNIX_SOCKET_MODE", "778", "needs to be between 600 and 777"),
        ("SERVER_PORT", "70000", "server-port can't be"),
        ("ADMIN_SERVER_PORT", "3000", "admin-server-port cannot be the same as server-port"),
    ] {
        let told = refused(&base.clone().variable(&format!("PGRST_{variable}"), value));
        assert!(told.contains(said), "{variable}={value}: {told}");
    }
    let nowhere = base.clone().variable("PGRST_DB_URI", "postgres://u:hush@h:x/d");
    let told = nowhere.run("--dump-schema");
    let (status, told) = (told.status, String::from_utf8(told.stderr).unwrap());
    assert!(!status.success() && told.contains("db-uri is no address of a Postgres"), "{told}");
    assert!(!told.contains("hush"), "a password is not repeated: {told}");
    let is_base64 = base.variable("PGRST_JWT_SECRET_IS_BASE64", "true");
    let told = refused(&is_base64.variable("PGRST_JWT_SECRET", "no base-64!"));
    assert!(told.contains("base64") && !told.contains("no base-64!"), "{told}");
    let schema = Setup::default().variable("PGRST_DB_URI", "postgres://x@127.0.0.1:1/x");
    assert!(!schema.run("--dump-schema").status.success(), "nobody is there");
    let told = Setup::default().line("x", "y").run("--db-nonsense=1");
    assert!(!told.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_effect_is_told_at_the_start() {
    let ground = Ground::new().await;
    let setup = ground.setup.variable("PGRST_DB_NONSENSE", "1");
    let program = setup.variable("PGRST_DB_POOL_AUTOMATIC_RECOVERY", "false").start();
    let told = |text: &str| {
        let lines = program.log();
        lines.iter().any(|line| line["message"].as_str().is_some_and(|m| m.contains(text)))
    };
    assert!(told("db-nonsense is no setting of PostgREST 14"), "{:?}", program.log());
    assert!(told("db-pool-automatic-recovery = \"false\" has no effect"));
    assert!(!told("db-prepared-statements"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_may_be_keywords_a_file_or_the_environment() {
    let ground = Ground::new().await;
    let uri: tokio_postgres::Config = as_authenticator(&ground.database.uri).parse().unwrap();
    let tokio_postgres::config::Host::Tcp(host) = &uri.get_hosts()[0] else { panic!("TCP") };
    let (port, name) = (uri.get_ports()[0].to_string(), uri.get_dbname().unwrap());
    let base = ground.setup.variable("PGRST_DB_SCHEMAS", "shop");
    let words =
        format!("host={host} port={port} dbname={name} user=authenticator password=souk-replay");
    let file = std::env::temp_dir().join(format!("souk-uri-{}", uuid::Uuid::now_v7().simple()));
    std::fs::write(&file, format!("{}\n", as_authenticator(&ground.database.uri))).unwrap();
    let in_file = format!("@{}", file.display());
    let mut pipe = base.clone().variable("PGRST_DB_URI", "@/dev/stdin");
    pipe.input = format!("{}\n", as_authenticator(&ground.database.uri));
    let environment = base
        .clone()
        .variable("PGHOST", host)
        .variable("PGPORT", &port)
        .variable("PGDATABASE", name)
        .variable("PGUSER", "authenticator")
        .variable("PGPASSWORD", "souk-replay");
    for setup in [
        pipe,
        base.clone().variable("PGRST_DB_URI", &words),
        base.variable("PGRST_DB_URI", &in_file),
        environment.variable("PGRST_DB_URI", "postgresql://"),
    ] {
        let program = setup.start();
        assert_eq!(get(&program, "/products?select=id&limit=1").await.status, 200);
    }
    std::fs::remove_file(file).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_go_by_the_name_that_is_said() {
    let ground = Ground::new().await;
    let uri = as_authenticator(&ground.database.uri);
    let mark = if uri.contains('?') { '&' } else { '?' };
    let base = ground.setup.clone();
    let named = |words: &str| base.clone().variable("PGRST_DB_URI", &format!("{uri}{mark}{words}"));
    for (setup, name) in [
        (named("fallback_application_name=PostgREST%2014&client_encoding=UTF8"), "PostgREST 14"),
        (named("application_name=mine&fallback_application_name=x"), "mine"),
        (base.clone().variable("PGAPPNAME", "of the environment"), "of the environment"),
        (base.clone(), "souk rest"),
    ] {
        let program = setup.start();
        assert_eq!(get(&program, "/products?limit=1").await.status, 200);
        let text = "select count(*) from pg_stat_activity where datname = current_database()
                       and usename = 'authenticator' and application_name = $1";
        let there: i64 = ground.client.query_one(text, &[&name]).await.unwrap().get(0);
        assert!(there > 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_overrules_the_file_and_variables_but_no_flag() {
    let ground = Ground::new().await;
    ground
        .sql(
            "create function private.pre_config() returns void language sql as $$
                 select set_config('pgrst.db_max_rows', '3', true),
                        set_config('pgrst.jwt_aud', 'made', true),
                        set_config('pgrst.openapi_mode', 'disabled', true) $$;
             grant usage on schema private to authenticator;
             grant execute on function private.pre_config() to authenticator;",
        )
        .await;
    let name = ground.database.uri.rsplit('/').next().unwrap();
    let name = name.split('?').next().unwrap();
    ground
        .sql(&format!(
            "alter role authenticator in database {name} set pgrst.jwt_aud = 'of this database';
             alter role authenticator in database {name} set pgrst.server_port = '1'"
        ))
        .await;
    let setup = ground.setup.line("db-max-rows", "9").variable("PGRST_OPENAPI_MODE", "disabled");
    let setup = setup.variable("PGRST_DB_PRE_CONFIG", "private.pre_config");
    let text = dumped(&setup);
    for line in [
        "db-max-rows = 3",
        "jwt-aud = \"of this database\"",
        "openapi-mode = \"disabled\"",
        "server-port = 3000",
        &format!("jwt-secret = \"{SECRET}\""),
    ] {
        has(&text, line);
    }
    has(&dumped(&setup.clone().flag("db-max-rows", "5")), "db-max-rows = 5");
    let text = dumped(&setup.variable("PGRST_DB_CONFIG", "false"));
    has(&text, "db-max-rows = 9");
    has(&text, "jwt-aud = \"\"");
}
