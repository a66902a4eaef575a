//! Feedback that learns to predict the layer from the one above (eq. 10):
//!
//! ΔW_{k,k+1} = η_{k,k+1} (φ(u_k) − φ(v̂_TD,k)) r_{k+1}ᵀ, v̂_TD,k = W_{k,k+1} r_{k+1}
//!
//! It learns an inverse of the forward weights and not their transpose. Source: Sacramento et al.
//! (2018), eq. 10.

use apical_kernels::{Padded, Real, rates};

use super::fixed;
use super::kind::Sizes;
use super::rule::{Between, FeedbackKind, FeedbackRule, Keys, Signal, Signals};
use crate::table::{ConnectionId, Table};

/// Eq. 10.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedEq10 {
    sizes: Sizes,
    /// η_{k,k+1} of hidden layers at index `k − 1`.
    rates: Vec<f64>,
}

impl FeedbackRule for LearnedEq10 {
    fn named(keys: Keys<'_>, sizes: &Sizes, rates: &[f64]) -> Option<Self> {
        (keys.kind == FeedbackKind::Random).then(|| Self {
            sizes: sizes.clone(),
            rates: rates.to_vec(),
        })
    }

    fn connect(&self, table: &mut Table, between: Between) -> ConnectionId {
        let rate = self.rates[between.to.layer - 1];
        table.push(fixed::drawn(between, &self.sizes, rate))
    }

    /// All local: the synapse's two rates, and the potential of the apical branch that it sits on.
    fn needs(&self) -> &'static [Signal] {
        &[
            Signal::PresynapticRate,
            Signal::PostsynapticRate,
            Signal::OwnPotential,
        ]
    }

    /// φ(u_k) − φ(v̂_TD,k), and r_{k+1}.
    fn factors<T: Real>(
        &self,
        of: Signals<'_, T>,
        scale: T,
        pre: &mut Padded<T>,
        post: &mut Padded<T>,
    ) {
        pre.values_mut().copy_from_slice(of.arriving.values());
        for b in 0..post.rows() {
            rates(of.transfer, of.received.row(b), post.row_mut(b));
        }
        let pairs = post.values_mut().iter_mut().zip(of.rate.values());
        for (post, &rate) in pairs {
            *post = scale * (rate - *post);
        }
    }
}
