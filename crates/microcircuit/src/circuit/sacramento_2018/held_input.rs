//! The first layer's basal dendrites, while input rates stay as they are.
//!
//! With r_0 constant and no filter on plasticity, W_10 changes by Σ_b c_b r_0,bᵀ, where c_b sums the
//! postsynaptic factors of copy b. So W_10 r_0 is formed once, every step adds the products of c
//! with r_0ᵀ r_0, and W_10 is written once. This is exact.

use apical_kernels::{Columns, Padded, Real, Start, multiply, multiply_transposed, rank_update};

/// Products with input rates that stay.
pub(crate) struct HeldInput<T> {
    /// W_10 r_0 at the beginning, a row per copy.
    at_onset: Padded<T>,
    /// r_0,a · r_0,b.
    gram: Padded<T>,
    /// c, a row per copy; absent while the layer does not learn.
    learned: Option<Padded<T>>,
}

impl<T: Real> HeldInput<T> {
    /// Holds `inputs`, silent outside `columns`.
    pub(crate) fn new(
        inputs: &Padded<T>,
        columns: Columns<'_>,
        weights: [Option<&Padded<T>>; 2],
        learns: bool,
    ) -> Self {
        let n_copies = inputs.rows();
        let n = weights.iter().flatten().map(|w| w.cols()).max();
        let mut at_onset = Padded::zeros(n_copies, n.unwrap_or(0));
        for w in weights.into_iter().flatten() {
            multiply(inputs, columns, w, Start::Output, &mut at_onset);
        }
        let mut gram = Padded::zeros(n_copies, n_copies);
        if learns {
            multiply_transposed(inputs, inputs, &mut gram);
        }
        let learned = learns.then(|| Padded::zeros(n_copies, at_onset.cols()));
        Self {
            at_onset,
            gram,
            learned,
        }
    }

    /// out = W_10 r_0 of now + `threshold`.
    pub(crate) fn drive(&self, thresholds: [Option<&Padded<T>>; 2], out: &mut Padded<T>) {
        out.values_mut().copy_from_slice(self.at_onset.values());
        for threshold in thresholds.into_iter().flatten() {
            for b in 0..out.rows() {
                let pairs = out.row_mut(b).iter_mut().zip(threshold.row(0));
                pairs.for_each(|(v, &b)| *v += b);
            }
        }
        if let Some(learned) = &self.learned {
            multiply(&self.gram, Columns::All, learned, Start::Output, out);
        }
    }

    /// Adds `post`, already times η dt / n_samples.
    pub(crate) fn learn(&mut self, post: &Padded<T>) {
        if let Some(learned) = &mut self.learned {
            let pairs = learned.values_mut().iter_mut().zip(post.values());
            pairs.for_each(|(c, &post)| *c += post);
        }
    }

    /// Writes what was learned.
    pub(crate) fn write(self, inputs: &Padded<T>, columns: Columns<'_>, weights: &mut Padded<T>) {
        if let Some(learned) = &self.learned {
            rank_update(inputs, columns, learned, weights);
        }
    }
}
