//! The instruction set that the kernels use, chosen once at run time.

use std::cell::Cell;
use std::fmt;
use std::sync::OnceLock;

use pulp::{Scalar, Simd, WithSimd};

/// Name of the environment variable that chooses an instruction set.
pub const VARIABLE: &str = "APICAL_KERNELS";

const AVX2: &str = "AVX2 with FMA";
const AVX512: &str = "AVX-512";
const NEON: &str = "NEON";

/// An instruction set that this processor has. Every kernel is compiled for each.
#[derive(Debug, Clone, Copy)]
pub enum InstructionSet {
    /// Portable code.
    Plain,
    /// AVX2 with FMA, registers of 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2(#[doc(hidden)] pulp::x86::V3),
    /// AVX-512, registers of 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512(#[doc(hidden)] pulp::x86::V4),
    /// NEON, registers of 128 bits.
    #[cfg(target_arch = "aarch64")]
    Neon(#[doc(hidden)] pulp::aarch64::Neon),
}

/// Why an instruction set that was asked for is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionSetError {
    /// What was asked for.
    pub asked: String,
    /// What this processor has.
    pub available: Vec<&'static str>,
    is_known: bool,
}

impl fmt::Display for InstructionSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            asked, available, ..
        } = self;
        match self.is_known {
            true => write!(f, "{VARIABLE}={asked:?}: this processor does not have it")?,
            false => write!(f, "{VARIABLE}={asked:?}: no such instruction set")?,
        }
        let available = available.join(", ");
        write!(
            f,
            "; set it to one of {available}, or unset it for the last of these"
        )
    }
}

impl std::error::Error for InstructionSetError {}

thread_local! {
    static OF_THREAD: Cell<Option<InstructionSet>> = const { Cell::new(None) };
}

impl InstructionSet {
    /// All that this processor has, the fastest last.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(pulp::x86::V3::try_new().map(Self::Avx2));
            all.extend(pulp::x86::V4::try_new().map(Self::Avx512));
        }
        #[cfg(target_arch = "aarch64")]
        all.extend(pulp::aarch64::Neon::try_new().map(Self::Neon));
        all
    }

    /// The name by which `APICAL_KERNELS` chooses it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "neon",
        }
    }

    /// Whether kernels give the same bits on sets of these names, as [`fmt::Display`] writes them: on
    /// every set with fused multiply-adds they do, and only plain code rounds products.
    pub fn same_bits(one: &str, other: &str) -> bool {
        const FUSED: [&str; 3] = [AVX2, AVX512, NEON];
        one == other || (FUSED.contains(&one) && FUSED.contains(&other))
    }

    /// The set named by `APICAL_KERNELS`, or the fastest. The variable is read once.
    ///
    /// # Errors
    /// If the variable names a set that there is not, or that this processor does not have.
    pub fn chosen() -> Result<Self, InstructionSetError> {
        static CHOSEN: OnceLock<Result<InstructionSet, InstructionSetError>> = OnceLock::new();
        CHOSEN
            .get_or_init(|| Self::named(std::env::var_os(VARIABLE).as_deref()))
            .clone()
    }

    /// The set of that name, or the fastest.
    #[doc(hidden)]
    pub fn named(asked: Option<&std::ffi::OsStr>) -> Result<Self, InstructionSetError> {
        let all = Self::all();
        let found = match asked {
            None => all.last(),
            Some(asked) => all.iter().find(|set| asked == set.key()),
        };
        found.copied().ok_or_else(|| {
            let asked = asked.unwrap_or_default().to_string_lossy().into_owned();
            InstructionSetError {
                is_known: ["plain", "avx2", "avx512", "neon"].contains(&asked.as_str()),
                asked,
                available: all.iter().map(|set| set.key()).collect(),
            }
        })
    }

    /// The set that kernels called from this thread use: that of [`InstructionSet::scope`], or the
    /// chosen one.
    ///
    /// # Panics
    /// If there is no chosen one; a program asks [`InstructionSet::chosen`] first.
    #[doc(hidden)]
    #[inline]
    pub fn current() -> Self {
        match OF_THREAD.get() {
            Some(set) => set,
            None => Self::chosen().unwrap_or_else(|error| panic!("{error}")),
        }
    }

    /// Calls `f` with this set in use by kernels that this thread calls.
    pub fn scope<R>(self, f: impl FnOnce() -> R) -> R {
        struct Restore(Option<InstructionSet>);
        impl Drop for Restore {
            fn drop(&mut self) {
                OF_THREAD.set(self.0);
            }
        }
        let _restore = Restore(OF_THREAD.replace(Some(self)));
        f()
    }

    /// Runs `op` compiled for this set.
    #[inline(always)]
    pub fn run<O: WithSimd>(self, op: O) -> O::Output {
        match self {
            Self::Plain => Simd::vectorize(Scalar::new(), op),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => Simd::vectorize(simd, op),
        }
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => AVX2,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => AVX512,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => NEON,
        })
    }
}

/// Runs `op` compiled for the instruction set in use.
#[inline(always)]
pub fn dispatch<O: WithSimd>(op: O) -> O::Output {
    InstructionSet::current().run(op)
}
