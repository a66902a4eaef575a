//! Threads that have nothing to do of their own help others with large products.
//!
//! Work is posted in one of a few places, in parts that write nothing in common. Whoever posted it and the
//! helpers take part after part until none is left, and it is done when all parts are. A helper looks for work
//! without pause as long as somebody is at some or was lately, as waking a thread takes longer than a product; else
//! it sleeps and looks once in a while. Which thread does a part never changes a bit.

use std::cell::UnsafeCell;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// As many threads can have work posted at a time; the work of others is not shared.
const N_PLACES: usize = 8;
/// How long a helper looks for work without pause.
const AWAKE: Duration = Duration::from_millis(2);
/// How long it sleeps then.
const ASLEEP: Duration = Duration::from_millis(1);
/// Looks between two at the clock, or before another thread may have the processor.
const LOOKS: usize = 64;

static PLACES: [Place; N_PLACES] = [const { Place::new() }; N_PLACES];
/// Helpers that are awake.
static N_AWAKE: AtomicUsize = AtomicUsize::new(0);
/// How often there was work to share, whether or not anybody was awake.
static N_POSTED: AtomicU64 = AtomicU64::new(0);
/// Threads that are at such work: it may take them long, and more will come.
static N_AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// A part of some work: its number.
type Work<'a> = dyn Fn(usize) + Sync + 'a;

/// Where work is posted. All on a cache line of its own.
#[repr(align(128))]
struct Place {
    is_taken: AtomicBool,
    /// Which work, in 32 bits; its number of parts and the next of them, in 16 each.
    parts: AtomicU64,
    n_done: AtomicUsize,
    is_broken: AtomicBool,
    work: UnsafeCell<Option<*const Work<'static>>>,
}

// SAFETY: `work` is written by the thread that took the place, before it says in `parts` that there are some,
// and read by those that got one of them, before they count it as done, on which that thread waits.
unsafe impl Sync for Place {}

impl Place {
    const fn new() -> Self {
        Self {
            is_taken: AtomicBool::new(false),
            parts: AtomicU64::new(0),
            n_done: AtomicUsize::new(0),
            is_broken: AtomicBool::new(false),
            work: UnsafeCell::new(None),
        }
    }

    /// The next part that nobody has taken, now the caller's.
    fn take(&self) -> Option<usize> {
        let mut now = self.parts.load(Ordering::Acquire);
        loop {
            let (n, next) = ((now >> 16) & 0xffff, now & 0xffff);
            if next >= n {
                return None;
            }
            let taken =
                self.parts
                    .compare_exchange_weak(now, now + 1, Ordering::AcqRel, Ordering::Acquire);
            match taken {
                Ok(_) => return Some(next as usize),
                Err(other) => now = other,
            }
        }
    }

    /// Does parts until none is left; whether there was one.
    fn work(&self) -> bool {
        let mut has_worked = false;
        while let Some(part) = self.take() {
            has_worked = true;
            let done = Done(self);
            // SAFETY: who posted the work waits for this part, which `done` counts when it is dropped.
            let work = unsafe { &*(*self.work.get()).expect("work is there before its parts") };
            work(part);
            drop(done);
        }
        has_worked
    }

    fn post(&self, n_parts: usize, work: &Work<'_>) {
        // SAFETY: a lifetime alone is changed. `Posted` sees to it that nobody has the work any more when this
        // function returns, also where it panics.
        let work = unsafe { std::mem::transmute::<*const Work<'_>, *const Work<'static>>(work) };
        // SAFETY: the place is this thread's, and no part is left of what was there.
        unsafe { *self.work.get() = Some(work) };
        self.n_done.store(0, Ordering::Relaxed);
        self.is_broken.store(false, Ordering::Relaxed);
        let which = (self.parts.load(Ordering::Relaxed) >> 32).wrapping_add(1);
        let parts = (which << 32) | ((n_parts as u64) << 16);
        let posted = Posted(self, n_parts);
        self.parts.store(parts, Ordering::Release);
        self.work();
        drop(posted);
        assert!(
            !self.is_broken.load(Ordering::Relaxed),
            "a part of a product panicked"
        );
    }
}

/// A part that is being done.
struct Done<'a>(&'a Place);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.is_broken.store(true, Ordering::Relaxed);
        }
        self.0.n_done.fetch_add(1, Ordering::Release);
    }
}

/// Work of so many parts, of which some may be others'.
struct Posted<'a>(&'a Place, usize);

impl Drop for Posted<'_> {
    fn drop(&mut self) {
        let Self(place, n_parts) = *self;
        // Where the own part panicked, the parts that nobody has taken are no longer done.
        while place.take().is_some() {
            place.n_done.fetch_add(1, Ordering::Relaxed);
        }
        let mut n_looks = 0;
        while place.n_done.load(Ordering::Acquire) < n_parts {
            pause(&mut n_looks);
        }
    }
}

/// A moment between two looks; now and then another thread may have the processor.
fn pause(n_looks: &mut usize) {
    *n_looks += 1;
    if n_looks.is_multiple_of(LOOKS) {
        std::thread::yield_now();
    } else {
        std::hint::spin_loop();
    }
}

/// Helps other threads with their products as long as `goes_on` says so, which is asked about once in a
/// millisecond or more often. For threads that have nothing else to do.
pub fn help_while(goes_on: impl Fn() -> bool) {
    let mut n_posted = 0;
    while goes_on() {
        let now = N_POSTED.load(Ordering::Relaxed);
        if now == n_posted {
            std::thread::sleep(ASLEEP);
            continue;
        }
        stay_awake(&goes_on);
        n_posted = N_POSTED.load(Ordering::Relaxed);
    }
}

/// Helps until there has been no work for a while.
fn stay_awake(goes_on: &impl Fn() -> bool) {
    let _awake = Counted::by(&N_AWAKE);
    let (mut since, mut n_looks) = (Instant::now(), 0);
    loop {
        // Where a part panics, it is who posted it that says so.
        let look = || PLACES.iter().any(Place::work);
        let has_worked = catch_unwind(look).unwrap_or(true);
        if has_worked {
            since = Instant::now();
        } else {
            pause(&mut n_looks);
            if N_AT_WORK.load(Ordering::Relaxed) > 0 {
                since = Instant::now();
            }
            let is_time = n_looks.is_multiple_of(LOOKS) && since.elapsed() > AWAKE;
            if is_time || !goes_on() {
                return;
            }
        }
    }
}

/// Counts a thread as long as it lives.
struct Counted(&'static AtomicUsize);

impl Counted {
    fn by(count: &'static AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Calls `f` with ranges that together are `0..n`, each beginning at a multiple of `of`: one for this thread
/// and one for every helper that is awake.
///
/// # Panics
/// If `f` does.
#[doc(hidden)]
pub fn share(n: usize, of: usize, f: impl Fn(std::ops::Range<usize>) + Sync) {
    N_POSTED.fetch_add(1, Ordering::Relaxed);
    let _at_work = Counted::by(&N_AT_WORK);
    let n_blocks = n.div_ceil(of);
    let n_parts = (N_AWAKE.load(Ordering::Relaxed) + 1)
        .min(n_blocks)
        .min(0xffff);
    let is_free = |place: &&Place| !place.is_taken.swap(true, Ordering::Acquire);
    let place = match n_parts {
        0 | 1 => None,
        _ => PLACES.iter().find(is_free),
    };
    let Some(place) = place else {
        return f(0..n);
    };
    let _taken = Taken(place);
    place.post(n_parts, &|part| {
        let at = |part: usize| (part * n_blocks / n_parts * of).min(n);
        f(at(part)..at(part + 1));
    });
}

/// A place that is this thread's.
struct Taken<'a>(&'a Place);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.is_taken.store(false, Ordering::Release);
    }
}
