//! What protocols measure: every quantity is declared once, with its label and unit.

use std::fmt;

/// A quantity. In its label `{k}` stands for a layer and `{k+1}` for the one above, also as a lowered
/// letter (`u_{k}`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quantity {
    /// Its name in records.
    pub(super) name: &'static str,
    /// How it is called in tables and figures.
    pub(super) label: &'static str,
    /// Its unit; 1 where it has none.
    pub(super) unit: &'static str,
}

/// A quantity as one run has it: of the whole, or of a layer or neuron, at the start or in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Series {
    quantity: Quantity,
    stage: Option<&'static str>,
    number: Option<usize>,
    at_start: bool,
}

/// ‖u_{k+1} − u^I_k‖² of hidden layer k.
pub(super) const MISMATCH: Quantity = Quantity::new("mismatch", "‖u_{k+1} − u^{I}_{k}‖²", "1");
/// ‖v_A,k‖² of hidden layer k.
pub(super) const APICAL: Quantity = Quantity::new("apical", "‖v_{A,k}‖²", "1");

impl Quantity {
    /// A quantity.
    pub(super) const fn new(name: &'static str, label: &'static str, unit: &'static str) -> Self {
        Self { name, label, unit }
    }

    /// Of one layer, or one neuron.
    pub(super) fn of(self, number: usize) -> Series {
        Series {
            number: Some(number),
            ..self.into()
        }
    }
}

impl Series {
    /// Before anything is learned.
    pub(super) fn at_start(self) -> Self {
        Self {
            at_start: true,
            ..self
        }
    }

    /// In one stage of the protocol.
    pub(super) fn within(self, stage: &'static str) -> Self {
        Self {
            stage: Some(stage),
            ..self
        }
    }

    /// The label, without the unit.
    pub(super) fn label(&self) -> String {
        let label = self.quantity.label;
        match self.number {
            Some(k) => label
                .replace("_{k+1}", &format!("_{{{}}}", k + 1))
                .replace("_{k}", &format!("_{{{k}}}"))
                .replace(",k}", &format!(",{k}}}"))
                .replace("{k}", &k.to_string()),
            None => label.to_owned(),
        }
    }

    /// The label, with the unit where there is one, as tables and axes have it.
    pub(super) fn heading(&self) -> String {
        match self.quantity.unit {
            "1" => self.label(),
            unit => format!("{} ({unit})", self.label()),
        }
    }
}

impl From<Quantity> for Series {
    fn from(quantity: Quantity) -> Self {
        Self {
            quantity,
            stage: None,
            number: None,
            at_start: false,
        }
    }
}

/// The name in records.
impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(stage) = self.stage {
            write!(f, "{stage}.")?;
        }
        f.write_str(self.quantity.name)?;
        if let Some(number) = self.number {
            write!(f, ".{number}")?;
        }
        if self.at_start {
            f.write_str(".at_start")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_has_one_name_in_records_and_one_label() {
        let start = MISMATCH.of(1).at_start();
        assert_eq!(start.to_string(), "mismatch.1.at_start");
        assert_eq!(start.heading(), "‖u_{2} − u^{I}_{1}‖²");
        assert_eq!(APICAL.of(1).heading(), "‖v_{A,1}‖²");
        let soma = Quantity::new("soma", "soma u", "1");
        assert_eq!(soma.of(0).within("before").to_string(), "before.soma.0");
        let angle = Quantity::new("angle", "angle", "°");
        assert_eq!(Series::from(angle).heading(), "angle (°)");
    }
}
