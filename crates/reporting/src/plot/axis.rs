//! Axes: range, scale and ticks.

use crate::number::raised;

/// How values become lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Linear,
    Logarithmic,
}

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// A range of values with its scale and ticks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
    pub(crate) ticks: Vec<Tick>,
    /// Places without label.
    pub(crate) minor: Vec<f64>,
}

impl Axis {
    /// A linear axis from `low` to `high` exactly, with at most about `n_ticks` ticks.
    pub(crate) fn linear(low: f64, high: f64, n_ticks: usize) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self::with_steps(low, high, nice_step((high - low) / n_ticks as f64))
    }

    fn with_steps(low: f64, high: f64, step: f64) -> Self {
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        let n_decimals = usize::try_from(-decade(step)).unwrap_or(0);
        Self {
            low,
            high,
            scale: Scale::Linear,
            ticks: (first..=last)
                .map(|i| {
                    let value = i as f64 * step;
                    Tick {
                        value,
                        label: grouped(value, n_decimals),
                    }
                })
                .collect(),
            minor: Vec::new(),
        }
    }

    /// A linear axis that begins and ends at ticks.
    pub(crate) fn linear_rounded(low: f64, high: f64, n_ticks: usize) -> Self {
        Self::linear_in_steps(low, high, n_ticks, 0.0)
    }

    /// A linear axis that begins and ends at ticks, which stand `least_step` or more apart.
    pub(crate) fn linear_in_steps(low: f64, high: f64, n_ticks: usize, least_step: f64) -> Self {
        let high = if high > low {
            high
        } else {
            low + 1.0_f64.max(least_step)
        };
        let mut step = nice_step(((high - low) / n_ticks as f64).max(least_step));
        loop {
            let low = (low / step + 1e-9).floor() * step;
            let high = (high / step - 1e-9).ceil() * step;
            // The longer axis may have wider steps.
            let wider = nice_step(((high - low) / n_ticks as f64).max(least_step));
            if wider <= step {
                return Self::with_steps(low, high, step);
            }
            step = wider;
        }
    }

    /// Epochs from `first` to `last`: whole numbers only.
    pub(crate) fn epochs(first: usize, last: usize, n_ticks: usize) -> Self {
        let (low, high) = (first as f64, last.max(first + 1) as f64);
        let mut axis = Self::linear(low, high, n_ticks);
        axis.ticks.retain(|tick| tick.value.fract().abs() < 1e-9);
        for tick in &mut axis.ticks {
            tick.label = grouped(tick.value, 0);
        }
        axis
    }

    /// Degrees from 0 to 90, or to 180 where `highest` needs it; 0 stands clear of the end.
    pub(crate) fn degrees(highest: f64) -> Self {
        let (high, step) = if highest <= 90.0 {
            (95.0, 30)
        } else if highest <= 103.0 {
            (108.0, 30)
        } else if highest <= 120.0 {
            (125.0, 30)
        } else {
            (185.0, 45)
        };
        Self {
            low: -5.0,
            high,
            scale: Scale::Linear,
            ticks: (0..=high as i32)
                .step_by(step)
                .map(|value| Tick {
                    value: f64::from(value),
                    label: value.to_string(),
                })
                .collect(),
            minor: Vec::new(),
        }
    }

    /// Degrees from 0 to 90, or to 120 or 180 where `highest` needs it.
    pub(crate) fn degrees_from_zero(highest: f64) -> Self {
        let (high, step) = match highest {
            of if of <= 90.0 => (90.0, 30.0),
            of if of <= 120.0 => (120.0, 30.0),
            _ => (180.0, 45.0),
        };
        Self::with_steps(0.0, high, step)
    }

    /// `n` places that take one unit each, numbered from `first`.
    pub(crate) fn places(n: usize, first: usize) -> Self {
        let last = first + n.max(1) - 1;
        let (low, high) = (first as f64 - 0.5, last as f64 + 0.5);
        Self::with_steps(low, high, 1.0)
    }

    /// The same without ticks at `end` and above.
    pub(crate) fn labelled_below(mut self, end: usize) -> Self {
        self.ticks.retain(|tick| tick.value < end as f64);
        self
    }

    /// The same between other ends; ticks beyond them are left out.
    pub(crate) fn between(mut self, low: f64, high: f64) -> Self {
        (self.low, self.high) = (low, high);
        self.ticks.retain(|tick| (low..=high).contains(&tick.value));
        self.minor.retain(|value| (low..=high).contains(value));
        self
    }

    /// A logarithmic axis that holds `low` to `high`, both positive, with a margin.
    pub(crate) fn logarithmic(low: f64, high: f64) -> Self {
        let (mut low, mut high) = (low.log10(), high.log10().max(low.log10()));
        let missing = (0.5 - (high - low)).max(0.0);
        low -= 0.5 * missing;
        high += 0.5 * missing;
        let margin = 0.05 * (high - low);
        let (low, high) = (10_f64.powf(low - margin), 10_f64.powf(high + margin));
        let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let of = |digits: &[i32]| -> Vec<(i32, i32)> {
            decades
                .clone()
                .flat_map(|decade| digits.iter().map(move |digit| (*digit, decade)))
                .filter(|(digit, decade)| {
                    let value = f64::from(*digit) * 10_f64.powi(*decade);
                    (low..=high).contains(&value)
                })
                .collect()
        };
        let mut labelled = of(&[1]);
        if labelled.len() < 3 {
            labelled = of(&[1, 3]);
        }
        if labelled.len() < 3 {
            labelled = of(&[1, 2, 5]);
        }
        let stride = labelled.len().div_ceil(6).max(1) as i32;
        labelled.retain(|(_, decade)| stride == 1 || decade.rem_euclid(stride) == 0);
        let is_labelled = |place: &(i32, i32)| labelled.contains(place);
        let minor = if stride > 1 {
            of(&[1])
        } else if labelled.len() > N_DECADES_WITH_MINOR {
            Vec::new()
        } else {
            of(&[1, 2, 3, 4, 5, 6, 7, 8, 9])
        };
        let is_short = |decade: i32| (-3..=3).contains(&decade);
        let are_short = labelled.iter().all(|(_, decade)| is_short(*decade));
        let value = |(digit, decade): (i32, i32)| f64::from(digit) * 10_f64.powi(decade);
        Self {
            low,
            high,
            scale: Scale::Logarithmic,
            minor: minor
                .into_iter()
                .filter(|place| !is_labelled(place))
                .map(value)
                .collect(),
            ticks: labelled
                .iter()
                .map(|&(digit, decade)| Tick {
                    value: value((digit, decade)),
                    label: power_label(digit, decade, are_short),
                })
                .collect(),
        }
    }

    /// The same with at most `n` labels, evenly left out; their places stay.
    pub(crate) fn labelled_at_most(mut self, n: usize) -> Self {
        let stride = self.ticks.len().div_ceil(n.max(1)).max(1);
        let (kept, left_out): (Vec<_>, Vec<_>) = (self.ticks.into_iter().enumerate())
            .partition(|(index, _)| index.is_multiple_of(stride));
        self.ticks = kept.into_iter().map(|(_, tick)| tick).collect();
        self.minor
            .extend(left_out.iter().map(|(_, tick)| tick.value));
        self
    }

    /// A logarithmic axis of `values`, positive and in order, each with a tick.
    pub(crate) fn at(values: &[f64]) -> Self {
        let ends = values.first().zip(values.last());
        let (low, high) = ends.map_or((1.0, 1.0), |(low, high)| (*low, *high));
        let margin = (high / low).powf(0.06).max(1.1);
        let tick = |value: &f64| Tick {
            value: *value,
            label: grouped(*value, 0),
        };
        Self {
            low: low / margin,
            high: high * margin,
            scale: Scale::Logarithmic,
            ticks: values.iter().map(tick).collect(),
            minor: Vec::new(),
        }
    }

    /// Its lower end.
    pub(crate) fn low(&self) -> f64 {
        self.low
    }

    /// Its upper end.
    pub(crate) fn high(&self) -> f64 {
        self.high
    }

    /// Whether it has no place for 0 and below.
    pub(crate) fn is_logarithmic(&self) -> bool {
        self.scale == Scale::Logarithmic
    }

    /// Whether a value has a place on the axis at all, be it beyond its ends.
    pub(crate) fn can_show(&self, value: f64) -> bool {
        value.is_finite() && (self.scale == Scale::Linear || value > 0.0)
    }

    /// The place of `value` from 0 (low end) to 1 (high end).
    pub(crate) fn share(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic => {
                let value = value.max(f64::MIN_POSITIVE);
                (value / self.low).log10() / (self.high / self.low).log10()
            }
        }
    }
}

/// A step of 1, 2 or 5 times a power of ten, at least `rough`.
fn nice_step(rough: f64) -> f64 {
    let power = 10_f64.powi(decade(rough));
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

fn decade(value: f64) -> i32 {
    (value.log10() + 1e-9).floor() as i32
}

/// A number with thin spaces between thousands from 10 000 on.
fn grouped(value: f64, n_decimals: usize) -> String {
    let value = if value == 0.0 { 0.0 } else { value };
    let text = format!("{:.n_decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::from(if value < 0.0 { "\u{2212}" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        let n_left = whole.len() - index;
        if index > 0 && n_left % 3 == 0 && whole.len() > 4 {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out + rest
}

/// Decades of a logarithmic axis beyond which its ticks would stand too close with minor ones.
const N_DECADES_WITH_MINOR: usize = 4;

/// `digit` · 10^`decade`; 1 to 10 are always `written_out`.
fn power_label(digit: i32, decade: i32, written_out: bool) -> String {
    if written_out || (0..=1).contains(&decade) {
        let n_decimals = usize::try_from(-decade).unwrap_or(0);
        return grouped(f64::from(digit) * 10_f64.powi(decade), n_decimals);
    }
    let exponent = raised(decade);
    if digit == 1 {
        format!("10{exponent}")
    } else {
        format!("{digit}·10{exponent}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| &*tick.label).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers() {
        assert_eq!(labels(&Axis::linear(0.0, 60.0, 3)), ["0", "20", "40", "60"]);
        assert_eq!(
            labels(&Axis::linear_rounded(93.4, 98.7, 5)),
            ["92", "94", "96", "98", "100"]
        );
        assert_eq!(
            labels(&Axis::linear_rounded(88.1, 98.4, 5)),
            ["85", "90", "95", "100"]
        );
        assert_eq!(labels(&Axis::linear(0.0, 1.0, 4)), ["0.0", "0.5", "1.0"]);
        assert_eq!(labels(&Axis::epochs(0, 2, 5)), ["0", "1", "2"]);
        assert_eq!(
            labels(&Axis::linear(-10_000.0, 20_000.0, 3)),
            ["−10\u{2009}000", "0", "10\u{2009}000", "20\u{2009}000"]
        );
    }

    #[test]
    fn ticks_are_no_finer_than_asked_for() {
        // Of 360 samples one is 0.28 %.
        let axis = Axis::linear_in_steps(97.3, 97.9, 5, 100.0 / 360.0);
        assert_eq!(labels(&axis), ["97.0", "97.5", "98.0"]);
        let axis = Axis::linear_in_steps(50.0, 50.0, 5, 50.0);
        assert_eq!(labels(&axis), ["50", "100"]);
    }

    #[test]
    fn logarithmic_ticks_are_there_once_at_every_span() {
        assert_eq!(labels(&Axis::logarithmic(0.9, 1.1)), ["1"]);
        assert_eq!(labels(&Axis::logarithmic(0.2, 3.0)), ["0.3", "1", "3"]);
        assert_eq!(
            labels(&Axis::logarithmic(0.001, 10.0)),
            ["0.001", "0.01", "0.1", "1", "10"]
        );
        assert_eq!(
            labels(&Axis::logarithmic(1e-12, 1.0)),
            ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "1"]
        );
    }

    #[test]
    fn labels_are_left_out_evenly_and_their_places_stay() {
        let axis = Axis::logarithmic(0.002, 0.5);
        assert_eq!(labels(&axis), ["0.003", "0.01", "0.03", "0.1", "0.3"]);
        let n_minor = axis.minor.len();
        let axis = axis.labelled_at_most(3);
        assert_eq!(labels(&axis), ["0.003", "0.03", "0.3"]);
        assert_eq!(axis.minor.len(), n_minor + 2);
        assert_eq!(labels(&axis.labelled_at_most(3)), ["0.003", "0.03", "0.3"]);
    }

    #[test]
    fn places_run_from_zero_to_one() {
        let axis = Axis::linear(2.0, 4.0, 2);
        assert_eq!(axis.share(3.0), 0.5);
        let axis = Axis::logarithmic(1.0, 100.0);
        assert!((axis.share(10.0) - 0.5).abs() < 1e-12);
        assert!(!axis.can_show(0.0));
    }

    #[test]
    fn angles_get_a_round_axis() {
        assert_eq!(labels(&Axis::degrees(89.0)), ["0", "30", "60", "90"]);
        assert_eq!(labels(&Axis::degrees(97.0)), ["0", "30", "60", "90"]);
        assert_eq!(
            labels(&Axis::degrees(170.0)),
            ["0", "45", "90", "135", "180"]
        );
    }
}
