//! Backpropagation on candle: the multilayer perceptron that the circuits are measured against, its
//! controls, and the exact reference gradient; and the same perceptron on the circuits' own kernels.
//!
//! candle's autograd does the backward pass. What surrounds it is made to be a fast baseline: layers
//! and transfer functions are single operations of the graph, the weight gradients are handed over
//! without candle's temporaries, and weights change in place. Matrix products run on one thread,
//! whatever the number of processors ([`keep_to_one_thread`]).

mod convert;
mod feedback_alignment;
pub mod kind;
mod labels;
mod loss;
mod mlp;
mod on_kernels;
mod operation;
mod optimiser;
mod parameters;
mod reference;
mod single_layer;
mod spec;
mod threads;

pub use feedback_alignment::{FeedbackAlignment, Route};
pub use mlp::Mlp;
pub use on_kernels::{KernelBackprop, State};
pub use reference::CandleReference;
pub use single_layer::single_layer;
pub use spec::{
    BackpropSpec, FeedbackAlignmentSpec, Flavour, Frozen, KernelBackpropSpec, Optimiser,
    SingleLayerSpec,
};
pub use threads::keep_to_one_thread;
