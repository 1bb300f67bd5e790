//! The REST plane at a store's door, and what a request leaves behind on its connection.

mod refused;
mod shapes;

use souk::base::id::StoreId;
use souk::db::StoreRef;
use souk::queries;
use souk::rest::{Entrance, Plane, Request, Stale, StoreEntrance};

use crate::support::World;
use crate::support::desk::{entrance, get, settings};

queries! {
    /// What a connection of the plane is left as.
    LEFT = "rest_plane.left":
        "select current_user::text as role, current_setting('search_path') as path,
                coalesce(current_setting('request.jwt.claims', true), '') as claims,
                current_setting('timezone') as zone,
                current_setting('statement_timeout') as timeout";
}

#[tokio::test]
async fn a_request_leaves_nothing_on_its_connection() {
    let world = World::with_slots(1).await;
    let plane = Plane::new(world.cluster.clone(), settings());
    let (one, two) = (world.store("one").await, world.store("two").await);
    let left = async || {
        world
            .cluster
            .rest_catalog(async |tx| {
                let row = tx.row(&LEFT, &[]).await?;
                let names = ["role", "path", "claims", "zone", "timeout"];
                names.map(|name| row.get::<String>(name)).into_iter().collect::<Result<Vec<_>, _>>()
            })
            .await
            .unwrap()
    };
    let before = left().await;
    for store in [&one, &two, &one] {
        let door = Entrance::Store(entrance(store));
        for (query, status) in [("select=id", 200), ("select=nosuch", 400), ("id=eq.x", 400)] {
            let answer = souk::rest::answer(&plane, &door, &get("/products", query)).await.unwrap();
            assert_eq!(answer.status, status, "{query}: {}", String::from_utf8_lossy(&answer.body));
            assert_eq!(left().await, before, "after {query}");
        }
    }
    assert_eq!(plane.shapes().len(), 1, "two stores of one fingerprint share a shape");
}

#[tokio::test]
async fn a_store_that_has_moved_on_is_told_of() {
    let world = World::new().await;
    let plane = Plane::new(world.cluster.clone(), settings());
    let store = world.store("acme").await;
    let current = entrance(&store);
    let at = |store: StoreRef| Entrance::Store(StoreEntrance { store, ..current.clone() });
    let known = store.reference();
    let older = at(StoreRef { revision: known.revision - 1, ..known });
    let unknown = at(StoreRef { id: StoreId::new(), ..known });
    let request = get("/products", "select=id");
    assert_eq!(souk::rest::answer(&plane, &older, &request).await, Err(Stale::Changed));
    assert_eq!(souk::rest::answer(&plane, &unknown, &request).await, Err(Stale::Missing));
    assert_eq!(souk::rest::answer(&plane, &at(known), &request).await.unwrap().status, 200);
    // Nor is anybody refused, or told what there is, by what was read before: such an answer needs
    // no statement of its own.
    let unasked = [
        ("GET", "/notes", "select=id", 404),
        ("GET", "/products", "select=notes(id)", 400),
        ("GET", "/products", "order=id.sideways", 400),
        ("POST", "/products", "columns=nosuch", 400),
        ("GET", "/rpc/nosuch", "", 404),
        ("OPTIONS", "/products", "", 200),
        ("OPTIONS", "/", "", 200),
        ("TRACE", "/products", "", 405),
    ];
    for (method, path, query, status) in unasked {
        let request = Request { method: method.to_owned(), ..get(path, query) };
        let answer = async |door| souk::rest::answer(&plane, door, &request).await;
        for moved_on in [&older, &unknown] {
            assert!(answer(moved_on).await.is_err(), "{method} {path}?{query}");
        }
        assert_eq!(answer(&at(known)).await.unwrap().status, status, "{method} {path}?{query}");
    }
}

#[tokio::test]
async fn a_profile_that_is_no_name_of_the_store_is_refused_without_naming_others() {
    let world = World::new().await;
    let plane = Plane::new(world.cluster.clone(), settings());
    let store = world.store("acme").await;
    let other = world.store("other").await;
    let door = Entrance::Store(entrance(&store));
    for (profile, status) in
        [("public", 200), (store.schema.as_str(), 200), (other.schema.as_str(), 406)]
    {
        let headers = vec![("accept-profile".to_owned(), profile.to_owned())];
        let request = Request { headers, ..get("/products", "select=id") };
        let answer = souk::rest::answer(&plane, &door, &request).await.unwrap();
        assert_eq!(answer.status, status, "{profile}");
    }
}
