use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use super::*;

/// A cache whose readings are counted, and end when they are let.
struct Ground {
    shapes: ShapeCache,
    begun: AtomicUsize,
    may_end: Semaphore,
}

impl Ground {
    fn new() -> Self {
        let (shapes, begun) = (ShapeCache::default(), AtomicUsize::new(0));
        Self { shapes, begun, may_end: Semaphore::new(0) }
    }

    async fn get(&self) -> Arc<Shape> {
        let load = async {
            self.begun.fetch_add(1, Ordering::SeqCst);
            self.may_end.acquire().await.unwrap().forget();
            Ok(Some(Shape::default()))
        };
        self.shapes.read_once(&self.shapes.place("key"), load).await.unwrap().unwrap()
    }

    /// As if the shape had been read some time ago.
    fn age(&self, by: Duration) {
        let mut kept = self.shapes.kept();
        let cell = kept.cells.get_mut("key").unwrap();
        let reading = Arc::get_mut(&mut cell.place).unwrap().get_mut().unwrap();
        reading.ended = reading.ended.checked_sub(by).unwrap();
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
    let ground = Ground::new();
    ground.may_end.add_permits(100);
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

#[test]
fn a_shape_that_takes_long_to_read_is_read_seldom() {
    let ended = Instant::now();
    let reading = |took: Duration| Reading { shape: Arc::default(), ended, took };
    for (took_ms, pause_ms) in [(0, 1_000), (100, 1_000), (101, 1_010), (30_000, 300_000)] {
        let reading = reading(Duration::from_millis(took_ms));
        assert!(!reading.is_old(ended), "its age begins when it was read");
        assert!(!reading.is_old(ended + Duration::from_millis(pause_ms - 1)), "{took_ms}");
        assert!(reading.is_old(ended + Duration::from_millis(pause_ms)), "{took_ms}");
    }
}
