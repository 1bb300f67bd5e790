//! Which slot a store is given, without a server: places in queues are taken, connections are not.

use std::collections::HashSet;
use std::time::Instant;

use tokio_postgres::Config;

use super::*;
use crate::db::connection::Dialer;
use crate::db::tls::Tls;

fn pool(slots: usize) -> Pool {
    let dialer = Dialer::new(Config::new(), &Tls::disabled());
    let handling = (&PoolConfig::default(), Duration::from_secs(10));
    Pool::new(Ways::Shared(Box::new(dialer)), slots, handling, None)
}

/// Takes a place for a store, as a request does, and has its connection touch it.
fn take(pool: &Pool, store: StoreId) -> Place {
    let slot = pool.choose(store);
    let place = Place::take(pool, slot, Work::Store(store)).expect("there is a place");
    pool.slot(slot).admit(Work::Store(store), usize::MAX);
    place
}

#[test]
fn stores_are_spread_over_the_slots_and_each_stays_with_its_own() {
    let pool = pool(8);
    let stores: Vec<StoreId> = (0..800).map(|_| StoreId::new()).collect();
    let mut counts = [0; 8];
    for store in &stores {
        let first = take(&pool, *store).slot;
        assert_eq!(first, pool.ranks(*store)[0]);
        assert_eq!(take(&pool, *store).slot, first, "it is known there");
        counts[first] += 1;
    }
    assert!(counts.iter().all(|count| (60..140).contains(count)), "{counts:?}");
}

#[test]
fn a_free_slot_is_not_taken_by_a_store_that_it_does_not_know() {
    let (pool, store) = (pool(8), StoreId::new());
    let ranks = pool.ranks(store);
    assert_eq!(ranks.iter().collect::<HashSet<_>>().len(), RANKS);
    let running = take(&pool, store);
    assert_eq!(running.slot, ranks[0]);
    // One is served, nobody waits: the next one waits there, though seven slots are free.
    let waiting = take(&pool, store);
    assert_eq!(waiting.slot, ranks[0]);
    // Now it has a queue, and the second rank is idle: that one knows the store from then on.
    let second = take(&pool, store);
    assert_eq!(second.slot, ranks[1]);
    // Both know it: the least busy. The third rank is never asked by this rule.
    let third = take(&pool, store);
    assert_eq!(third.slot, ranks[1]);
    let more: Vec<Place> = (0..20).map(|_| take(&pool, store)).collect();
    assert!(more.iter().all(|place| place.slot != ranks[2]));
    drop((running, waiting, second, third, more));
    assert_eq!(take(&pool, store).slot, ranks[0], "the first of those that are as idle");
}

#[test]
fn a_store_waits_behind_others_unless_they_are_many() {
    let (pool, store) = (pool(8), StoreId::new());
    let ranks = pool.ranks(store);
    let others = |count: usize| -> Vec<Place> {
        let place = |_| Place::take(&pool, ranks[0], Work::Store(StoreId::new()));
        (0..count).map(|nth| place(nth).expect("there is a place")).collect()
    };
    let few = others(4);
    assert_eq!(pool.choose(store), ranks[0], "a first touch elsewhere takes longer than they do");
    let one_more = others(1);
    assert_eq!(pool.choose(store), ranks[1]);
    drop(one_more);
    assert_eq!(pool.choose(store), ranks[0]);
    // Its own requests are many: it is worth a second connection.
    drop(few);
    let _own = [take(&pool, store), take(&pool, store)];
    assert_eq!(pool.choose(store), ranks[1]);
}

#[test]
fn a_connection_that_is_held_for_long_is_not_waited_for() {
    let (pool, store) = (pool(8), StoreId::new());
    let ranks = pool.ranks(store);
    let _importing = take(&pool, store);
    pool.slot(ranks[0]).begin_hold(Instant::now() - Duration::from_secs(1));
    let other = take(&pool, store);
    assert_eq!(other.slot, ranks[1], "it would have been the next after the long one");
    // Those who do not hold it end nothing.
    drop(other);
    assert_eq!(pool.choose(store), ranks[1]);
    pool.slot(ranks[0]).end_hold();
    assert_eq!(pool.choose(store), ranks[1], "both know the store, and the other one is idle");
    pool.slot(ranks[0]).begin_hold(Instant::now());
    let short = take(&pool, StoreId::new());
    drop(short);
    // Where all ranks are held for long, the queue is as it was.
    for rank in &ranks {
        pool.slot(*rank).begin_hold(Instant::now() - Duration::from_secs(1));
    }
    assert!(ranks.contains(&pool.choose(store)));
}

#[test]
fn a_busy_second_rank_takes_nothing_over() {
    let (pool, store) = (pool(2), StoreId::new());
    let ranks = pool.ranks(store);
    let _other = Place::take(&pool, ranks[1], Work::Elsewhere).expect("there is a place");
    let places: Vec<Place> = (0..5).map(|_| take(&pool, store)).collect();
    assert!(places.iter().all(|place| place.slot == ranks[0]));
}

#[test]
fn one_store_holds_half_of_a_queue_and_a_full_one_refuses_everybody() {
    let (pool, store) = (pool(1), StoreId::new());
    let work = Work::Store(store);
    let mut places: Vec<Place> = Vec::new();
    for _ in 0..32 {
        places.push(Place::take(&pool, 0, work).expect("there is a place"));
    }
    assert!(matches!(Place::take(&pool, 0, work), Err(Error::Overloaded)));
    for _ in 0..32 {
        places.push(Place::take(&pool, 0, Work::Store(StoreId::new())).expect("there is a place"));
    }
    for work in [Work::Store(StoreId::new()), Work::Elsewhere] {
        assert!(matches!(Place::take(&pool, 0, work), Err(Error::Overloaded)));
    }
    assert_eq!(pool.figures().shed, 3);
    places.clear();
    assert_eq!(pool.slot(0).load(), 0);
    assert!(!pool.slot(0).knows(store), "who only waited left nothing");
}

#[test]
fn a_full_connection_serves_what_it_knows_and_nothing_new() {
    let slot = Slot::default();
    let stores: Vec<StoreId> = (0..4).map(|_| StoreId::new()).collect();
    for store in &stores[..3] {
        assert_eq!(slot.admit(Work::Store(*store), 3), Admitted::Cold);
    }
    assert_eq!(slot.admit(Work::Store(stores[0]), 3), Admitted::Warm);
    assert_eq!(slot.admit(Work::Store(stores[3]), 3), Admitted::Full);
    assert_eq!(slot.admit(Work::Schema, 3), Admitted::Full);
    assert_eq!(slot.admit(Work::Elsewhere, 3), Admitted::Elsewhere);
    slot.begin_anew(&stores[..1]);
    assert_eq!(slot.touched(), 1);
    assert_eq!(slot.admit(Work::Store(stores[0]), 3), Admitted::Warm);
    assert_eq!(slot.admit(Work::Store(stores[1]), 3), Admitted::Cold);
}

#[test]
fn the_census_counts_each_store_once_for_two_periods() {
    let census = Census::new(Duration::from_secs(3_600));
    let stores: Vec<StoreId> = (0..5).map(|_| StoreId::new()).collect();
    for store in stores.iter().chain(&stores[..2]) {
        census.saw(*store);
    }
    assert_eq!(census.count(), 5);
    let short = Census::new(Duration::ZERO);
    for store in &stores {
        short.saw(*store);
    }
    assert_eq!(short.count(), 2, "a period ends with each");
}
