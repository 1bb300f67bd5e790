//! A store that is migrated while it is asked: every request is answered from the old shape or the
//! new one, and none fails.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::support::{Platform, World};

const MIGRATIONS: usize = 25;

/// Gives the store's products another column in the place of the one that the last step gave them,
/// and another name to the column that ties variants to them.
async fn migrate(owner: &Client, schema: &str, step: usize) {
    let before = step.checked_sub(1).map_or_else(String::new, |before| {
        format!("alter table {schema}.products drop column step_{before};")
    });
    let names = ["product_id", "product_ref"];
    let (from, to) = (names[step % 2], names[(step + 1) % 2]);
    let text = format!(
        "begin;
         alter table {schema}.products add column step_{step} text not null default 'at {step}';
         {before}
         alter table {schema}.variants rename column {from} to {to};
         select pg_sleep(0.02);
         update shared.stores
            set fingerprint = md5(schema_name || {step}) || md5('{step}'),
                template_version = template_version + 1
          where schema_name = '{schema}';
         commit"
    );
    owner.batch_execute(&text).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_store_is_migrated_every_request_is_answered_right() {
    let world = World::with_slots(3).await;
    let platform = Platform::serve(&world).await;
    let token = platform.newcomer("owner@example.com").await;
    let goods = b"Handle,Title,Published,Status,Variant Price\nhat,A hat,true,active,12.50\n";
    platform.store(&token, "acme", goods).await;
    let owner = world.database.owner().await;
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let steps = async {
        for step in 0..MIGRATIONS {
            migrate(&owner, "tenant_acme", step).await;
            // A store is not migrated again before it was asked.
            let before = answered.load(SeqCst);
            while answered.load(SeqCst) < before + 3 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        done.store(true, SeqCst);
    };
    let reads = async |query: &str| {
        while !done.load(SeqCst) {
            read(&platform, query).await;
            answered.fetch_add(1, SeqCst);
        }
    };
    let writes = async {
        let mut price = 0;
        while !done.load(SeqCst) {
            price += 1;
            let request = platform
                .request("PATCH", "/s/acme/rest/v1/products?slug=eq.hat")
                .header("apikey", platform.publishable())
                .header("prefer", "return=representation")
                .bearer_auth(&token)
                .json(&json!({ "custom_fields": { "n": price } }));
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let rows: Value = answer.json().await.unwrap();
            assert_eq!(status, 200, "{rows}");
            assert_eq!(rows[0]["custom_fields"]["n"], price);
            check(&rows);
        }
    };
    tokio::join!(
        steps,
        reads("select=*"),
        reads("select=*,variants(sku)"),
        reads("slug=eq.hat"),
        writes
    );
    assert!(answered.load(SeqCst) > MIGRATIONS * 3, "{answered:?} reads");
    // The last shape is served.
    let last = platform.request("GET", "/s/acme/rest/v1/products");
    let last = last.header("apikey", platform.publishable()).send().await.unwrap();
    let rows: Value = last.json().await.unwrap();
    assert_eq!(rows[0][format!("step_{}", MIGRATIONS - 1)], format!("at {}", MIGRATIONS - 1));
}

async fn read(platform: &Platform, query: &str) {
    let path = format!("/s/acme/rest/v1/products?{query}");
    let request = platform.request("GET", &path).header("apikey", platform.publishable());
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let rows: Value = answer.json().await.unwrap();
    assert_eq!(status, 200, "{query}: {rows}");
    check(&rows);
    if query.contains("variants") {
        assert_eq!(rows[0]["variants"].as_array().map(Vec::len), Some(1), "{rows}");
    }
}

/// One product, with the column of one step at most, and what that step put there.
fn check(rows: &Value) {
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 1);
    let row = rows[0].as_object().unwrap();
    assert_eq!(row["name"], "A hat");
    let steps: Vec<&String> = row.keys().filter(|key| key.starts_with("step_")).collect();
    assert!(steps.len() <= 1, "{steps:?}");
    for step in steps {
        assert_eq!(row[step], step.replace("step_", "at "));
    }
}
