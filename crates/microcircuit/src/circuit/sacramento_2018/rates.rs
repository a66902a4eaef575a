//! Learning rates, as a specification gives them.

use apical_learning::{PerLayer, SpecError};

use super::InterneuronRates;
use super::table::{InterneuronKind, LearningRates};
use crate::feedback::{self, Feedback};

/// The keys of a specification that decide learning rates, borrowed.
#[derive(Clone, Copy)]
pub(super) struct RateKeys<'a> {
    pub(super) rates: Option<&'a PerLayer>,
    pub(super) backprop_equivalent_rates: Option<&'a PerLayer>,
    pub(super) interneuron_rates: &'a InterneuronRates,
    pub(super) apical_rates: &'a PerLayer,
    pub(super) feedback: feedback::Keys<'a>,
    pub(super) interneurons: InterneuronKind,
}

impl RateKeys<'_> {
    /// Fails on rates out of range. `reaches_hidden` says whether an error reaches hidden layers,
    /// without which no rate is equivalent to one of gradient descent.
    pub(super) fn check(&self, n_layers: usize, reaches_hidden: bool) -> Result<(), SpecError> {
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
        Feedback::check(self.feedback)?;
        self.check_ideal()
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

    /// Rates per layer. `factor` of layer k is the theory's; `mirror` of hidden layer k is what
    /// η_{k+1,k} is divided by to give η^IP_k.
    pub(super) fn resolve(
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
        Ok(LearningRates {
            forward,
            interneuron,
            apical: self.apical_rates.expand(n_hidden, "apical_rates")?,
        })
    }
}

/// Fails unless `values` are finite, not negative, and one or `n`.
pub(super) fn non_negative(key: &str, values: &PerLayer, n: usize) -> Result<(), SpecError> {
    values.check_not_negative(key)?;
    values.expand(n, key).map(drop)
}
