//! Potentials and rates of a batch.

use apical_kernels::{Active, Normals, Padded, Real};
use apical_learning::{Activities, Carried, Quantity, StoreError};
use ndarray::{Array2, ArrayView2};

use super::held_input::HeldInput;
use crate::activity::carry_layers;

/// Potentials and rates, a row per sample. Index `k` is the layer; what a layer has not is empty.
///
/// In the two-step form v_B, v^I and the rates of the bottom-up pass stay as that pass left them;
/// somatic potentials and rates are the nudged ones.
pub struct State<T> {
    sizes: Vec<usize>,
    n_samples: usize,
    /// v_B,k, layers 1…N.
    pub(crate) basal: Vec<Padded<T>>,
    /// φ(v̂_B,k), layers 1…N.
    pub(crate) basal_rate: Vec<Padded<T>>,
    /// u_k, layers 1…N.
    pub(crate) soma: Vec<Padded<T>>,
    /// r_k, layers 0…N.
    pub(crate) rate: Vec<Padded<T>>,
    /// v_A,k, hidden layers.
    pub(crate) apical: Vec<Padded<T>>,
    /// v^I_k, hidden layers.
    pub(crate) dendrite: Vec<Padded<T>>,
    /// φ(v̂^I_k), hidden layers.
    pub(crate) dendrite_rate: Vec<Padded<T>>,
    /// u^I_k, hidden layers.
    pub(crate) interneuron: Vec<Padded<T>>,
    /// r^I_k, hidden layers.
    pub(crate) interneuron_rate: Vec<Padded<T>>,
    /// u_trgt.
    pub(crate) target: Padded<T>,
    /// Room for a row per sample of every width: an intermediate of layer k.
    pub(crate) scratch: Vec<Padded<T>>,
    /// Input neurons that are not silent in all samples.
    pub(crate) active_inputs: Active,
    /// Products with the inputs, while they stay as they are.
    pub(crate) held_input: Option<HeldInput<T>>,
    /// The noise that feedback learns from, in sessions that have some.
    pub(crate) noise: Option<Normals>,
}

impl<T: Real> State<T> {
    /// A state of zeros for `n_samples` samples.
    pub fn new(sizes: &[usize], n_samples: usize) -> Self {
        let n_layers = sizes.len() - 1;
        let layers = |from: usize, to: usize, width: &dyn Fn(usize) -> usize| {
            (0..=n_layers)
                .map(|k| match (from..=to).contains(&k) {
                    true => Padded::zeros(n_samples, width(k)),
                    false => Padded::zeros(0, 0),
                })
                .collect::<Vec<_>>()
        };
        let own = |k: usize| sizes[k];
        let above = |k: usize| sizes[k + 1];
        Self {
            sizes: sizes.to_vec(),
            n_samples,
            basal: layers(1, n_layers, &own),
            basal_rate: layers(1, n_layers, &own),
            soma: layers(1, n_layers, &own),
            rate: layers(0, n_layers, &own),
            apical: layers(1, n_layers - 1, &own),
            dendrite: layers(1, n_layers - 1, &above),
            dendrite_rate: layers(1, n_layers - 1, &above),
            interneuron: layers(1, n_layers - 1, &above),
            interneuron_rate: layers(1, n_layers - 1, &above),
            target: Padded::zeros(n_samples, sizes[n_layers]),
            scratch: layers(0, n_layers, &own),
            active_inputs: Active::default(),
            held_input: None,
            noise: None,
        }
    }

    /// Takes input rates `[n_samples, n_inputs]`, and makes room for as many samples.
    pub fn set_inputs(&mut self, inputs: ArrayView2<'_, f32>) {
        if inputs.nrows() != self.n_samples {
            let noise = self.noise.take();
            *self = Self::new(&self.sizes, inputs.nrows());
            self.noise = noise;
        }
        self.rate[0].assign(inputs);
        self.find_active_inputs();
    }

    /// Lists the input neurons that are not silent in all samples.
    pub(crate) fn find_active_inputs(&mut self) {
        self.active_inputs.find(&self.rate[0]);
    }

    /// Shows `carried` every potential and rate, of as many samples as there are.
    pub(crate) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        let mut n_samples = self.n_samples as u64;
        carried.count("n_samples", &mut n_samples)?;
        if carried.is_restoring() {
            let noise = self.noise.take();
            *self = Self::new(&self.sizes, n_samples as usize);
            self.noise = noise;
        }
        for (name, layers) in [
            ("basal", &mut self.basal),
            ("basal_rate", &mut self.basal_rate),
            ("soma", &mut self.soma),
            ("rate", &mut self.rate),
            ("apical", &mut self.apical),
            ("dendrite", &mut self.dendrite),
            ("dendrite_rate", &mut self.dendrite_rate),
            ("interneuron", &mut self.interneuron),
            ("interneuron_rate", &mut self.interneuron_rate),
        ] {
            carry_layers(&mut carried.within(name), layers)?;
        }
        carried.matrix("target", &mut self.target)
    }

    /// The values that a step in continuous time writes; everything else follows from them.
    pub(crate) fn carried(&mut self) -> impl Iterator<Item = &mut Padded<T>> {
        let inputs = &mut self.rate[..1];
        self.soma
            .iter_mut()
            .chain(&mut self.interneuron)
            .chain(inputs)
    }

    /// Takes target potentials u_trgt `[n_samples, n_outputs]`.
    pub fn set_targets(&mut self, targets: ArrayView2<'_, f32>) {
        self.target.assign(targets);
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// N.
    pub fn n_layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// u_k in double precision, layers 1…N.
    pub fn soma(&self, k: usize) -> Array2<f64> {
        wide(&self.soma[k])
    }

    /// v_B,k in double precision, layers 1…N.
    pub fn basal(&self, k: usize) -> Array2<f64> {
        wide(&self.basal[k])
    }

    /// v_A,k in double precision, hidden layers.
    pub fn apical(&self, k: usize) -> Array2<f64> {
        wide(&self.apical[k])
    }

    /// v^I_k in double precision, hidden layers.
    pub fn dendrite(&self, k: usize) -> Array2<f64> {
        wide(&self.dendrite[k])
    }

    /// u^I_k in double precision, hidden layers.
    pub fn interneuron(&self, k: usize) -> Array2<f64> {
        wide(&self.interneuron[k])
    }

    /// r_k in double precision, layers 0…N; that of layer 0 is the filtered input in continuous time.
    pub fn rate(&self, k: usize) -> Array2<f64> {
        wide(&self.rate[k])
    }

    /// r^I_k in double precision, hidden layers.
    pub fn interneuron_rate(&self, k: usize) -> Array2<f64> {
        wide(&self.interneuron_rate[k])
    }

    /// r_N as `[n_samples, n_outputs]`.
    pub fn output_rates(&self) -> ArrayView2<'_, T> {
        self.rate[self.n_layers()].view()
    }
}

fn wide<T: Real>(matrix: &Padded<T>) -> Array2<f64> {
    matrix.view().mapv(T::wide)
}

/// What the metrics read of a state.
pub(crate) fn activities_of<T: Real>(state: &State<T>) -> Activities {
    let n = state.n_layers();
    let mut activities = Activities::new();
    for k in 1..=n {
        activities.insert(Quantity::Soma, k, state.soma(k));
    }
    for k in 1..n {
        activities.insert(Quantity::HiddenError, k, state.apical(k));
        activities.insert(Quantity::Apical, k, state.apical(k));
        let mismatch = state.soma(k + 1) - state.interneuron(k);
        activities.insert(Quantity::InterneuronMismatch, k, mismatch);
    }
    activities
}
