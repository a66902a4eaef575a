//! What kernels take: calls, time, multiply-adds and bytes, counted while it is asked for.
//!
//! A thread that is not metered pays for a look at a flag. Multiply-adds and bytes are those that the
//! result needs: every operand read once and every result written once, without padding.

use std::cell::{Cell, RefCell};
use std::time::Instant;

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// [`crate::multiply`].
    Multiply,
    /// [`crate::multiply_transposed`].
    MultiplyTransposed,
    /// [`crate::rank_update`].
    RankUpdate,
    /// [`crate::rates`].
    Rates,
    /// Sums and products element by element.
    Elementwise,
    /// What comes before the first step of a presentation in continuous time.
    Onset,
    /// The steps of a presentation; its calls are steps.
    Steps,
    /// What comes after the last one.
    End,
}

impl Kernel {
    /// All.
    pub const ALL: [Self; 8] = [
        Self::Multiply,
        Self::MultiplyTransposed,
        Self::RankUpdate,
        Self::Rates,
        Self::Elementwise,
        Self::Onset,
        Self::Steps,
        Self::End,
    ];

    /// Whether it goes through weights, once: through a matrix of them, or, in a step, through all.
    pub fn is_of_weights(self) -> bool {
        matches!(
            self,
            Self::Multiply | Self::MultiplyTransposed | Self::RankUpdate | Self::Steps
        )
    }

    /// Its name in a profile.
    pub fn name(self) -> &'static str {
        match self {
            Self::Multiply => "multiply",
            Self::MultiplyTransposed => "multiply_transposed",
            Self::RankUpdate => "rank_update",
            Self::Rates => "rates",
            Self::Elementwise => "elementwise",
            Self::Onset => "presentation_onset",
            Self::Steps => "presentation_steps",
            Self::End => "presentation_end",
        }
    }
}

/// What a kernel has done.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Times that it was called.
    pub calls: u64,
    /// Seconds inside.
    pub seconds: f64,
    /// Multiply-adds; of functions that are no sums of products, none.
    pub multiply_adds: f64,
    /// Bytes read and written.
    pub bytes: f64,
}

impl Work {
    /// Adds `other`.
    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.seconds += other.seconds;
        self.multiply_adds += other.multiply_adds;
        self.bytes += other.bytes;
    }
}

/// Of each of [`Kernel::ALL`].
pub type Works = [Work; Kernel::ALL.len()];

/// What is counted of a kernel while it is metered.
#[derive(Clone, Copy)]
struct Count {
    n_timed: u64,
    /// Of those that were timed; seconds are ticks of [`ticks`].
    timed: Work,
}

impl Count {
    const NONE: Self = Self {
        n_timed: 0,
        timed: Work {
            calls: 0,
            seconds: 0.0,
            multiply_adds: 0.0,
            bytes: 0.0,
        },
    };

    /// Of all `n_met`, with ticks of so many seconds; what the clock itself takes is taken off.
    fn work(&self, n_met: u64, per_tick: f64, ticks_of_clock: f64) -> Work {
        let factor = n_met as f64 / self.n_timed.max(1) as f64;
        let ticks = self.timed.seconds - ticks_of_clock * self.n_timed as f64;
        Work {
            calls: (factor * self.timed.calls as f64).round() as u64,
            seconds: factor * per_tick * ticks.max(0.0),
            multiply_adds: factor * self.timed.multiply_adds,
            bytes: factor * self.timed.bytes,
        }
    }
}

thread_local! {
    /// A bit for each kernel that is metered.
    static METERED: Cell<u32> = const { Cell::new(0) };
    /// Of so many times one is timed.
    static ONE_IN: Cell<u32> = const { Cell::new(1) };
    /// Of each kernel, how many times until one is timed.
    static UNTIL: [Cell<u32>; Kernel::ALL.len()] = const { [const { Cell::new(0) }; Kernel::ALL.len()] };
    static COUNTED: RefCell<[Count; Kernel::ALL.len()]> = const { RefCell::new([Count::NONE; Kernel::ALL.len()]) };
}

/// Calls `f` and says what those of `kernels` that this thread called took, other threads' shares of their
/// work included. One in `one_in` is timed, the first, and stands for the others; where these do not all do the
/// same, one that has no divisor in common with how many there are in a minibatch times each of them as often.
pub fn metered<R>(kernels: &[Kernel], one_in: u32, f: impl FnOnce() -> R) -> (R, Works) {
    COUNTED.set([Count::NONE; Kernel::ALL.len()]);
    ONE_IN.set(one_in);
    UNTIL.with(|until| until.iter().for_each(|until| until.set(0)));
    let (since, first) = (Instant::now(), ticks());
    METERED.set(kernels.iter().fold(0, |bits, &kernel| bits | bit(kernel)));
    let result = f();
    METERED.set(0);
    let n_ticks = (ticks() - first).max(1.0);
    let per_tick = since.elapsed().as_secs_f64() / n_ticks;
    let of_clock = ticks_of_clock();
    let works = Kernel::ALL.map(|kernel| {
        let of = COUNTED.with_borrow(|counted| counted[kernel as usize]);
        let until = UNTIL.with(|until| until[kernel as usize].get());
        let n_met = of.n_timed * u64::from(one_in) - u64::from(until);
        of.work(n_met, per_tick, of_clock)
    });
    (result, works)
}

/// Between two looks at the clock with nothing between them.
fn ticks_of_clock() -> f64 {
    let between = (0..16).map(|_| -(ticks() - ticks()));
    between.fold(f64::INFINITY, f64::min).max(0.0)
}

const fn bit(kernel: Kernel) -> u32 {
    1 << kernel as u32
}

/// Runs `f`, which is `kernel` and does `work` (calls, multiply-adds, bytes).
#[doc(hidden)]
#[inline(always)]
pub fn part<R>(kernel: Kernel, work: impl FnOnce() -> (u64, f64, f64), f: impl FnOnce() -> R) -> R {
    let is_metered = METERED.get() & bit(kernel) != 0;
    let since = if is_metered { meet(kernel) } else { None };
    let result = f();
    if let Some(since) = since {
        note(kernel, since, work());
    }
    result
}

/// [`part`] of what has kernels in it: those are not metered apart within, so that all together are never more
/// than the whole.
#[doc(hidden)]
pub fn whole<R>(
    kernel: Kernel,
    work: impl FnOnce() -> (u64, f64, f64),
    f: impl FnOnce() -> R,
) -> R {
    let metered = METERED.get();
    let kept = move || {
        METERED.set(0);
        let result = f();
        METERED.set(metered);
        result
    };
    part(kernel, work, kept)
}

/// The time, where this one is timed.
#[inline(always)]
fn meet(kernel: Kernel) -> Option<f64> {
    UNTIL.with(|until| {
        let until = &until[kernel as usize];
        let n = until.get();
        until.set(if n == 0 { ONE_IN.get() } else { n } - 1);
        (n == 0).then(ticks)
    })
}

#[cold]
fn note(kernel: Kernel, since: f64, (calls, multiply_adds, bytes): (u64, f64, f64)) {
    let seconds = ticks() - since;
    COUNTED.with_borrow_mut(|counted| {
        let of = &mut counted[kernel as usize];
        of.n_timed += 1;
        of.timed.add(Work {
            calls,
            seconds,
            multiply_adds,
            bytes,
        });
    });
}

/// A clock that takes less than a system's own.
#[inline(always)]
fn ticks() -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: every processor of this architecture has it.
        (unsafe { std::arch::x86_64::_rdtsc() }) as f64
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        use std::sync::OnceLock;
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e9
    }
}
