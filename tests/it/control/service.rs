//! Stores that are out of service: what each door answers.

use std::time::Duration;

use serde_json::{Value, json};
use souk::fleet::purge;

use super::Scene;

const PRODUCTS: &str = "/s/acme/rest/v1/products?select=id";
const CATEGORIES: &str = "/s/acme/rest/v1/categories";

#[tokio::test]
async fn a_suspended_store_is_read_by_its_members_and_nobody_else() {
    let scene = Scene::new().await;
    scene.publish().await;
    let operator = scene.operator("super_admin").await;
    let shopper = scene.platform.sign_up("/s/acme", "shopper@example.com").await;
    let get = async |token: Option<&str>| scene.platform.ask("GET", PRODUCTS, token, None).await;
    get(None).await.is("200");
    scene.by(&operator, "POST", "/v1/stores/acme/suspend", Value::Null).await.is("200");

    let turned_away = get(None).await;
    assert!(turned_away.headers.contains_key("retry-after"));
    turned_away.is("503 store_suspended");
    get(Some(&shopper.token)).await.is("503 store_suspended");
    get(Some(&scene.owner.token)).await.is("200");
    let category = json!({ "name": "Hats", "slug": "hats" });
    scene.owner("POST", CATEGORIES, category).await.is("403 store_suspended");
    let change = json!({ "name": "Other" });
    scene.owner("PATCH", "/v1/stores/acme", change).await.is("403 store_suspended");
    scene.owner("DELETE", "/v1/stores/acme", Value::Null).await.is("403 store_suspended");
    scene.owner("POST", "/v1/stores/acme/unpublish", Value::Null).await.is("403 store_suspended");
    let body = json!({ "email": "new@example.com", "role": "staff" });
    scene.owner("POST", "/v1/stores/acme/members", body).await.is("403 store_suspended");
    scene.owner("GET", "/v1/stores/acme", Value::Null).await.is("200");
    scene.owner("POST", "/v1/stores/acme/resume", Value::Null).await.is("403 forbidden");
    scene.by(&operator, "POST", "/v1/stores/acme/resume", Value::Null).await.is("200");
    get(None).await.is("200");
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_has_changed() {
    let scene = Scene::new().await;
    let owner = scene.world.database.owner().await;
    let full = "create function shared.fill_up() returns trigger language plpgsql as $$
                begin
                    raise 'could not extend file' using errcode = 'disk_full';
                end $$;
                create trigger fill_up before update on shared.stores
                    for each row execute function shared.fill_up()";
    owner.batch_execute(full).await.unwrap();
    let change = json!({ "name": "Other" });
    scene.owner("PATCH", "/v1/stores/acme", change.clone()).await.is("507 disk_full");
    owner.batch_execute("drop trigger fill_up on shared.stores").await.unwrap();
    scene.owner("PATCH", "/v1/stores/acme", change).await.is("200");
}

#[tokio::test]
async fn a_store_that_is_being_moved_is_read_only() {
    let scene = Scene::new().await;
    scene.publish().await;
    scene
        .one("update shared.stores set status = 'moving' where slug = 'acme' returning slug")
        .await;
    scene.platform.ask("GET", PRODUCTS, None, None).await.is("200");
    let category = json!({ "name": "Hats", "slug": "hats" });
    let refused = scene.owner("POST", CATEGORIES, category).await;
    assert!(refused.headers.contains_key("retry-after"));
    refused.is("503 store_moving");
    let change = json!({ "name": "Other" });
    scene.owner("PATCH", "/v1/stores/acme", change).await.is("503 store_unavailable");
}

#[tokio::test]
async fn a_deleted_store_is_gone_and_its_data_later() {
    let scene = Scene::new().await;
    scene.publish().await;
    let admin = scene.member("admin").await;
    let shopper = scene.platform.sign_up("/s/acme", "shopper@example.com").await;
    scene.by(&admin, "DELETE", "/v1/stores/acme", Value::Null).await.is("403 forbidden");
    scene.platform.ask("GET", PRODUCTS, None, None).await.is("200");
    let gone = scene.owner("DELETE", "/v1/stores/acme", Value::Null).await.is("200");
    assert_eq!(gone["status"], "deleted");

    for token in [None, Some(&shopper.token), Some(&scene.owner.token)] {
        let token = token.map(String::as_str);
        scene.platform.ask("GET", PRODUCTS, token, None).await.is("404 store_not_found");
    }
    let body = json!({ "email": "a@example.com", "password": "a-good-password-1" });
    let path = "/s/acme/auth/v1/signup";
    scene.platform.ask("POST", path, None, Some(body)).await.is("404 store_not_found");
    scene.owner("GET", "/v1/stores/acme", Value::Null).await.is("404 store_not_found");
    let mine = scene.owner("GET", "/v1/stores", Value::Null).await.is("200");
    assert_eq!(mine["stores"], json!([]));
    let body = json!({ "name": "x", "slug": "acme" });
    scene.owner("POST", "/v1/stores", body).await.is("409 slug_taken");

    let cluster = &scene.platform.app.cluster;
    let day = Duration::from_secs(86_400);
    assert_eq!(purge::sweep(cluster, day).await.unwrap(), 0, "it is kept for a while");
    let there = "select to_regnamespace('tenant_acme')::text";
    assert_eq!(scene.one(there).await, "tenant_acme");
    assert_eq!(purge::sweep(cluster, Duration::ZERO).await.unwrap(), 1);
    assert_eq!(scene.one(there).await, "");
    assert_eq!(purge::sweep(cluster, Duration::ZERO).await.unwrap(), 0, "once");
    let left = "select (select count(*) from shared.members) || ' '
                       || (select count(*) from shared.sessions where store_id is not null)";
    assert_eq!(scene.one(left).await, "0 0");
    let body = json!({ "name": "x", "slug": "acme" });
    scene.owner("POST", "/v1/stores", body).await.is("409 slug_taken");
}

#[tokio::test]
async fn a_purge_goes_on_where_another_was_killed() {
    let scene = Scene::new().await;
    scene.owner("DELETE", "/v1/stores/acme", Value::Null).await.is("200");
    let owner = scene.world.database.owner().await;
    owner.batch_execute("drop table tenant_acme.products cascade").await.unwrap();
    let cluster = &scene.platform.app.cluster;
    assert_eq!(purge::sweep(cluster, Duration::ZERO).await.unwrap(), 1);
    assert_eq!(scene.one("select to_regnamespace('tenant_acme')::text").await, "");
}

/// Locks that one part of a purge may hold.
const LOCKS_MAX: i64 = 200;

#[tokio::test]
async fn a_purge_holds_few_locks_at_a_time() {
    let scene = Scene::new().await;
    scene.owner("DELETE", "/v1/stores/acme", Value::Null).await.is("200");
    let owner = scene.world.database.owner().await;
    // Dropped whole, a schema takes many: what the limit is there to tell apart.
    let held = "select count(*) from pg_locks where pid = pg_backend_pid()";
    owner.batch_execute("begin; drop schema tenant_acme cascade").await.unwrap();
    let whole: i64 = owner.query_one(held, &[]).await.unwrap().get(0);
    owner.batch_execute("rollback").await.unwrap();
    assert!(whole > 2 * LOCKS_MAX, "{whole}");

    // The first part reaches over to customers, the second to variants: each waits there with all
    // the locks that it will hold.
    let readers = [scene.world.database.owner().await, scene.world.database.owner().await];
    for (reader, table) in readers.iter().zip(["customers", "variants"]) {
        let read = format!("begin; lock table tenant_acme.{table} in access share mode");
        reader.batch_execute(&read).await.unwrap();
    }
    let watched = async {
        let tables = "select count(*)::text from pg_tables where schemaname = 'tenant_acme'";
        let mut left = vec![scene.one(tables).await.parse::<u32>().unwrap()];
        for (reader, table) in readers.iter().zip(["customers", "variants"]) {
            let locks = locks_of_who_waits(&owner, table).await;
            assert!((5..=LOCKS_MAX).contains(&locks), "{table}: {locks} locks of {whole}");
            left.push(scene.one(tables).await.parse().unwrap());
            reader.batch_execute("commit").await.unwrap();
        }
        left
    };
    let cluster = &scene.platform.app.cluster;
    let (purged, left) = tokio::join!(purge::sweep(cluster, Duration::ZERO), watched);
    assert_eq!(purged.unwrap(), 1);
    assert_eq!(left[0], left[1], "nothing is gone before the first commit");
    assert_eq!(left[1], left[2] + 4, "the first part is committed when the second begins");
}

/// How many locks the one holds that waits for a table.
async fn locks_of_who_waits(owner: &tokio_postgres::Client, table: &str) -> i64 {
    let text = format!(
        "select count(*) from pg_locks
          where granted and pid in (select pid from pg_locks
                                     where not granted
                                       and relation = 'tenant_acme.{table}'::regclass)"
    );
    loop {
        let locks: i64 = owner.query_one(&text, &[]).await.unwrap().get(0);
        if locks > 0 {
            return locks;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
