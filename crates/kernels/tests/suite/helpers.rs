//! Work that is shared with threads that have nothing else to do.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use apical_kernels::{help_while, share};

/// Runs `work` beside `n` helpers.
pub(crate) fn beside_helpers(n: usize, work: impl FnOnce()) {
    let goes_on = AtomicBool::new(true);
    thread::scope(|threads| {
        let helping = || help_while(|| goes_on.load(Ordering::Relaxed));
        (0..n).for_each(|_| drop(threads.spawn(helping)));
        let ended = catch_unwind(AssertUnwindSafe(work));
        goes_on.store(false, Ordering::Relaxed);
        assert!(ended.is_ok());
    });
}

/// The threads that took part, and how often each of `0..n` was worked on.
fn shared(n: usize, of: usize) -> (HashSet<ThreadId>, Vec<usize>) {
    let at_work = Mutex::new(HashSet::new());
    let counts: Vec<_> = (0..n).map(|_| AtomicUsize::new(0)).collect();
    share(n, of, |range| {
        assert!(range.start.is_multiple_of(of));
        at_work
            .lock()
            .expect("a set")
            .insert(thread::current().id());
        // Time for others to take a part.
        thread::sleep(Duration::from_micros(200));
        for i in range {
            counts[i].fetch_add(1, Ordering::Relaxed);
        }
    });
    let counts = counts.into_iter().map(AtomicUsize::into_inner).collect();
    (at_work.into_inner().expect("a set"), counts)
}

#[test]
fn every_part_is_done_once_by_whoever_is_there() {
    let everyone = Mutex::new(HashSet::new());
    beside_helpers(3, || {
        thread::scope(|threads| {
            for poster in 0..10 {
                let everyone = &everyone;
                threads.spawn(move || {
                    for n in [1, 31, 32, 33, 64, 100 + poster, 500] {
                        let (at_work, counts) = shared(n, 32);
                        assert!(counts.iter().all(|&count| count == 1), "{n}: {counts:?}");
                        everyone.lock().expect("a set").extend(at_work);
                    }
                });
            }
        });
    });
    assert!(everyone.into_inner().expect("a set").len() >= 10);
}

#[test]
fn helpers_take_part_soon_and_alone_nobody_waits() {
    assert_eq!(shared(500, 32).1, [1; 500]);
    beside_helpers(1, || {
        let since = Instant::now();
        // The first work wakes them.
        while shared(500, 32).0.len() < 2 {
            assert!(since.elapsed() < Duration::from_secs(20), "nobody helps");
        }
    });
}

#[test]
fn helpers_do_not_fall_asleep_over_long_work() {
    beside_helpers(1, || {
        let helps_after_long_work = || {
            // One part: nobody can help, and it takes longer than helpers look for work.
            share(32, 32, |_| thread::sleep(Duration::from_millis(20)));
            shared(500, 32).0.len() == 2
        };
        let since = Instant::now();
        while !helps_after_long_work() {
            assert!(since.elapsed() < Duration::from_secs(20), "it sleeps");
        }
    });
}

#[test]
fn a_part_that_panics_is_the_posters_and_the_next_work_goes_on() {
    beside_helpers(2, || {
        let mut n_shared = 0;
        let since = Instant::now();
        while n_shared < 3 && since.elapsed() < Duration::from_secs(20) {
            let broken = catch_unwind(|| {
                share(96, 32, |range| {
                    thread::sleep(Duration::from_micros(200));
                    assert!(range.end < 96, "the last part breaks");
                });
            });
            assert!(broken.is_err());
            let (at_work, counts) = shared(96, 32);
            assert_eq!(counts, [1; 96]);
            n_shared += usize::from(at_work.len() > 1);
        }
        assert_eq!(n_shared, 3, "nobody helps");
    });
}
