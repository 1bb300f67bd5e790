//! Schemas and configuration that change while it serves.

use super::{Ground, ask, get, until};

const REPORT: &str =
    "create view shop.report as select 1 as one; grant select on shop.report to anon";

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_has_read_again_what_it_names() {
    let ground = Ground::new().await;
    let program = ground.setup.clone().line("db-max-rows", "4").start();
    let rows = "/products?select=id";
    until(&program, rows, |answer| answer.header("content-range") == Some("0-3/*")).await;
    ground.until_listened_to().await;

    program.rewrite(|text| text.replace('4', "2"));
    ground.sql("notify pgrst, 'something else'").await;
    ground.sql("notify pgrst, 'reload schema'").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let answer = get(&program, rows).await;
    assert_eq!(answer.header("content-range"), Some("0-3/*"), "the configuration stays");
    ground.sql("notify pgrst, 'reload config'").await;
    until(&program, rows, |answer| answer.header("content-range") == Some("0-1/*")).await;

    program.rewrite(|text| text.replace('2', "3"));
    ground.sql("notify pgrst").await;
    until(&program, rows, |answer| answer.header("content-range") == Some("0-2/*")).await;

    // A column that is not known any more, in a table that is: nobody but a notification tells.
    let path = "/report?select=one";
    ground.sql(REPORT).await;
    until(&program, path, |answer| answer.status == 200).await;
    ground.sql("alter view shop.report rename column one to two").await;
    ground.sql("notify pgrst, 'reload schema'").await;
    until(&program, "/report?two=eq.1&select=two", |answer| answer.status == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_relation_is_looked_for_once_more_without_a_notification() {
    let ground = Ground::new().await;
    let program = ground.setup.clone().variable("PGRST_DB_CHANNEL_ENABLED", "false").start();
    assert_eq!(get(&program, "/products?limit=1").await.status, 200);
    assert_eq!(get(&program, "/report").await.status, 404);
    ground.sql(REPORT).await;
    // Not oftener than once a second, and than a tenth of the time is spent on it.
    until(&program, "/report", |answer| answer.status == 200).await;
    ground
        .sql(
            "create function shop.sum_of(a integer, b integer) returns integer
                language sql immutable as 'select a + b'",
        )
        .await;
    until(&program, "/rpc/sum_of?a=1&b=2", |answer| answer.body == "3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_do_the_same() {
    let ground = Ground::new().await;
    let setup = ground.setup.clone().variable("PGRST_DB_CHANNEL_ENABLED", "false");
    let program = setup.line("app.settings.name", "John").start();
    ground
        .sql(
            "create function shop.setting(name text) returns text language sql stable
                as 'select current_setting(name, true)'",
        )
        .await;
    program.signal("-USR1");
    let path = "/rpc/setting?name=app.settings.name";
    until(&program, path, |answer| answer.body == "\"John\"").await;
    program.rewrite(|text| text.replace("John", "Jane"));
    program.signal("-USR1");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(get(&program, path).await.body, "\"John\"", "SIGUSR1 is about schemas");
    program.signal("-USR2");
    until(&program, path, |answer| answer.body == "\"Jane\"").await;

    // What can't be used leaves the last configuration in service, and is told.
    program.rewrite(|text| format!("{text}db-tx-end = \"never\"\n"));
    program.signal("-USR2");
    program.wait_for("the refusal", |line| {
        line["message"].as_str().is_some_and(|text| text.contains("the last one holds"))
    });
    assert_eq!(get(&program, path).await.body, "\"Jane\"");
    assert_eq!(program.end(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_waited_for_and_one_that_refuses_is_not() {
    let ground = Ground::new().await;
    let away = ground.setup.clone().variable("PGRST_DB_URI", "postgres://a:b@127.0.0.1:1/x");
    let program = away.variable("PGRST_ADMIN_SERVER_PORT", "0").start();
    let answer = get(&program, "/products").await;
    assert_eq!((answer.status, &answer.json()["code"]), (503, &"PGRST002".into()));
    let said = "Could not query the database for the schema cache. Retrying.";
    assert_eq!(answer.json()["message"], said);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(ask("GET", &program.admin_url("/live"), &[]).await.status, 200);
    assert_eq!(ask("GET", &program.admin_url("/ready"), &[]).await.status, 503);
    assert_eq!(get(&program, "/a/b/c").await.status, 404, "what needs no database is answered");

    let (_, place) = ground.database.uri.split_once('@').unwrap();
    let wrong = format!("postgres://authenticator:wrong@{place}");
    let refused = ground.setup.variable("PGRST_DB_URI", &wrong).run("--server-port=0");
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("the database refuses the login"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_not_there_is_not_empty() {
    let ground = Ground::new().await;
    let setup = ground.setup.clone().variable("PGRST_DB_SCHEMAS", "shop,later");
    let program = setup.variable("PGRST_ADMIN_SERVER_PORT", "0").start();
    let in_later = async || {
        let headers = [("accept-profile", "later")];
        let answer = ask("GET", &program.url("/things"), &headers).await;
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let ready = async || ask("GET", &program.admin_url("/ready"), &[]).await.status;
    assert_eq!(in_later().await, (503, "PGRST002".to_owned()));
    assert_eq!(ready().await, 503);
    assert_eq!(get(&program, "/products?limit=1").await.status, 200, "the others are served");
    let made = "create schema later; create table later.things ();
                grant usage on schema later to anon; grant select on later.things to anon";
    ground.sql(made).await;
    assert_eq!((in_later().await.0, ready().await), (200, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_file_may_change() {
    let ground = Ground::new().await;
    let file = std::env::temp_dir().join(format!("souk-jwt-{}", uuid::Uuid::now_v7().simple()));
    std::fs::write(&file, "invalid".repeat(5)).unwrap();
    let setup = ground.setup.clone().variable("PGRST_DB_CHANNEL_ENABLED", "false");
    let setup = setup.variable("PGRST_JWT_SECRET", &format!("@{}", file.display()));
    let program = setup.start();
    let bearer = format!("Bearer {}", crate::rest_replay::tokens::sign("user1"));
    let status = async || {
        let headers = [("authorization", bearer.as_str())];
        ask("GET", &program.url("/products?limit=1"), &headers).await.status
    };
    assert_eq!(status().await, 401);
    std::fs::write(&file, format!("{}\n", super::SECRET)).unwrap();
    assert_eq!(status().await, 401, "nobody has said that it changed");
    program.signal("-USR2");
    for _ in 0..100 {
        if status().await == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(status().await, 200);
    std::fs::remove_file(file).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_roles_and_functions_hold() {
    let ground = Ground::new().await;
    ground
        .sql(
            "create function shop.setting(name text) returns text language sql stable
                 as 'select current_setting(name, true)';
             create function shop.hoisted() returns text language sql stable
                 set work_mem = '6000kB' set statement_timeout = '7s'
                 as $$ select current_setting('work_mem') $$;
             create function shop.slow() returns void language sql volatile
                 set statement_timeout = '200ms' as 'select pg_sleep(5)';",
        )
        .await;
    let program = ground.setup.clone().variable("PGRST_DB_HOISTED_TX_SETTINGS", "work_mem").start();
    let setting = "/rpc/setting?name=";
    assert_eq!(
        get(&program, &format!("{setting}search_path")).await.body,
        r#""\"shop\", \"private\"""#
    );
    assert_eq!(get(&program, "/rpc/hoisted").await.body, "\"6000kB\"");
    drop(program);
    let program = ground.setup.start();
    let slow = ask("POST", &program.url("/rpc/slow"), &[]).await;
    assert_eq!((slow.status, &slow.json()["code"]), (500, &"57014".into()));
    assert_eq!(slow.header("proxy-status"), Some("PostgREST; error=57014"));
}
