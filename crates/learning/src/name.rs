//! The names of a learner's tensors; docs/notation.md is their dictionary.

use std::fmt;
use std::str::FromStr;

/// The name of one tensor of a learner. Layers count from 0 (input) to N (output).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TensorName {
    /// W^PP from layer `from` to layer `to`, shape `[n_to, n_from]`. Forward where
    /// `from = to − 1`, top-down where `from > to`.
    PyramidalFromPyramidal {
        /// Postsynaptic layer.
        to: usize,
        /// Presynaptic layer.
        from: usize,
    },
    /// Weights from a unit of constant rate 1 to the pyramidal neurons of a layer, shape `[n]`.
    PyramidalThreshold {
        /// The layer.
        layer: usize,
    },
    /// W^IP of a hidden layer, shape `[n_interneuron, n_pyramidal]`.
    InterneuronFromPyramidal {
        /// The layer.
        layer: usize,
    },
    /// Weights from a unit of constant rate 1 to the interneurons of a layer, shape `[n]`.
    InterneuronThreshold {
        /// The layer.
        layer: usize,
    },
    /// W^PI of a hidden layer, shape `[n_pyramidal, n_interneuron]`.
    PyramidalFromInterneuron {
        /// The layer.
        layer: usize,
    },
    /// B from the error neurons of layer `from` to those of layer `to`, shape `[n_to, n_from]`.
    ErrorFromError {
        /// Postsynaptic layer.
        to: usize,
        /// Presynaptic layer.
        from: usize,
    },
    /// Q from the pyramidal neurons of a layer to its error neurons, shape `[n, n]`.
    ErrorFromPyramidal {
        /// The layer.
        layer: usize,
    },
    /// A from the error neurons of a layer to its pyramidal neurons, shape `[n, n]`.
    PyramidalFromError {
        /// The layer.
        layer: usize,
    },
    /// A tensor that only one kind of learner has, such as an optimiser's moment.
    Own {
        /// Its name, without a dot.
        name: &'static str,
        /// A layer or running number.
        index: usize,
    },
}

impl TensorName {
    /// W^PP_{k,k−1}, the forward weights into layer `k ≥ 1`.
    pub fn forward(k: usize) -> Self {
        Self::PyramidalFromPyramidal { to: k, from: k - 1 }
    }

    /// W^PP_{k,k+1}, the top-down weights into hidden layer `k`.
    pub fn feedback(k: usize) -> Self {
        Self::PyramidalFromPyramidal { to: k, from: k + 1 }
    }

    /// A tensor `name`, without a dot, that only one kind of learner has, by layer or running number.
    pub fn own(name: &'static str, index: usize) -> Self {
        Self::Own { name, index }
    }
}

impl fmt::Display for TensorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PyramidalFromPyramidal { to, from } => {
                write!(f, "pyramidal_from_pyramidal.{to}_{from}")
            }
            Self::PyramidalThreshold { layer } => write!(f, "pyramidal_threshold.{layer}"),
            Self::InterneuronFromPyramidal { layer } => {
                write!(f, "interneuron_from_pyramidal.{layer}")
            }
            Self::InterneuronThreshold { layer } => write!(f, "interneuron_threshold.{layer}"),
            Self::PyramidalFromInterneuron { layer } => {
                write!(f, "pyramidal_from_interneuron.{layer}")
            }
            Self::ErrorFromError { to, from } => write!(f, "error_from_error.{to}_{from}"),
            Self::ErrorFromPyramidal { layer } => write!(f, "error_from_pyramidal.{layer}"),
            Self::PyramidalFromError { layer } => write!(f, "pyramidal_from_error.{layer}"),
            Self::Own { name, index } => write!(f, "{name}.{index}"),
        }
    }
}

/// The error of a text that is no tensor name shared by all learners.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no tensor name; expected for example `pyramidal_from_pyramidal.1_0` or `interneuron_from_pyramidal.1`"
)]
pub struct NoTensorName(String);

impl FromStr for TensorName {
    type Err = NoTensorName;

    fn from_str(text: &str) -> Result<Self, NoTensorName> {
        let no = || NoTensorName(text.to_owned());
        let (role, place) = text.split_once('.').ok_or_else(no)?;
        let number = |digits: &str| digits.parse::<usize>().map_err(|_| no());
        if role == "pyramidal_from_pyramidal" || role == "error_from_error" {
            let (to, from) = place.split_once('_').ok_or_else(no)?;
            let (to, from) = (number(to)?, number(from)?);
            return Ok(match role {
                "error_from_error" => Self::ErrorFromError { to, from },
                _ => Self::PyramidalFromPyramidal { to, from },
            });
        }
        let layer = number(place)?;
        match role {
            "pyramidal_threshold" => Ok(Self::PyramidalThreshold { layer }),
            "interneuron_from_pyramidal" => Ok(Self::InterneuronFromPyramidal { layer }),
            "interneuron_threshold" => Ok(Self::InterneuronThreshold { layer }),
            "pyramidal_from_interneuron" => Ok(Self::PyramidalFromInterneuron { layer }),
            "error_from_pyramidal" => Ok(Self::ErrorFromPyramidal { layer }),
            "pyramidal_from_error" => Ok(Self::PyramidalFromError { layer }),
            _ => Err(no()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for text in [
            "pyramidal_from_pyramidal.1_0",
            "pyramidal_from_pyramidal.1_2",
            "pyramidal_threshold.3",
            "interneuron_from_pyramidal.1",
            "interneuron_threshold.2",
            "pyramidal_from_interneuron.2",
            "error_from_error.1_2",
            "error_from_pyramidal.2",
            "pyramidal_from_error.1",
        ] {
            let name: TensorName = text.parse().expect("a valid name");
            assert_eq!(name.to_string(), text);
        }
        assert!("pyramidal_from_pyramidal.1".parse::<TensorName>().is_err());
        assert!("soma.1".parse::<TensorName>().is_err());
    }
}
