//! Numerical kernels: slices and shapes, no physics.
//!
//! Every kernel serves `f32` and `f64` and uses the widest instruction set of the processor
//! (AVX-512, AVX2 with FMA, NEON, or plain), or the one that `APICAL_KERNELS` names. Each output is summed in a fixed order, so results
//! do not depend on the number of threads. This is the only crate with `unsafe` code.

mod active;
mod curve;
mod elementwise;
#[doc(hidden)]
pub mod exponential;
mod helpers;
mod instruction_set;
mod lanes;
mod learning_rows;
mod lockstep;
pub mod meter;
mod noise;
mod padded;
mod product;
mod real;
pub mod roofs;
mod rows;
mod strip;
mod transfer;
mod transposed;

pub use active::Active;
pub use curve::Curve;
#[doc(hidden)]
pub use curve::{InRegisters, Registers, WithCurve};
pub use elementwise::{
    add_scaled, all_finite, mix, rate_difference, rates, rates_of_rows, scaled_product, subtract,
    times_slope,
};
pub use helpers::help_while;
#[doc(hidden)]
pub use helpers::share;
pub use instruction_set::{
    InstructionSet, InstructionSetError, VARIABLE as INSTRUCTION_SET_VARIABLE, dispatch,
};
pub use learning_rows::{Bound, Factors, Gains, LearningRows, Role, TailSums};
pub use lockstep::Lockstep;
#[doc(hidden)]
pub use noise::next_integers;
pub use noise::{NORMALS_PER_DRAW, Normals};
pub use padded::{PADDING, Padded};
pub use product::{Columns, Start, multiply, multiply_transposed, rank_update};
pub use real::Real;
#[doc(hidden)]
pub use real::{Known, OfReal};
pub use rows::copy_rows;
pub use strip::{STRIP, Strip};
pub use transfer::Transfer;
pub use transposed::transposed;
