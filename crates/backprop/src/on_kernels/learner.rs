//! The perceptron as a learner, and its tensors.

use apical_kernels::{Padded, Real, transposed};
use apical_learning::{
    Activities, Batch, LearnError, Learner, Network, OutputLoss, Phase, PhaseTimer, Precision,
    Quantity, Streams, Teacher, TensorName, Tensors, Updates, check_shape,
};
use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2, Axis, Ix1, Ix2};

use super::{KernelBackprop, Layer, State, add_changes};
use crate::Flavour;

impl<T: Real> Learner for KernelBackprop<T> {
    type Session = State<T>;

    fn tensors(&self) -> &dyn Tensors {
        self
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        self
    }

    fn session(&self, _streams: Streams, n_parallel: usize) -> State<T> {
        State::new(self.network.sizes(), n_parallel)
    }

    fn set_rate_share(&mut self, share: f64) {
        self.rates.set_share(share);
    }

    fn propose(&self, state: &mut State<T>, batch: Batch<'_>) -> Result<Updates, LearnError> {
        self.read(state, batch)?;
        self.forward(state)?;
        self.backward(state, |_, _| {});
        let zeros = self.layers.iter().map(|layer| Layer {
            weights: Padded::zeros(layer.weights.rows(), layer.weights.cols()),
            thresholds: Padded::zeros(1, layer.thresholds.cols()),
        });
        let mut changes: Vec<_> = zeros.collect();
        add_changes(&self.rates, &self.plastic, state, &mut changes);
        let mut updates = Updates::new();
        for name in self.names() {
            if self.is_plastic(name) {
                let change = find(&changes, name).ok_or(LearnError::NoTensor { name })?;
                updates.push_change(name, change);
            }
        }
        Ok(updates)
    }

    fn learn(
        &mut self,
        state: &mut State<T>,
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Dynamics);
        self.read(state, batch)?;
        self.forward(state)?;
        timer.enter(Phase::Plasticity);
        self.backward(state, |_, _| {});
        add_changes(&self.rates, &self.plastic, state, &mut self.layers);
        Ok(())
    }

    fn predict(
        &self,
        state: &mut State<T>,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let expected = [inputs.nrows(), self.network.n_outputs()];
        check_shape("the array of outputs", outputs.shape(), &expected)?;
        state.set_inputs(&self.network, inputs)?;
        self.forward(state)?;
        let rates = state.rates[self.network.n_layers()].view();
        outputs.zip_mut_with(&rates, |out, r| *out = r.wide() as f32);
        Ok(())
    }

    fn output_loss(&self) -> OutputLoss {
        match self.flavour {
            Flavour::Matched => OutputLoss::SquaredError,
            Flavour::Standard => OutputLoss::CrossEntropy,
        }
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        (self.flavour == Flavour::Matched && self.feedback.is_empty()).then(|| self.rates.all())
    }

    /// Potentials; and with a teacher −∂L_b/∂r_k of the hidden layers above something plastic.
    fn activities(
        &self,
        state: &mut State<T>,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        let mut activities = Activities::new();
        state.set_inputs(&self.network, batch.inputs)?;
        self.forward(state)?;
        for (k, potentials) in (1..).zip(&state.potentials) {
            activities.insert(Quantity::Soma, k, wide(potentials));
        }
        if teacher == Teacher::On {
            self.set_targets(state, batch)?;
            self.backward(state, |k, errors| {
                activities.insert(Quantity::HiddenError, k, wide(errors));
            });
        }
        Ok(activities)
    }
}

fn wide<T: Real>(rows: &Padded<T>) -> Array2<f64> {
    rows.view().mapv(T::wide)
}

fn find<T: Real>(layers: &[Layer<T>], name: TensorName) -> Option<ArrayD<f64>> {
    match name {
        TensorName::PyramidalFromPyramidal { to, from } if to == from + 1 => {
            let weights = layers.get(from)?.weights.view();
            Some(transposed(weights, T::wide).into_dyn())
        }
        TensorName::PyramidalThreshold { layer } => {
            let thresholds = layers.get(layer.checked_sub(1)?)?.thresholds.view();
            Some(thresholds.row(0).mapv(T::wide).into_dyn())
        }
        _ => None,
    }
}

impl<T: Real> KernelBackprop<T> {
    /// The hidden layer whose feedback `name` is.
    fn feedback_into(&self, name: TensorName) -> Option<usize> {
        (1..=self.feedback.len()).find(|&k| name == TensorName::feedback(k))
    }

    fn is_plastic(&self, name: TensorName) -> bool {
        match name {
            TensorName::PyramidalThreshold { layer } => self.plastic[layer - 1].thresholds,
            TensorName::PyramidalFromPyramidal { to, from } if to > from => {
                self.plastic[to - 1].weights
            }
            _ => false,
        }
    }
}

impl<T: Real> Tensors for KernelBackprop<T> {
    fn network(&self) -> &Network {
        &self.network
    }

    fn precision(&self) -> Precision {
        Precision::of::<T>()
    }

    fn names(&self) -> Vec<TensorName> {
        let mut names = self.network.forward_names();
        names.extend((1..=self.feedback.len()).map(TensorName::feedback));
        names
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        if let Some(k) = self.feedback_into(name) {
            return Some(wide(&self.feedback[k - 1]).into_dyn());
        }
        self.names()
            .contains(&name)
            .then(|| find(&self.layers, name))?
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        let now = self.get(name).ok_or(LearnError::NoTensor { name })?;
        check_shape(name, values.shape(), now.shape())?;
        let missing = |_| LearnError::NoTensor { name };
        match name {
            TensorName::PyramidalThreshold { layer } => {
                let values = values.into_dimensionality::<Ix1>().map_err(missing)?;
                let row = values.insert_axis(Axis(0));
                self.layers[layer - 1].thresholds.assign(row);
            }
            TensorName::PyramidalFromPyramidal { from, .. } => {
                let values = values.into_dimensionality::<Ix2>().map_err(missing)?;
                match self.feedback_into(name) {
                    Some(k) => self.feedback[k - 1].assign(values),
                    None => self.layers[from].weights.assign(values.t()),
                }
            }
            _ => return Err(LearnError::NoTensor { name }),
        }
        Ok(())
    }
}
