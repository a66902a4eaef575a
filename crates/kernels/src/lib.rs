//! Numerical kernels: slices and shapes, no physics.
//!
//! Every kernel serves `f32` and `f64` and chooses the widest instruction set of the processor at
//! run time (AVX-512, AVX2 with FMA, or plain). Each output is summed in a fixed order, so results
//! do not depend on the number of threads. This is the only crate with `unsafe` code.

mod curve;
mod elementwise;
mod exponential;
mod lanes;
mod learning_rows;
mod noise;
mod padded;
mod product;
mod real;
mod strip;
#[cfg(test)]
mod test_sets;
mod transfer;

pub use curve::Curve;
#[doc(hidden)]
pub use curve::{BoundNeurons, Constant, N_CONSTANTS, NeuronStep, NeuronStrips, NotedStrips};
pub use elementwise::{add_scaled, all_finite, mix, rate_difference, rates, subtract};
pub use learning_rows::{Bound, Factors, Gains, LearningRows, Role, TailSums};
pub use noise::{NORMALS_PER_DRAW, Normals};
pub use padded::{PADDING, Padded};
pub use product::{Columns, Start, multiply, multiply_transposed, rank_update};
pub use real::Real;
pub use strip::{STRIP, Strip};
pub use transfer::Transfer;

/// The instruction set that the kernels use on this processor.
pub fn instruction_set() -> &'static str {
    struct Name;
    impl pulp::WithSimd for Name {
        type Output = &'static str;

        fn with_simd<S: pulp::Simd>(self, _: S) -> &'static str {
            match S::F32_LANES {
                16 => "AVX-512",
                8 => "AVX2 with FMA",
                4 => "128-bit",
                _ => "plain",
            }
        }
    }
    pulp::Arch::new().dispatch(Name)
}
