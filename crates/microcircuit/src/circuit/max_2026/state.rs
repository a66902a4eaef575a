//! Potentials, rates and errors of a batch.

use apical_kernels::{Active, Normals, Padded, Real};
use apical_learning::{Activities, Carried, LearnError, Network, Quantity, StoreError};
use ndarray::{Array2, ArrayView2};

use crate::activity::{carry_layers, check_width};

/// Potentials, rates and errors, a row per sample. Index `k` is the layer; what a layer has not is empty.
pub struct State<T> {
    sizes: Vec<usize>,
    /// v̂_k = α_k v_B,k, layers 1…N.
    pub(crate) prediction: Vec<Padded<T>>,
    /// u_k, layers 1…N.
    pub(crate) soma: Vec<Padded<T>>,
    /// r_k that errors and the layer above are made of, layers 0…N.
    pub(crate) rate: Vec<Padded<T>>,
    /// φ′(u_k) at these rates, layers 1…N.
    pub(crate) slope: Vec<Padded<T>>,
    /// φ(u_k) of the two-step form, where rates are those of the bottom-up pass; hidden layers.
    pub(crate) nudged_rate: Vec<Padded<T>>,
    /// B_{k,k+1} e_{k+1}, hidden layers; r_trgt − r_N in the output layer.
    pub(crate) arriving: Vec<Padded<T>>,
    /// e_k, layers 1…N.
    pub(crate) error: Vec<Padded<T>>,
    /// v_A,k = A_k e_k, layers 1…N.
    pub(crate) apical: Vec<Padded<T>>,
    /// r_trgt.
    pub(crate) target: Padded<T>,
    /// Room for an intermediate of layer k.
    pub(crate) scratch: Vec<Padded<T>>,
    /// Input neurons that are not silent in all samples.
    pub(crate) active_inputs: Active,
    /// What feedback listens to, in the two-step form.
    pub(crate) noise: Option<Normals>,
}

impl<T: Real> State<T> {
    /// A state of zeros for `n_samples` samples.
    pub fn new(sizes: &[usize], n_samples: usize) -> Self {
        let n_layers = sizes.len() - 1;
        let layers = |from: usize, to: usize| {
            (0..=n_layers)
                .map(|k| match (from..=to).contains(&k) {
                    true => Padded::zeros(n_samples, sizes[k]),
                    false => Padded::zeros(0, 0),
                })
                .collect::<Vec<_>>()
        };
        Self {
            sizes: sizes.to_vec(),
            prediction: layers(1, n_layers),
            soma: layers(1, n_layers),
            rate: layers(0, n_layers),
            slope: layers(1, n_layers),
            nudged_rate: layers(1, n_layers - 1),
            arriving: layers(1, n_layers),
            error: layers(1, n_layers),
            apical: layers(1, n_layers),
            target: Padded::zeros(n_samples, sizes[n_layers]),
            scratch: layers(1, n_layers),
            active_inputs: Active::default(),
            noise: None,
        }
    }

    /// Shows `carried` every potential, rate and error, of as many samples as there are.
    pub(crate) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        let mut n_samples = self.n_samples() as u64;
        carried.count("n_samples", &mut n_samples)?;
        if carried.is_restoring() {
            *self = Self {
                noise: self.noise.take(),
                ..Self::new(&self.sizes, n_samples as usize)
            };
        }
        for (name, layers) in [
            ("prediction", &mut self.prediction),
            ("soma", &mut self.soma),
            ("rate", &mut self.rate),
            ("slope", &mut self.slope),
            ("nudged_rate", &mut self.nudged_rate),
            ("arriving", &mut self.arriving),
            ("error", &mut self.error),
            ("apical", &mut self.apical),
        ] {
            carry_layers(&mut carried.within(name), layers)?;
        }
        carried.matrix("target", &mut self.target)
    }

    /// What a step in continuous time goes on from.
    pub(crate) fn carried(&mut self) -> impl Iterator<Item = &mut Padded<T>> {
        let target = std::iter::once(&mut self.target);
        self.soma.iter_mut().chain(&mut self.error).chain(target)
    }

    /// Takes input rates `[n_samples, n_inputs]`, and makes room for as many samples.
    pub(crate) fn set_inputs(
        &mut self,
        network: &Network,
        inputs: ArrayView2<'_, f32>,
    ) -> Result<(), LearnError> {
        check_width("inputs", inputs, network.n_inputs())?;
        if inputs.nrows() != self.n_samples() {
            *self = Self {
                noise: self.noise.take(),
                ..Self::new(&self.sizes, inputs.nrows())
            };
        }
        self.rate[0].assign(inputs);
        self.active_inputs.find(&self.rate[0]);
        Ok(())
    }

    /// Takes target rates r_trgt `[n_samples, n_outputs]`.
    pub(crate) fn set_targets(
        &mut self,
        network: &Network,
        targets: ArrayView2<'_, f32>,
    ) -> Result<(), LearnError> {
        check_width("target rates", targets, network.n_outputs())?;
        self.target.assign(targets);
        Ok(())
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.target.rows()
    }

    /// N.
    pub fn n_layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// v̂_k = α_k v_B,k in double precision, layers 1…N.
    pub fn prediction(&self, k: usize) -> Array2<f64> {
        wide(&self.prediction[k])
    }

    /// u_k in double precision, layers 1…N.
    pub fn soma(&self, k: usize) -> Array2<f64> {
        wide(&self.soma[k])
    }

    /// Rates that errors and the layer above are made of, in double precision, layers 0…N.
    pub fn rate(&self, k: usize) -> Array2<f64> {
        wide(&self.rate[k])
    }

    /// v_A,k = A_k e_k in double precision, layers 1…N.
    pub fn apical(&self, k: usize) -> Array2<f64> {
        wide(&self.apical[k])
    }

    /// B_{k,k+1} e_{k+1} in double precision, hidden layers.
    pub fn arriving(&self, k: usize) -> Array2<f64> {
        wide(&self.arriving[k])
    }

    /// e_k in double precision, layers 1…N.
    pub fn error(&self, k: usize) -> Array2<f64> {
        wide(&self.error[k])
    }
}

fn wide<T: Real>(matrix: &Padded<T>) -> Array2<f64> {
    matrix.view().mapv(T::wide)
}

/// What the metrics read of a state. Without a teacher errors are zero by definition, so there are no
/// residuals to read.
pub(crate) fn activities_of<T: Real>(state: &State<T>) -> Activities {
    let mut activities = Activities::new();
    for k in 1..=state.n_layers() {
        activities.insert(Quantity::Soma, k, state.soma(k));
    }
    for k in 1..state.n_layers() {
        activities.insert(Quantity::HiddenError, k, state.arriving(k));
    }
    activities
}
