//! A hidden layer's synapses with the layer above and with its interneurons.

mod bound;

use apical_kernels::{LearningRows, Padded, Real, Role, Strip};

use super::super::super::Weights;
use super::super::ContinuousParameters;
use super::super::plasticity::Learning;
use super::neurons::{Neurons, Place};

pub(super) use bound::BoundHidden;

/// All matrices have a row per neuron above and a column per pyramidal neuron of the layer, so that
/// registers run along the layer whether it is pre- or postsynaptic.
pub(super) struct Hidden<T> {
    /// W_{k+1,k}.
    forward: LearningRows<T>,
    /// W^IP_k; absent where interneurons are ideal.
    interneuron_from_pyramidal: Option<LearningRows<T>>,
    /// W_{k,k+1}.
    feedback: LearningRows<T>,
    /// W^PI_k.
    pyramidal_from_interneuron: LearningRows<T>,
    /// v̂_TD,k and the factors of two events, where top-down weights learn.
    top_down: Strip<T>,
    /// φ(v̂_TD,k).
    predicted: Strip<T>,
    top_down_post: [Strip<T>; 2],
    /// c_k.
    self_predicting_factor: T,
    rates: Rates,
    places: Places,
}

/// Learning rates of a layer's connections.
struct Rates {
    forward: f64,
    interneuron: f64,
    feedback: f64,
    apical: f64,
}

/// Where the layer, the one above and its interneurons stand.
struct Places {
    own: Place,
    above: Place,
    interneurons: Place,
}

/// Weights, increments and filter of one connection.
type Parts<'a, T> = [Option<&'a Vec<Padded<T>>>; 3];

impl<T: Real> Hidden<T> {
    /// Layer `k` of `weights`; connections learn where `learning` is given and their rate is not 0.
    pub(super) fn new(
        p: &ContinuousParameters,
        weights: &Weights<T>,
        learning: Option<&Learning<T>>,
        k: usize,
        all: &Neurons<T>,
    ) -> Self {
        let (a, d) = (
            learning.map(|own| &own.accumulated),
            learning.map(|own| &own.filter),
        );
        let n = weights.sizes()[k];
        let rates = Rates {
            forward: p.rates.forward[k],
            interneuron: p.rates.interneuron[k - 1],
            feedback: p.rates.feedback[k - 1],
            apical: p.rates.apical[k - 1],
        };
        let places = Places {
            own: all.pyramidal[k - 1].clone(),
            above: all.pyramidal[k].clone(),
            interneurons: all.interneurons[k - 1].clone(),
        };
        let offset = places.above.offset();
        let of_interneurons = places.interneurons.offset();
        let parts = |field: fn(&Weights<T>) -> Option<&Vec<Padded<T>>>| -> Parts<'_, T> {
            [field(weights), a.and_then(field), d.and_then(field)]
        };
        let forward = parts(|w| Some(&w.forward));
        let interneuron = parts(|w| w.interneuron_from_pyramidal.as_ref());
        let feedback = parts(|w| w.feedback.as_ref());
        let from_interneuron = parts(|w| w.pyramidal_from_interneuron.as_ref());
        Self {
            forward: (Stored::Transposed)
                .rows(forward, k + 1, offset, rates.forward)
                .unwrap_or_else(empty),
            interneuron_from_pyramidal: (Stored::Transposed).rows(
                interneuron,
                k,
                of_interneurons,
                rates.interneuron,
            ),
            feedback: (Stored::Straight)
                .rows(feedback, k, offset, rates.feedback)
                .unwrap_or_else(empty),
            pyramidal_from_interneuron: (Stored::Straight)
                .rows(from_interneuron, k, of_interneurons, rates.apical)
                .unwrap_or_else(empty),
            top_down: Strip::zeros(n),
            predicted: Strip::zeros(n),
            top_down_post: [Strip::zeros(n), Strip::zeros(n)],
            self_predicting_factor: T::of(weights.self_predicting_factor[k - 1]),
            rates,
            places,
        }
    }

    /// Gives back increments and filters, these times `scale`.
    pub(super) fn write_back(&self, learning: &mut Learning<T>, k: usize, scale: T) {
        let Learning {
            accumulated: a,
            filter: d,
            ..
        } = learning;
        Stored::Transposed.give_back(
            &self.forward,
            [&mut a.forward[k + 1], &mut d.forward[k + 1]],
            scale,
        );
        if let (Some(rows), Some(a), Some(d)) = (
            &self.interneuron_from_pyramidal,
            &mut a.interneuron_from_pyramidal,
            &mut d.interneuron_from_pyramidal,
        ) {
            Stored::Transposed.give_back(rows, [&mut a[k], &mut d[k]], scale);
        }
        for (rows, a, d) in [
            (&self.feedback, &mut a.feedback, &mut d.feedback),
            (
                &self.pyramidal_from_interneuron,
                &mut a.pyramidal_from_interneuron,
                &mut d.pyramidal_from_interneuron,
            ),
        ] {
            if let (Some(a), Some(d)) = (a, d) {
                Stored::Straight.give_back(rows, [&mut a[k], &mut d[k]], scale);
            }
        }
    }
}

fn empty<T: Real>() -> LearningRows<T> {
    LearningRows::zeros(0, 0, 0, false)
}

const ROLES: [Role; 3] = [Role::Weight, Role::Increment, Role::Trace];

/// How a matrix is stored, seen from one with a row per neuron above.
#[derive(Clone, Copy)]
enum Stored {
    /// With the same rows: what comes from the neurons above.
    Straight,
    /// With a column for every row: what goes to them.
    Transposed,
}

impl Stored {
    /// Number of rows and their width.
    fn shape<T: Real>(self, matrix: &Padded<T>) -> (usize, usize) {
        match self {
            Self::Straight => (matrix.rows(), matrix.cols()),
            Self::Transposed => (matrix.cols(), matrix.rows()),
        }
    }

    fn read<T: Real>(self, matrix: &Padded<T>, i: usize, row: &mut [T]) {
        match self {
            Self::Straight => row.copy_from_slice(matrix.row(i)),
            Self::Transposed => {
                let column = matrix.values()[i..].iter().step_by(matrix.stride());
                row.iter_mut()
                    .zip(column)
                    .for_each(|(to, &value)| *to = value);
            }
        }
    }

    fn write<T: Real>(self, row: &[T], matrix: &mut Padded<T>, i: usize) {
        match self {
            Self::Straight => matrix.row_mut(i).copy_from_slice(row),
            Self::Transposed => {
                let stride = matrix.stride();
                let column = matrix.values_mut()[i..].iter_mut().step_by(stride);
                column.zip(row).for_each(|(to, &value)| *to = value);
            }
        }
    }

    /// Rows of a connection; none where it has no weights.
    fn rows<T: Real>(
        self,
        parts: Parts<'_, T>,
        layer: usize,
        offset: usize,
        rate: f64,
    ) -> Option<LearningRows<T>> {
        let (n_rows, width) = self.shape(&parts[0]?[layer]);
        let learns = rate != 0.0 && parts[1].is_some();
        let mut rows = LearningRows::zeros(n_rows, width, offset, learns);
        let mut row = vec![T::zero(); width];
        for (part, role) in parts.into_iter().zip(ROLES) {
            if let Some(part) = part.filter(|_| learns || role == Role::Weight) {
                for i in 0..n_rows {
                    self.read(&part[layer], i, &mut row);
                    rows.set_row(i, role, &row);
                }
            }
        }
        Some(rows)
    }

    /// Gives back increments and filter, this times `scale`.
    fn give_back<T: Real>(self, rows: &LearningRows<T>, own: [&mut Padded<T>; 2], scale: T) {
        if !rows.learns() {
            return;
        }
        for ((to, role), factor) in own.into_iter().zip(&ROLES[1..]).zip([T::one(), scale]) {
            let (n_rows, width) = self.shape(to);
            let mut row = vec![T::zero(); width];
            for i in 0..n_rows {
                rows.copy_row(i, *role, &mut row);
                row.iter_mut().for_each(|value| *value *= factor);
                self.write(&row, to, i);
            }
        }
    }
}
