//! The two ways to give the learning rates of forward weights, of which a specification takes one.

use apical_learning::{Numbers, PerLayer, SpecError};

/// Rates that are computed from others: what they are divided by may be next to nothing, in deep networks
/// above all.
pub(crate) const RESULTING: Numbers = Numbers::or_zero(
    1e-37,
    1e30,
    "rates that give the circuit's own from 1e-37 to 1e30 in every layer: more nudging or coupling, or fewer layers",
);

/// `rates`, or `backprop_equivalent_rates`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForwardRates<'a> {
    /// η_{k,k−1} of layers 1…N.
    pub(crate) rates: Option<&'a PerLayer>,
    /// Rates of gradient descent, which divided by the theory's factor of each layer give η_{k,k−1}.
    pub(crate) backprop_equivalent_rates: Option<&'a PerLayer>,
}

impl ForwardRates<'_> {
    /// Fails on rates out of range, and unless exactly one is given. `blocked` says where, if anywhere,
    /// the specification lets no error reach hidden layers, without which no rate is equivalent to one
    /// of gradient descent.
    pub(crate) fn check(&self, n_layers: usize, blocked: Option<&str>) -> Result<(), SpecError> {
        match (self.rates, self.backprop_equivalent_rates) {
            (Some(rates), None) => not_negative("rates", rates, n_layers),
            (None, Some(rates)) => {
                not_negative("backprop_equivalent_rates", rates, n_layers)?;
                match blocked {
                    None => Ok(()),
                    Some(blocked) => Err(SpecError::range(
                        "backprop_equivalent_rates",
                        format!("given where {blocked} leaves no error"),
                        "`rates` there: no error reaches the hidden layers, so no rate is equivalent",
                    )),
                }
            }
            (given, _) => {
                let found = if given.is_some() {
                    "given too"
                } else {
                    "absent"
                };
                Err(SpecError::range(
                    "rates",
                    found,
                    "exactly one of `rates` and `backprop_equivalent_rates`",
                ))
            }
        }
    }

    /// η_{k,k−1} of layers 1…N at index `k − 1`; `factor` of layer k is the theory's.
    pub(crate) fn expand(
        &self,
        n_layers: usize,
        factor: impl Fn(usize) -> f64,
    ) -> Result<Vec<f64>, SpecError> {
        match (self.rates, self.backprop_equivalent_rates) {
            (Some(rates), _) => rates.expand(n_layers, "rates"),
            (None, Some(rates)) => {
                let key = "backprop_equivalent_rates";
                let rates = rates.expand(n_layers, key)?.into_iter().zip(1..);
                let rates = rates.map(|(rate, k)| rate / factor(k));
                rates
                    .map(|rate| RESULTING.check(key, rate).map(|()| rate))
                    .collect()
            }
            (None, None) => Ok(vec![0.0; n_layers]),
        }
    }
}

/// Fails unless `values` are finite, not negative, and one or `n`.
pub(crate) fn not_negative(key: &str, values: &PerLayer, n: usize) -> Result<(), SpecError> {
    values.check_not_negative(key)?;
    values.expand(n, key).map(drop)
}
