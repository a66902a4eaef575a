//! WeakCoupling against measurement: at weak coupling a self-predicting circuit with feedback that is the
//! forward transpose follows the gradient of its potential error, layer by layer, with the factor
//! λ_N Π λ_j (1 − λ_I,j) / Π α_j.

mod report;
mod sweep;
#[cfg(test)]
mod tests;

use apical_backprop::CandleReference;
use apical_keys::Described;
use apical_learning::metric::vector::Products;
use apical_learning::{
    Counts, EncodedPart, GradientReference, LearnError, Learner, Network, Numbers, OutputError,
    PerLayer, Precision, SpecError, Streams, TensorName, uniform,
};
use apical_microcircuit::{Continuous, ContinuousSpec, FeedbackKind, MicrocircuitSpec, TwoStep};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use self::sweep::{CouplingSweep, DepthSweep, Place, Sweep, WidthSweep};
use super::quantity::Quantity;
use super::setting::NetworkSpec;
use crate::memory;

use super::{Broken, Kind, Log, Protocol, Report, Runs};

/// This protocol.
pub(super) const KIND: Kind = Kind::of::<WeakCoupling>(
    "weak_coupling",
    "updates against gradients over coupling, depth and width; nothing is taught",
    &["theory"],
    &[PREDICTED, ANGLE, RATIO, N_ABSENT],
);

/// The factor that theory predicts.
const PREDICTED: Quantity = Quantity::new("predicted", "prediction", "1");
/// Between update and gradient.
const ANGLE: Quantity = Quantity::new("angle", "angle", "°");
/// Norm of the update over that of the gradient.
const RATIO: Quantity = Quantity::new("ratio", "norm ratio", "1");
/// Values that are too small to be measured.
const N_ABSENT: Quantity = Quantity::new("n_absent", "absent values", "1");

/// What theory says of weak couplings, against what is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
struct WeakCoupling {
    /// The protocol.
    #[key(only = "weak_coupling")]
    protocol: String,
    /// The report's heading.
    #[key(example = "\"A title\"")]
    title: String,
    /// Root seeds; every condition is run once with each.
    #[key(least = 1, example = "[1, 2, 3]")]
    seeds: Vec<u64>,
    /// Samples over which update and gradient are averaged.
    #[key(min = 1, max = 1_000_000)]
    n_samples: usize,
    /// Where theory predicts less than this, nothing is measured.
    #[key(min = 1e-300, max = 1)]
    smallest_ratio: f64,
    /// The network of the sweep over couplings. Its starting weights are those of the other sweeps
    /// where ten neurons are below: s_k = forward_scale √(10 / n_{k−1}) there.
    network: NetworkSpec,
    /// The sweep over couplings.
    coupling: CouplingSweep,
    /// The sweep over depths.
    depth: DepthSweep,
    /// The sweep over widths.
    width: WidthSweep,
    /// Settings of the relaxed circuit, whose conductances and feedback are set by the sweeps.
    continuous: ContinuousSpec,
    /// Forms of the circuit by name.
    #[key(name = "CONDITION")]
    condition: IndexMap<String, Condition>,
}

/// A form of the circuit and its feedback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
struct Condition {
    /// The form.
    form: Form,
    /// What the top-down weights are.
    feedback: FeedbackKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// Two steps, with the mixing factors of the conductances.
    TwoStep,
    /// Continuous time, once it has settled.
    Continuous,
}

/// A circuit with all that the sweeps set.
enum Circuit {
    TwoStep(Box<MicrocircuitSpec>),
    Continuous(Box<ContinuousSpec>),
}

/// As shares of all conductances, couplings are a nudging that the two-step form takes.
const COUPLING: Numbers = Numbers::new(1e-8, 1e6, "a number from 1e-8 to 1e6");

/// Below what is measured nothing is told from rounding, even in double precision.
const SMALLEST_RATIO: Numbers = Numbers::new(1e-300, 1.0, "a number from 1e-300 to 1");

/// An update of one layer against the gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measured {
    /// The factor that theory predicts.
    predicted: f64,
    /// Angle in degrees, and norm of the update over that of the gradient; none where the factor is
    /// too small to be measured.
    found: Option<(f64, f64)>,
}

impl Protocol for WeakCoupling {
    fn check(&self) -> Result<(), SpecError> {
        let network = self.network.with_hidden_layer()?;
        Counts::SAMPLES.check("n_samples", self.n_samples)?;
        Counts::ANY.check("depth.width", self.depth.width)?;
        SMALLEST_RATIO.check("smallest_ratio", self.smallest_ratio)?;
        COUPLING.check("depth.coupling", self.depth.coupling)?;
        COUPLING.check("width.coupling", self.width.coupling)?;
        for &coupling in &self.coupling.couplings {
            COUPLING.check("coupling.couplings", coupling)?;
        }
        for &n_hidden in &self.depth.n_hidden {
            Counts::FEW.check("depth.n_hidden", n_hidden)?;
        }
        for &width in &self.width.widths {
            Counts::ANY.check("width.widths", width)?;
        }
        if self.continuous.precision != Precision::F64 {
            let expected = "\"f64\": weak updates are lost in single precision";
            return Err(SpecError::range(
                "continuous.precision",
                "\"f32\"",
                expected,
            ));
        }
        let within = |error: SpecError| error.within("continuous");
        self.continuous.check(&network).map_err(within)?;
        for place in self.places() {
            let n_bytes = place.network.n_bytes(self.n_samples, [&self.continuous]);
            memory::check_key(place.sweep.key(), place.x, n_bytes)?;
            let network = place.network.network()?;
            for condition in self.condition.values() {
                let checked = match self.circuit(condition, &place, &network)? {
                    Circuit::TwoStep(spec) => spec.check(&network),
                    Circuit::Continuous(spec) => spec.check(&network),
                };
                checked.map_err(|error| {
                    let expected = "places at which all circuits are within their ranges";
                    SpecError::range(
                        place.sweep.key(),
                        format!("{} ({error})", place.x),
                        expected,
                    )
                })?;
            }
        }
        Ok(())
    }

    fn n_bytes(&self) -> u64 {
        let needs = self.places().into_iter();
        let needs = needs.map(|place| place.network.n_bytes(self.n_samples, [&self.continuous]));
        needs.max().unwrap_or(0)
    }

    fn run(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken> {
        let condition = &self.condition[condition];
        let places = self.places();
        let mut n_absent = 0;
        for (n_done, place) in places.iter().enumerate() {
            let Place { sweep, x, .. } = *place;
            let layers = self.measure(condition, place, seed)?;
            for (k, layer) in (1..).zip(layers) {
                log.add(x, PREDICTED.of(k).within(sweep.name()), layer.predicted)?;
                let Some((angle, ratio)) = layer.found else {
                    n_absent += 1;
                    continue;
                };
                log.add(x, ANGLE.of(k).within(sweep.name()), angle)?;
                log.add(x, RATIO.of(k).within(sweep.name()), ratio)?;
            }
            log.step(n_done + 1, places.len())?;
        }
        log.value(N_ABSENT, f64::from(n_absent));
        Ok(())
    }

    fn report(&self, runs: &Runs) -> Report {
        report::report(self, runs)
    }

    fn has_checkpoints(&self) -> bool {
        false
    }
}

impl WeakCoupling {
    /// Conditions whose feedback is the forward transpose, or not.
    pub(super) fn conditions_with(&self, is_tied: bool) -> Vec<&str> {
        let conditions = self.condition.iter();
        conditions
            .filter(|(_, condition)| (condition.feedback == FeedbackKind::Tied) == is_tied)
            .map(|(name, _)| &**name)
            .collect()
    }

    /// Where theory predicts less than this, nothing is measured.
    pub(super) fn smallest_ratio(&self) -> f64 {
        self.smallest_ratio
    }

    fn measure(
        &self,
        condition: &Condition,
        place: &Place,
        seed: u64,
    ) -> Result<Vec<Measured>, Broken> {
        let streams = Streams::new(seed);
        let network = place.network.network()?;
        let scale = place
            .network
            .forward_scale
            .expand(network.n_layers(), "forward_scale")?;
        let start = network.draw_forward(&scale, streams);
        let part = self.samples(&network, streams);
        match self.circuit(condition, place, &network)? {
            Circuit::TwoStep(spec) => {
                let circuit = TwoStep::<f64>::new(&network, &start, &spec, streams)?;
                let parameters = circuit.parameters();
                let factors = (1..=network.n_layers())
                    .map(|k| parameters.factor(k))
                    .collect();
                Ok(self.compare(&circuit, factors, 1.0, &part, streams)?)
            }
            Circuit::Continuous(spec) => {
                let circuit = Continuous::<f64>::new(&network, &start, &spec, streams)?;
                let plastic_ms = circuit.parameters().plastic_ms();
                let factors = circuit.parameters().equivalent_rates();
                let factors = factors.iter().map(|rate| rate / plastic_ms).collect();
                Ok(self.compare(&circuit, factors, plastic_ms, &part, streams)?)
            }
        }
    }

    /// The circuit of `condition` at `place`.
    fn circuit(
        &self,
        condition: &Condition,
        place: &Place,
        network: &Network,
    ) -> Result<Circuit, SpecError> {
        let scale = place
            .network
            .forward_scale
            .expand(network.n_layers(), "forward_scale")?;
        // Random feedback is drawn like the forward weights: s shrinks with the neurons above.
        let above = network.sizes()[2..].iter().zip(&scale[1..]);
        let feedback_scale = match place.sweep {
            Sweep::Coupling => PerLayer::Each(scale[1..].to_vec()),
            Sweep::Depth | Sweep::Width => PerLayer::Each(
                above
                    .map(|(&n, _)| {
                        self.network.forward_scale.values()[0] * (10.0 / n as f64).sqrt()
                    })
                    .collect(),
            ),
        };
        let g = &self.continuous.conductances;
        Ok(match condition.form {
            Form::TwoStep => {
                let mut spec = two_step();
                spec.nudging = place.coupling / (g.leak + g.basal + place.coupling);
                spec.apical_mixing = PerLayer::All(spec.nudging).into();
                let interneuron = place.coupling / (g.leak + g.dendritic + place.coupling);
                spec.interneuron_nudging = PerLayer::All(interneuron);
                spec.feedback = condition.feedback;
                spec.feedback_scale = feedback_scale.into();
                Circuit::TwoStep(Box::new(spec))
            }
            Form::Continuous => {
                let mut spec = self.continuous.clone();
                spec.conductances.apical = PerLayer::All(place.coupling);
                spec.conductances.somatic = place.coupling;
                spec.rates = Some(PerLayer::All(1.0));
                spec.backprop_equivalent_rates = None;
                spec.feedback = condition.feedback;
                spec.feedback_scale = feedback_scale.into();
                Circuit::Continuous(Box::new(spec))
            }
        })
    }

    /// Layer by layer the update of `circuit` over `duration` against the gradient.
    fn compare<L: Learner>(
        &self,
        circuit: &L,
        factors: Vec<f64>,
        duration: f64,
        part: &EncodedPart,
        streams: Streams,
    ) -> Result<Vec<Measured>, LearnError> {
        let mut session = circuit.session(streams, part.n_samples());
        let updates = circuit.propose(&mut session, part.all())?;
        let network = circuit.forward();
        let gradient = CandleReference.gradient(&network, OutputError::Potential, part.all())?;
        let layers = (1..).zip(factors).zip(&gradient.weights);
        Ok(layers
            .map(|((k, predicted), gradient)| {
                let change = updates.matrix(TensorName::forward(k));
                let products = change.map(|change| Products::of(change, gradient.view()));
                let found = products.filter(|_| predicted >= self.smallest_ratio);
                Measured {
                    predicted,
                    found: found.and_then(|products| {
                        let ratio = products.norm_ratio().ok()? / duration;
                        Some((products.angle_degrees().ok()?, ratio))
                    }),
                }
            })
            .collect())
    }

    /// Input rates from U(0, 1), target potentials from U(−2, 2).
    fn samples(&self, network: &Network, streams: Streams) -> EncodedPart {
        let mut rng = streams.stream("reproduce.samples");
        let inputs = uniform([self.n_samples, network.n_inputs()], 1.0, &mut rng).mapv(f32::abs);
        let target_potentials = uniform([self.n_samples, network.n_outputs()], 2.0, &mut rng);
        EncodedPart {
            inputs,
            target_rates: target_potentials.mapv(|u| network.transfer().rate(u)),
            target_potentials,
            labels: None,
        }
    }
}

/// The two-step form with all that the sweeps do not set.
fn two_step() -> MicrocircuitSpec {
    let text = "nudging = 0.1\napical_mixing = 0.1\ninterneuron_nudging = 0.1\nrates = 1.0\n\
                precision = \"f64\"\n";
    toml::from_str(text).expect("a valid specification")
}
