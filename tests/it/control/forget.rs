//! What is over is forgotten, and nothing else.

use serde_json::{Value, json};
use souk::fleet::forget::{self, Walk};

use super::Scene;
use crate::support::{World, database};

async fn sweep(scene: &Scene) -> u64 {
    forget::sweep(&scene.platform.app.cluster, &mut Walk::default()).await.unwrap()
}

#[tokio::test]
async fn sessions_that_auth_has_ended_are_forgotten_once_their_tokens_are() {
    let scene = Scene::new().await;
    let gone = scene.platform.sign_up("", "gone@example.com").await;
    let timed = scene.platform.sign_up("", "timed@example.com").await;
    scene.by(&gone, "POST", "/auth/v1/logout", Value::Null).await.is("204");
    let ends = "update auth.sessions set not_after = now() - interval '1 hour' where user_id = $1";
    let admin = database::superuser(&scene.world.database.config).await;
    assert_eq!(admin.execute(ends, &[&timed.id.uuid()]).await.unwrap(), 1);
    let left = "select count(*)::text from shared.sessions";
    assert_eq!(sweep(&scene).await, 0, "their tokens may still be good");
    assert_eq!(scene.one(left).await, "3");
    scene
        .one(
            "with old as (update shared.sessions set begun_at = now() - interval '25 hours'
                          returning 1) select count(*)::text from old",
        )
        .await;
    assert_eq!(sweep(&scene).await, 2);
    assert_eq!(scene.one(left).await, "1");
    scene.owner("GET", "/v1/stores", Value::Null).await.is("200");
}

#[tokio::test]
async fn a_walk_over_many_sessions_goes_on_where_it_stopped() {
    let scene = Scene::new().await;
    scene
        .one(
            "with many as (
                 insert into shared.sessions (session_id, user_id, begun_at)
                 select gen_random_uuid(), gen_random_uuid(), now() - interval '2 days'
                   from generate_series(1, 24500) returning 1)
             select count(*)::text from many",
        )
        .await;
    let cluster = &scene.platform.app.cluster;
    let mut walk = Walk::default();
    let first = forget::sweep(cluster, &mut walk).await.unwrap();
    assert!((19_999..=20_000).contains(&first), "it is bounded: {first}");
    // A kill loses the place and nothing else: a new walk comes by what is left.
    assert!(forget::sweep(cluster, &mut walk).await.unwrap() >= 4_500);
    assert_eq!(forget::sweep(cluster, &mut Walk::default()).await.unwrap(), 0);
    assert_eq!(scene.one("select count(*)::text from shared.sessions").await, "1");
}

#[tokio::test]
async fn old_links_keys_and_mails_are_forgotten() {
    let scene = Scene::new().await;
    for email in ["old@example.com", "new@example.com"] {
        let body = json!({ "email": email, "role": "staff" });
        scene.owner("POST", "/v1/stores/acme/members", body).await.is("202");
    }
    let headers = [
        ("authorization", format!("Bearer {}", scene.owner.token)),
        ("idempotency-key", "once".to_owned()),
    ];
    let body = json!({ "name": "x", "slug": "bold" }).to_string();
    scene.platform.send("POST", "/v1/stores", &headers, body).await.is("201");
    assert_eq!(sweep(&scene).await, 0);
    let age = "with a as (update shared.invitations set expires_at = now() - interval '31 days'
                           where email = 'old@example.com' returning 1),
                    b as (update shared.outbox set sent_at = now() - interval '31 days'
                           where recipient = 'old@example.com' returning 1),
                    c as (update shared.idempotency_keys set created_at = now() - interval '8 days'
                          returning 1)
               select (select count(*) from a) || ' ' || (select count(*) from b) || ' '
                      || (select count(*) from c)";
    assert_eq!(scene.one(age).await, "1 1 1");
    assert_eq!(sweep(&scene).await, 3);
    let left = "select (select string_agg(email, '') from shared.invitations) || ' '
                       || (select count(*) from shared.idempotency_keys)";
    assert_eq!(scene.one(left).await, "new@example.com 0");
}

#[tokio::test]
async fn a_mail_that_nobody_sends_goes_when_no_link_in_it_is_good() {
    // Nobody empties the outbox here.
    let world = World::new().await;
    let owner = world.database.owner().await;
    let mails = "insert into shared.outbox (id, channel, recipient, subject, body, created_at)
                 select gen_random_uuid(), 'email', days || '@example.com', '', '{}',
                        now() - days * interval '1 day' - interval '1 hour'
                   from unnest(array[0, 13, 14, 40]) as days";
    owner.batch_execute(mails).await.unwrap();
    assert_eq!(forget::sweep(&world.cluster, &mut Walk::default()).await.unwrap(), 2);
    let text = "select string_agg(recipient, ' ' order by recipient) from shared.outbox";
    let left: String = owner.query_one(text, &[]).await.unwrap().get(0);
    assert_eq!(left, "0@example.com 13@example.com");
}
