//! The instruction sets that this processor has, for tests.

use pulp::{Simd, WithSimd};

#[derive(Debug, Clone, Copy)]
pub(crate) enum InstructionSet {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
}

impl InstructionSet {
    pub(crate) fn all() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        return [Self::Plain]
            .into_iter()
            .chain(pulp::x86::V3::try_new().map(Self::Avx2))
            .chain(pulp::x86::V4::try_new().map(Self::Avx512))
            .collect();
        #[cfg(not(target_arch = "x86_64"))]
        vec![Self::Plain]
    }

    pub(crate) fn run<O: WithSimd>(self, op: O) -> O::Output {
        match self {
            Self::Plain => pulp::Scalar::new().vectorize(op),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => Simd::vectorize(simd, op),
        }
    }
}
