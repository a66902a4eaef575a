//! The keys of a specification that all forms of the circuit share: its connections and their rates.

use apical_learning::{Network, Numbers, PerLayer, SpecError};

use super::interneuron_rates::InterneuronRates;
use super::table::{Choices, Circuit, InterneuronKind, LearningRates, Start};
use crate::feedback::{self, Feedback};

/// The shared keys, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    pub(crate) rates: Option<&'a PerLayer>,
    pub(crate) backprop_equivalent_rates: Option<&'a PerLayer>,
    pub(crate) interneuron_rates: &'a InterneuronRates,
    pub(crate) apical_rates: &'a PerLayer,
    pub(crate) feedback: feedback::Keys<'a>,
    pub(crate) start: Start,
    pub(crate) interneurons: InterneuronKind,
    pub(crate) interneuron_scale: &'a PerLayer,
    pub(crate) lateral_scale: &'a PerLayer,
}

/// The shared keys of a specification, whose fields have their names.
macro_rules! keys_of {
    ($spec:expr) => {
        $crate::circuit::sacramento_2018::keys::Keys {
            rates: $spec.rates.as_ref(),
            backprop_equivalent_rates: $spec.backprop_equivalent_rates.as_ref(),
            interneuron_rates: &$spec.interneuron_rates,
            apical_rates: &$spec.apical_rates,
            feedback: $crate::feedback::Keys {
                kind: $spec.feedback,
                scale: &$spec.feedback_scale,
                rates: &$spec.feedback_rates,
                lateral_rates: &$spec.apical_rates,
            },
            start: $spec.start,
            interneurons: $spec.interneurons,
            interneuron_scale: &$spec.interneuron_scale,
            lateral_scale: &$spec.pyramidal_from_interneuron_scale,
        }
    };
}
pub(crate) use keys_of;

impl Keys<'_> {
    /// Fails on values out of range. `reaches_hidden` says whether an error reaches hidden layers,
    /// without which no rate is equivalent to one of gradient descent.
    pub(crate) fn check(&self, n_layers: usize, reaches_hidden: bool) -> Result<(), SpecError> {
        match (self.rates, self.backprop_equivalent_rates) {
            (Some(rates), None) => non_negative("rates", rates, n_layers)?,
            (None, Some(rates)) => {
                non_negative("backprop_equivalent_rates", rates, n_layers)?;
                if !reaches_hidden {
                    return Err(SpecError::range(
                        "backprop_equivalent_rates",
                        "given where the apical or the interneurons' mixing leaves no error",
                        "`rates` there: no error reaches the hidden layers, so no rate is equivalent",
                    ));
                }
            }
            (given, _) => {
                let found = if given.is_some() {
                    "given too"
                } else {
                    "absent"
                };
                return Err(SpecError::range(
                    "rates",
                    found,
                    "exactly one of `rates` and `backprop_equivalent_rates`",
                ));
            }
        }
        let n_hidden = n_layers - 1;
        if let InterneuronRates::Each(rates) = self.interneuron_rates {
            non_negative("interneuron_rates", rates, n_hidden)?;
        }
        non_negative("apical_rates", self.apical_rates, n_hidden)?;
        non_negative("feedback_rates", self.feedback.rates, n_hidden)?;
        Feedback::new(self.feedback, n_hidden)?;
        self.check_ideal()?;
        for (key, values) in [
            ("feedback_scale", self.feedback.scale),
            ("interneuron_scale", self.interneuron_scale),
            ("pyramidal_from_interneuron_scale", self.lateral_scale),
        ] {
            non_negative(key, values, n_hidden)?;
        }
        Ok(())
    }

    /// Ideal interneurons have no learning rate of their own.
    fn check_ideal(&self) -> Result<(), SpecError> {
        if self.interneurons == InterneuronKind::Ideal
            && let InterneuronRates::Each(rates) = self.interneuron_rates
            && rates.values().iter().any(|&rate| rate != 0.0)
        {
            return Err(SpecError::range(
                "interneuron_rates",
                format!("{:?}", rates.values()),
                "0 or \"mirror\" with `interneurons = \"ideal\"`, which leaves nothing to learn there",
            ));
        }
        Ok(())
    }

    /// The connections for `network`, with their learning rates. `factor` of layer k is the theory's; `mirror` of
    /// hidden layer k is what η_{k+1,k} is divided by to give η^IP_k; `self_predicting_factor` is c_k at
    /// index `k − 1`.
    pub(crate) fn circuit(
        &self,
        network: &Network,
        factor: impl Fn(usize) -> f64,
        mirror: impl Fn(usize) -> f64,
        self_predicting_factor: Vec<f64>,
    ) -> Result<Circuit, SpecError> {
        let n_hidden = network.n_layers() - 1;
        let choices = Choices {
            start: self.start,
            interneurons: self.interneurons,
            interneuron_scale: (self.interneuron_scale).expand(n_hidden, "interneuron_scale")?,
            lateral_scale: (self.lateral_scale)
                .expand(n_hidden, "pyramidal_from_interneuron_scale")?,
            self_predicting_factor,
            rates: self.resolve(network.n_layers(), factor, mirror)?,
        };
        let feedback = Feedback::new(self.feedback, n_hidden)?;
        Ok(Circuit::new(network, feedback, &choices))
    }

    /// Rates per layer. `factor` of layer k is the theory's; `mirror` of hidden layer k is what
    /// η_{k+1,k} is divided by to give η^IP_k.
    fn resolve(
        &self,
        n_layers: usize,
        factor: impl Fn(usize) -> f64,
        mirror: impl Fn(usize) -> f64,
    ) -> Result<LearningRates, SpecError> {
        let n_hidden = n_layers - 1;
        let forward: Vec<f64> = match (self.rates, self.backprop_equivalent_rates) {
            (Some(rates), _) => rates.expand(n_layers, "rates")?,
            (None, Some(rates)) => (rates.expand(n_layers, "backprop_equivalent_rates")?.iter())
                .zip(1..)
                .map(|(rate, k)| rate / factor(k))
                .collect(),
            (None, None) => vec![0.0; n_layers],
        };
        let interneuron = match self.interneuron_rates {
            InterneuronRates::Mirror => forward[1..]
                .iter()
                .zip(1..)
                .map(|(rate, k)| rate / mirror(k))
                .collect(),
            InterneuronRates::Each(rates) => rates.expand(n_hidden, "interneuron_rates")?,
        };
        // What they are divided by may be next to nothing, in deep networks above all.
        for (key, rates) in [
            ("backprop_equivalent_rates", &forward),
            ("interneuron_rates", &interneuron),
        ] {
            let mut rates = rates.iter();
            rates.try_for_each(|&rate| RESULTING.check(key, rate))?;
        }
        Ok(LearningRates {
            forward,
            interneuron,
            apical: self.apical_rates.expand(n_hidden, "apical_rates")?,
        })
    }
}

/// Rates that are computed from others.
const RESULTING: Numbers = Numbers::or_zero(
    1e-37,
    1e30,
    "rates that give the circuit's own from 1e-37 to 1e30 in every layer: more nudging or coupling, or fewer layers",
);

/// Fails unless `values` are rates or scales, and one or `n`.
pub(crate) fn non_negative(key: &str, values: &PerLayer, n: usize) -> Result<(), SpecError> {
    values.check_not_negative(key)?;
    values.expand(n, key).map(drop)
}

pub(crate) fn zero() -> PerLayer {
    PerLayer::All(0.0)
}

pub(crate) fn one_per_layer() -> PerLayer {
    PerLayer::All(1.0)
}
