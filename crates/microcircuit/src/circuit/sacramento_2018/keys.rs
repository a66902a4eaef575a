//! The keys of a specification that all forms of the circuit share: its connections and their rates.

use apical_learning::{Network, PerLayer, SpecError};

use super::interneuron_rates::InterneuronRates;
use super::table::{Choices, Circuit, InterneuronKind, LateralRule, LearningRates, Start};
use crate::feedback::{self, Feedback, Signal};
use crate::forward_rates::{ForwardRates, RESULTING, not_negative};

/// The shared keys, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    pub(crate) forward: ForwardRates<'a>,
    pub(crate) interneuron_rates: &'a InterneuronRates,
    pub(crate) apical_rates: &'a PerLayer,
    pub(crate) feedback: feedback::Keys<'a>,
    pub(crate) lateral_rule: Option<LateralRule>,
    pub(crate) start: Start,
    pub(crate) interneurons: InterneuronKind,
    pub(crate) interneuron_scale: &'a PerLayer,
    pub(crate) lateral_scale: &'a PerLayer,
}

/// The shared keys of a specification, whose fields have their names; and the start that only one form has.
macro_rules! keys_of {
    ($spec:expr, $start:expr) => {
        $crate::circuit::sacramento_2018::keys::Keys {
            forward: $crate::forward_rates::ForwardRates {
                rates: $spec.rates.as_ref(),
                backprop_equivalent_rates: $spec.backprop_equivalent_rates.as_ref(),
            },
            interneuron_rates: &$spec.interneuron_rates,
            apical_rates: &$spec.apical_rates,
            feedback: $crate::feedback::Keys {
                kind: $spec.feedback,
                scale: &$spec.feedback_scale,
                rates: &$spec.feedback_rates,
                lateral_rates: &$spec.apical_rates,
                start: $start,
            },
            lateral_rule: $spec.lateral_rule,
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
        let blocked = (!reaches_hidden).then_some("the apical or the interneurons' mixing");
        self.forward.check(n_layers, blocked)?;
        let n_hidden = n_layers - 1;
        if let InterneuronRates::Each(rates) = self.interneuron_rates {
            not_negative("interneuron_rates", rates, n_hidden)?;
        }
        not_negative("apical_rates", self.apical_rates, n_hidden)?;
        self.lateral_rule(&Feedback::new(self.feedback, n_hidden)?)?;
        self.check_ideal()?;
        for (key, values) in [
            ("interneuron_scale", self.interneuron_scale),
            ("pyramidal_from_interneuron_scale", self.lateral_scale),
        ] {
            not_negative(key, values, n_hidden)?;
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

    /// How W^PI follows `feedback`: paired where nothing is said and there is something to follow.
    fn lateral_rule(&self, feedback: &Feedback) -> Result<LateralRule, SpecError> {
        let needs = feedback.needs();
        let is_pair = needs.contains(&Signal::PresynapticError)
            || feedback.noise().is_some()
            || self.feedback.start.is_some() && !needs.contains(&Signal::OwnPotential);
        let rule = match self.lateral_rule {
            None if is_pair => LateralRule::Paired,
            None | Some(LateralRule::Eq9) => LateralRule::Eq9,
            Some(rule) if is_pair => rule,
            Some(rule) => {
                let expected = "\"eq9\", or feedback that learns by a rule which W^PI can follow: `reciprocal`, `phaseless`, or a `feedback_start`";
                let found = format!("{rule:?}").to_lowercase();
                return Err(SpecError::range("lateral_rule", found, expected));
            }
        };
        let rates = self.apical_rates;
        if rule != LateralRule::Eq9 && rates.values().iter().any(|&rate| rate != 0.0) {
            let expected = "0, or `lateral_rule = \"eq9\"`: W^PI follows the top-down weights";
            let found = format!("{:?}", rates.values());
            return Err(SpecError::range("apical_rates", found, expected));
        }
        Ok(rule)
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
        let feedback = Feedback::new(self.feedback, n_hidden)?;
        let choices = Choices {
            start: self.start,
            interneurons: self.interneurons,
            interneuron_scale: (self.interneuron_scale).expand(n_hidden, "interneuron_scale")?,
            lateral_scale: (self.lateral_scale)
                .expand(n_hidden, "pyramidal_from_interneuron_scale")?,
            self_predicting_factor,
            lateral_rule: self.lateral_rule(&feedback)?,
            rates: self.resolve(network.n_layers(), factor, mirror)?,
        };
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
        let forward = self.forward.expand(n_layers, factor)?;
        let interneuron = match self.interneuron_rates {
            InterneuronRates::Mirror => forward[1..]
                .iter()
                .zip(1..)
                .map(|(rate, k)| rate / mirror(k))
                .collect(),
            InterneuronRates::Each(rates) => rates.expand(n_hidden, "interneuron_rates")?,
        };
        let mut rates = interneuron.iter();
        rates.try_for_each(|&rate| RESULTING.check("interneuron_rates", rate))?;
        Ok(LearningRates {
            forward,
            interneuron,
            apical: self.apical_rates.expand(n_hidden, "apical_rates")?,
        })
    }
}

pub(crate) fn zero() -> PerLayer {
    PerLayer::All(0.0)
}

pub(crate) fn one_per_layer<T: From<PerLayer>>() -> T {
    PerLayer::All(1.0).into()
}
