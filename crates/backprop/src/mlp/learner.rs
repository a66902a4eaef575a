//! The perceptron as a learner.

use apical_learning::{
    Activities, Batch, LearnError, Learner, Network, OutputLoss, Phase, PhaseTimer, Precision,
    Quantity, Streams, Teacher, TensorName, Tensors, Updates, check_shape,
};
use ndarray::{Array1, Array2, ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2, IxDyn};

use super::{Mlp, N_STEPS, NAME};
use crate::Flavour;
use crate::Optimiser;
use crate::convert::{failed, to_array, to_rows};
use crate::parameters::Pass;

impl Learner for Mlp {
    type Session = ();

    fn tensors(&self) -> &dyn Tensors {
        self
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        self
    }

    fn session(&self, _streams: Streams, _n_parallel: usize) {}

    fn set_rate_share(&mut self, share: f64) {
        self.rates.set_share(share);
    }

    fn propose(&self, _session: &mut (), batch: Batch<'_>) -> Result<Updates, LearnError> {
        let (pass, loss) = self.pass(batch)?;
        let propose = || -> candle_core::Result<Updates> {
            loss.backward()?;
            let mut updates = Updates::new();
            for target in &self.targets {
                let gradient = &self.gradient(target, &pass)?;
                let change = gradient.zeros_like()?;
                let mut moments = Vec::new();
                for (_, moment) in &target.moments {
                    moments.push(moment.copy()?);
                }
                self.step(target, batch.n_samples())
                    .take(&change, gradient, &moments)?;
                updates.push_change(target.name, to_array(&change)?);
                for ((name, _), moment) in target.moments.iter().zip(&moments) {
                    updates.push_next(*name, to_array(moment)?);
                }
            }
            let means = self.means.rows().iter();
            for ((name, _), next) in means.zip(self.means.next(&pass.rates)?) {
                updates.push_next(*name, to_array(&next)?);
            }
            if self.counts_steps() {
                let next = (self.n_steps + 1) as f64;
                updates.push_next(N_STEPS, ArrayD::from_elem(IxDyn(&[1]), next));
            }
            Ok(updates)
        };
        propose().map_err(failed(NAME))
    }

    fn learn(
        &mut self,
        _session: &mut (),
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Dynamics);
        let (pass, loss) = self.pass(batch)?;
        timer.enter(Phase::Plasticity);
        loss.backward().map_err(failed(NAME))?;
        for target in &self.targets {
            let name = target.name;
            let tensor = self
                .parameters
                .find(name)
                .ok_or(LearnError::NoTensor { name })?;
            self.gradient(target, &pass)
                .and_then(|gradient| {
                    self.step(target, batch.n_samples()).take(
                        tensor,
                        &gradient,
                        &target.moment_tensors(),
                    )
                })
                .map_err(failed(NAME))?;
        }
        let means = self.means.next(&pass.rates).map_err(failed(NAME))?;
        self.means.take(means);
        self.n_steps += 1;
        Ok(())
    }

    fn predict(
        &self,
        _session: &mut (),
        inputs: ArrayView2<'_, f32>,
        outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let read = |pass: &Pass| {
            let n_layers = pass.potentials.len();
            match self.flavour {
                Flavour::Matched => to_rows(&pass.rates[n_layers]),
                Flavour::Standard => to_rows(&pass.potentials[n_layers - 1]).map(softmax),
            }
        };
        self.parameters.predict(inputs, outputs, &read)
    }

    fn output_loss(&self) -> OutputLoss {
        match self.flavour {
            Flavour::Matched => OutputLoss::SquaredError,
            Flavour::Standard => OutputLoss::CrossEntropy,
        }
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        (self.flavour == Flavour::Matched && self.optimiser == Optimiser::Sgd)
            .then(|| self.rates.all())
    }

    fn mean_rates(&self) -> Option<Vec<Array1<f64>>> {
        let rows = self.means.rows().iter();
        let rows = rows.map(|(_, row)| to_array(row).ok()?.into_dimensionality().ok());
        let rows: Vec<_> = rows.collect::<Option<_>>()?;
        (!rows.is_empty()).then_some(rows)
    }

    /// Potentials; and with a teacher −∂L_b/∂r_k of the hidden layers above something plastic.
    fn activities(
        &self,
        _session: &mut (),
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        let mut activities = Activities::new();
        let pass = match teacher {
            Teacher::Off => self
                .parameters
                .forward_only(self.parameters.inputs(batch.inputs)?)?,
            Teacher::On => {
                let (pass, loss) = self.pass(batch)?;
                loss.backward().map_err(failed(NAME))?;
                pass
            }
        };
        for (k, potentials) in (1..).zip(&pass.potentials) {
            let potentials = to_rows(potentials).map_err(failed(NAME))?;
            activities.insert(Quantity::Soma, k, potentials);
        }
        for (k, gradient) in pass.gradients.iter().enumerate() {
            if let Some(errors) = gradient.get().and_then(|gradient| gradient.inputs.as_ref()) {
                let errors = to_rows(errors).map_err(failed(NAME))?;
                activities.insert(Quantity::HiddenError, k, -errors);
            }
        }
        Ok(activities)
    }
}

impl Tensors for Mlp {
    fn network(&self) -> &Network {
        &self.parameters.network
    }

    fn precision(&self) -> Precision {
        self.parameters.precision
    }

    fn names(&self) -> Vec<TensorName> {
        let moments =
            (self.targets.iter()).flat_map(|target| target.moments.iter().map(|(name, _)| *name));
        let mut names = self.parameters.network.forward_names();
        names.extend(moments);
        names.extend(self.means.rows().iter().map(|(name, _)| *name));
        names.extend(self.counts_steps().then_some(N_STEPS));
        names
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        if name == N_STEPS && self.counts_steps() {
            return Some(ArrayD::from_elem(IxDyn(&[1]), self.n_steps as f64));
        }
        let tensor = self.parameters.find(name).or_else(|| self.own(name))?;
        to_array(tensor).ok()
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        if name == N_STEPS && self.counts_steps() {
            check_shape(name, values.shape(), &[1])?;
            self.n_steps = values[[0]].max(0.0).round() as u64;
            return Ok(());
        }
        match self.own(name) {
            Some(moment) => self.parameters.replace(name, moment, values),
            None => self.parameters.set(name, values),
        }
    }
}

/// exp(u) / Σ exp(u) in each row.
fn softmax(mut potentials: Array2<f64>) -> Array2<f64> {
    for mut row in potentials.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|u| (u - largest).exp());
        let total = row.sum();
        row /= total;
    }
    potentials
}
