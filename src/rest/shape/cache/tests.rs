use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use uuid::Uuid;

use super::kept::{OWN_AGE, PAUSE_LEAST};
use super::*;
use crate::base::id::StoreId;
use crate::db::StoreRef;
use crate::rest::shape::StoreSource;

/// A cache whose readings are counted, and end when they are let.
struct Ground {
    shapes: ShapeCache,
    begun: AtomicUsize,
    may_end: Semaphore,
}

fn source(schema: &str) -> ShapeSource<'_> {
    let store = StoreRef { id: StoreId::from(Uuid::nil()), revision: 1 };
    let store = StoreSource { store, role: "anon", witness: None, fingerprint: None };
    ShapeSource { key: "key", schema, store: Some(store) }
}

impl Ground {
    fn new() -> Self {
        let (shapes, begun) = (ShapeCache::default(), AtomicUsize::new(0));
        Self { shapes, begun, may_end: Semaphore::new(0) }
    }

    /// One whose readings end at once.
    fn open() -> Self {
        let ground = Self::new();
        ground.may_end.add_permits(100);
        ground
    }

    async fn get(&self) -> Arc<Shape> {
        self.get_of("usual", true).await
    }

    /// Asks for a store's shape, which is that of its key or not.
    async fn get_of(&self, schema: &str, is_of_key: bool) -> Arc<Shape> {
        let load = async || {
            self.begun.fetch_add(1, Ordering::SeqCst);
            self.may_end.acquire().await.unwrap().forget();
            Ok(Some(Loaded { shape: Shape::default(), is_of_key }))
        };
        self.shapes.get_by(&source(schema), load).await.unwrap().unwrap()
    }

    /// As if all had been read some time ago.
    fn age(&self, by: Duration) {
        self.shapes.kept().age(by);
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn what_is_being_read_is_not_forgotten() {
    let ground = Ground::new();
    let asked = async {
        for _ in 0..10 {
            // Each has met the shape before, and lacked a name.
            ground.shapes.forget("key");
            tokio::task::yield_now().await;
        }
        assert_eq!(ground.begun(), 1);
        ground.may_end.add_permits(100);
    };
    let forgetful = async || {
        ground.shapes.forget("key");
        ground.get().await
    };
    let (first, second, third, ()) = tokio::join!(forgetful(), forgetful(), forgetful(), asked);
    assert!(Arc::ptr_eq(&first, &second) && Arc::ptr_eq(&first, &third));
    assert_eq!(ground.begun(), 1);
}

#[tokio::test]
async fn it_is_read_again_when_it_has_been_in_use_for_long_enough() {
    let ground = Ground::open();
    ground.get().await;
    ground.shapes.forget("key");
    ground.get().await;
    assert_eq!(ground.begun(), 1, "it was read a moment ago");
    ground.age(PAUSE_LEAST);
    ground.shapes.forget("key");
    ground.get().await;
    ground.shapes.forget("key");
    ground.get().await;
    assert_eq!(ground.begun(), 2, "once");
    // Who clears it knows that it has changed.
    ground.shapes.clear();
    ground.get().await;
    assert_eq!(ground.begun(), 3);
}

#[tokio::test]
async fn a_shape_that_is_not_its_keys_is_one_stores_only() {
    let ground = Ground::open();
    // All ask at once, the one that is not what its row says first.
    let (own, again, usual) = tokio::join!(
        ground.get_of("drifted", false),
        ground.get_of("drifted", false),
        ground.get()
    );
    assert!(Arc::ptr_eq(&own, &again) && !Arc::ptr_eq(&own, &usual));
    assert!(Arc::ptr_eq(&own, &ground.get_of("drifted", false).await));
    assert!(Arc::ptr_eq(&usual, &ground.get().await));
    assert_eq!((ground.begun(), ground.shapes.len()), (2, 2), "each was read once");
}

#[tokio::test]
async fn a_store_that_was_mended_is_among_the_others_again() {
    let ground = Ground::open();
    let own = ground.get_of("drifted", false).await;
    let usual = ground.get().await;
    ground.age(OWN_AGE);
    let new = ground.get_of("drifted", false).await;
    assert!(!Arc::ptr_eq(&own, &new), "it is read again, and still is not what it should be");
    assert_eq!(ground.begun(), 3);
    ground.age(OWN_AGE);
    ground.get_of("drifted", true).await;
    assert!(Arc::ptr_eq(&usual, &ground.get_of("drifted", true).await));
    assert_eq!((ground.begun(), ground.shapes.len()), (4, 1));
}

#[tokio::test]
async fn a_stores_own_shape_ends_with_its_key() {
    let ground = Ground::open();
    ground.get_of("drifted", false).await;
    let migrated = ShapeSource { key: "next", ..source("drifted") };
    let load = async || Ok(Some(Loaded { shape: Shape::default(), is_of_key: true }));
    let shape = ground.shapes.get_by(&migrated, load).await.unwrap().unwrap();
    let other = ShapeSource { key: "next", ..source("usual") };
    let load = async || panic!("it was read");
    let same = ground.shapes.get_by(&other, load).await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&shape, &same));
}
