//! The circuits that can be simulated: how patterns are shown to each, and what can be read of it.

use apical_learning::{LearnError, Learner, Real};
use apical_microcircuit::circuit::{max_2026, sacramento_2018};
use ndarray::{Array2, ArrayView2};

use super::Quantity;

/// A circuit in continuous time whose state is shown step by step.
pub(super) trait Simulated: Learner {
    /// Potentials, rates and errors of a moment.
    type State;

    /// Steps from the beginning of a step to the moment at which its state is shown.
    const SHOWN_AFTER: usize;

    /// Steps of a presentation.
    fn n_steps(&self) -> usize;

    /// One presentation of one pattern; `seen` is shown the state of every step.
    fn show(
        &mut self,
        session: &mut Self::Session,
        inputs: ArrayView2<'_, f32>,
        targets: Option<ArrayView2<'_, f32>>,
        is_plastic: bool,
        seen: &mut dyn FnMut(usize, &Self::State),
    ) -> Result<(), LearnError>;

    /// The state that `session` is in.
    fn state(session: &Self::Session) -> &Self::State;

    /// The values of `quantity` in `layer`, a row per sample; none where it is not of the state.
    fn read(state: &Self::State, quantity: Quantity, layer: usize) -> Option<Array2<f64>>;

    /// What else there is to say of a simulation.
    fn note(_: &Self::Session) -> Option<String> {
        None
    }
}

impl<T: Real> Simulated for sacramento_2018::Continuous<T> {
    type State = sacramento_2018::State<T>;

    const SHOWN_AFTER: usize = 0;

    fn n_steps(&self) -> usize {
        self.parameters().n_steps
    }

    fn show(
        &mut self,
        session: &mut Self::Session,
        inputs: ArrayView2<'_, f32>,
        targets: Option<ArrayView2<'_, f32>>,
        is_plastic: bool,
        seen: &mut dyn FnMut(usize, &Self::State),
    ) -> Result<(), LearnError> {
        self.observe(session, inputs, targets, is_plastic, seen)
    }

    fn state(session: &Self::Session) -> &Self::State {
        session.potentials()
    }

    fn read(state: &Self::State, quantity: Quantity, layer: usize) -> Option<Array2<f64>> {
        Some(match quantity {
            Quantity::Input | Quantity::Rate => state.rate(layer),
            Quantity::Soma => state.soma(layer),
            Quantity::Basal => state.basal(layer),
            Quantity::Apical => state.apical(layer),
            Quantity::Dendrite => state.dendrite(layer),
            Quantity::Interneuron => state.interneuron(layer),
            Quantity::InterneuronRate => state.interneuron_rate(layer),
            Quantity::Prediction | Quantity::Error | Quantity::Target => return None,
        })
    }

    fn note(session: &Self::Session) -> Option<String> {
        let pace = session.pace();
        (pace.n_taken > 0).then(|| {
            format!(
                "adaptive steps: {} taken, {} rejected",
                pace.n_taken, pace.n_rejected
            )
        })
    }
}

impl<T: Real> Simulated for max_2026::Continuous<T> {
    type State = max_2026::State<T>;

    const SHOWN_AFTER: usize = 1;

    fn n_steps(&self) -> usize {
        self.parameters().n_steps
    }

    fn show(
        &mut self,
        session: &mut Self::Session,
        inputs: ArrayView2<'_, f32>,
        targets: Option<ArrayView2<'_, f32>>,
        is_plastic: bool,
        seen: &mut dyn FnMut(usize, &Self::State),
    ) -> Result<(), LearnError> {
        self.observe(session, inputs, targets, is_plastic, seen)
    }

    fn state(session: &Self::Session) -> &Self::State {
        session.potentials()
    }

    fn read(state: &Self::State, quantity: Quantity, layer: usize) -> Option<Array2<f64>> {
        Some(match quantity {
            Quantity::Input | Quantity::Rate => state.rate(layer),
            Quantity::Soma => state.soma(layer),
            Quantity::Prediction => state.prediction(layer),
            Quantity::Apical => state.apical(layer),
            Quantity::Error => state.error(layer),
            _ => return None,
        })
    }
}
