//! How many stores a person may own, whichever way they come to own them.

use serde_json::{Value, json};
use souk::stores::members::Owner;
use souk::stores::{Actor, Error, NewStore, provision};

use super::Scene;
use crate::support::client::Person;

/// Somebody who owns as many stores as one may without a better plan.
async fn full(scene: &Scene) -> Person {
    let person = scene.platform.sign_up("", "full@example.com").await;
    for slug in ["one-1", "two-2", "three-3"] {
        scene.platform.open_store(&person, slug).await;
    }
    person
}

async fn owned(scene: &Scene, person: &Person) -> String {
    let text = format!(
        "select count(*)::text from shared.members where role = 'owner' and user_id = '{}'",
        person.id
    );
    scene.one(&text).await
}

#[tokio::test]
async fn nobody_owns_more_stores_than_their_plan_allows() {
    let scene = Scene::new().await;
    let person = full(&scene).await;
    let body = json!({ "name": "x", "slug": "four-4" });
    scene.by(&person, "POST", "/v1/stores", body).await.is("403 plan_limit");

    let members = "/v1/stores/acme/members";
    let owner = json!({ "email": person.email, "role": "owner" });
    scene.owner("POST", members, owner.clone()).await.is("403 plan_limit");
    let admin = json!({ "email": person.email, "role": "admin" });
    scene.owner("POST", members, admin).await.is("201");
    let one = format!("{members}/{}", person.id);
    scene.owner("PATCH", &one, json!({ "role": "owner" })).await.is("403 plan_limit");
    assert_eq!(owned(&scene, &person).await, "3");
    // Who owns it already is asked for no further place.
    let own = format!("/v1/stores/one-1/members/{}", person.id);
    scene.by(&person, "PATCH", &own, json!({ "role": "owner" })).await.is("200");

    // A store that brings a better plan with it has room for its owner.
    scene
        .one("update shared.stores set plan = 'professional' where slug = 'acme' returning slug")
        .await;
    scene.owner("PATCH", &one, json!({ "role": "owner" })).await.is("200");
    assert_eq!(owned(&scene, &person).await, "4");
}

#[tokio::test]
async fn two_stores_that_share_an_owner_at_once_stay_within_the_plan() {
    let scene = Scene::new().await;
    scene.platform.open_store(&scene.owner, "bold").await;
    let person = scene.platform.sign_up("", "nearly@example.com").await;
    for slug in ["one-1", "two-2"] {
        scene.platform.open_store(&person, slug).await;
    }
    let add = async |slug: &str| {
        let body = json!({ "email": person.email, "role": "owner" });
        scene.owner("POST", &format!("/v1/stores/{slug}/members"), body).await.told()
    };
    let new = async || {
        let body = json!({ "name": "x", "slug": "three-3" });
        scene.by(&person, "POST", "/v1/stores", body).await.told()
    };
    let (one, two, three) = tokio::join!(add("acme"), add("bold"), new());
    let mut told = [one, two, three];
    told.sort();
    assert_eq!(told, ["201", "403 plan_limit", "403 plan_limit"]);
    assert_eq!(owned(&scene, &person).await, "3");
}

#[tokio::test]
async fn an_invitation_to_own_a_store_waits_until_there_is_room() {
    let scene = Scene::new().await;
    for (slug, role) in [("acme", "owner"), ("bold", "staff")] {
        if slug == "bold" {
            scene.platform.open_store(&scene.owner, slug).await;
        }
        let body = json!({ "email": "late@example.com", "role": role });
        scene.owner("POST", &format!("/v1/stores/{slug}/members"), body).await.is("202");
    }
    // Begun at a store, the account is nobody's invitation yet.
    let person = scene.platform.sign_up("/s/acme", "late@example.com").await;
    let owner = scene.platform.sign_up("", "other@example.com").await;
    for slug in ["one-1", "two-2", "three-3"] {
        scene.platform.open_store(&owner, slug).await;
    }
    let move_over = format!(
        "with moved as (update shared.members set user_id = '{}' where user_id = '{}' returning 1)
         select count(*)::text from moved",
        person.id, owner.id
    );
    assert_eq!(scene.one(&move_over).await, "3");

    let person = scene.platform.sign_in("", "late@example.com").await;
    scene.by(&person, "GET", "/v1/stores/bold", Value::Null).await.is("200");
    scene.by(&person, "GET", "/v1/stores/acme", Value::Null).await.is("404 store_not_found");
    scene.by(&person, "DELETE", "/v1/stores/one-1", Value::Null).await.is("200");
    let person = scene.platform.sign_in("", "late@example.com").await;
    scene.by(&person, "GET", "/v1/stores/acme", Value::Null).await.is("200");
}

#[tokio::test]
async fn the_operator_obeys_the_plan_unless_told_otherwise() {
    let scene = Scene::new().await;
    let person = full(&scene).await;
    let make = async |slug: &str, owner: Owner| {
        let new = NewStore::parse(slug, slug, None, None, None).unwrap();
        let world = &scene.world;
        provision(&world.cluster, &world.filler, &new, &owner, &Actor::cli(), None).await
    };
    let refused = make("four-4", Owner::Email(person.email.clone())).await;
    assert!(matches!(refused, Err(Error::PlanLimit { stores_max: 3 })), "{refused:?}");
    make("four-4", Owner::Exempt(person.email.clone())).await.unwrap();
    assert_eq!(owned(&scene, &person).await, "4");
    // An address without an account is invited.
    make("five-5", Owner::Email("new@example.com".into())).await.unwrap();
    let kept = "select coalesce(expires_at::text, 'never') from shared.invitations";
    assert_eq!(scene.one(kept).await, "never");
}

#[tokio::test]
async fn a_store_whose_owner_s_account_is_deleted_gets_another() {
    let scene = Scene::new().await;
    let heir = scene.member("staff").await;
    let secret = scene.platform.secret().to_owned();
    let headers = [("apikey", secret.clone()), ("authorization", format!("Bearer {secret}"))];
    let path = format!("/auth/v1/admin/users/{}", scene.owner.id);
    scene.platform.send("DELETE", &path, &headers, String::new()).await.is("200");

    let owner = |email: &str| Owner::Email(email.to_owned());
    let appoint = async |owner: Owner| {
        let address = souk::stores::Address::parse("acme").unwrap();
        let cluster = &scene.platform.app.cluster;
        cluster
            .shared_tx(None, async |tx| {
                let store = souk::stores::access::find(tx, &address).await?;
                souk::stores::members::appoint(tx, &store, &owner, &Actor::cli()).await
            })
            .await
    };
    let nobody = appoint(owner("nobody@example.com")).await;
    assert!(matches!(nobody, Err(Error::NoSuchUser)), "{nobody:?}");
    let no_address = appoint(owner("nobody")).await;
    assert!(matches!(no_address, Err(Error::Email)), "{no_address:?}");
    let person = full(&scene).await;
    let refused = appoint(owner(&person.email)).await;
    assert!(matches!(refused, Err(Error::PlanLimit { .. })), "{refused:?}");

    assert_eq!(appoint(owner(&heir.email)).await.unwrap().user, heir.id);
    let members = scene.by(&heir, "GET", "/v1/stores/acme/members", Value::Null).await.is("200");
    assert_eq!(members["members"].as_array().unwrap().len(), 1, "{members}");
    assert_eq!(members["members"][0]["role"], "owner");
    let audit = scene.by(&heir, "GET", "/v1/audit?store=acme", Value::Null).await.is("200");
    assert!(audit.to_string().contains("member.appointed"), "{audit}");
    // One who is well stays beside the next.
    appoint(Owner::Exempt(person.email.clone())).await.unwrap();
    let owners = "select count(*)::text from shared.members m join shared.stores s
                      on s.id = m.store_id where s.slug = 'acme' and m.role = 'owner'";
    assert_eq!(scene.one(owners).await, "2");
}
