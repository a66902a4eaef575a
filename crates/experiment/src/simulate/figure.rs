//! Traces of chosen neurons as a figure.

use std::str::FromStr;

use apical_reporting::{Chart, ChartAxis, ChartLine, ChartRow, ChartScale, LineLook};

use super::{Model, Quantity, Traces};

/// A neuron as LAYER.NUMBER, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neuron {
    /// Its layer.
    pub layer: usize,
    /// Its number in the layer.
    pub number: usize,
}

impl FromStr for Neuron {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (layer, number) = text.split_once('.').ok_or(())?;
        Ok(Self {
            layer: layer.parse().map_err(|_| ())?,
            number: number.parse().map_err(|_| ())?,
        })
    }
}

/// A row per neuron: the input rate, or soma, basal and apical potential of the neuron, the
/// interneuron that it teaches in the layer below or its error neuron, and its target.
pub fn chart(title: &str, model: Model, traces: &Traces, neurons: &[Neuron]) -> Chart {
    let rows = neurons.iter().map(|neuron| {
        let Neuron { layer, number } = *neuron;
        let below = layer.wrapping_sub(1);
        // Each quantity keeps its colour in all rows.
        let lines = [
            (
                Quantity::Input,
                (layer, number),
                "input rate",
                LineLook::series(5),
            ),
            (
                Quantity::Basal,
                (layer, number),
                "basal",
                LineLook::series(1),
            ),
            (
                Quantity::Prediction,
                (layer, number),
                "basal, attenuated",
                LineLook::series(1),
            ),
            (
                Quantity::Apical,
                (layer, number),
                "apical",
                LineLook::series(2),
            ),
            (
                Quantity::Error,
                (layer, number),
                "error neuron",
                LineLook::series(3).dashed(1),
            ),
            (Quantity::Soma, (layer, number), "soma", LineLook::series(0)),
            (
                Quantity::Interneuron,
                (below, number),
                "interneuron that the soma teaches",
                LineLook::series(3).dashed(1),
            ),
            (
                Quantity::Target,
                (layer, number),
                "teacher",
                LineLook::reference(),
            ),
        ];
        let lines = lines.into_iter().filter_map(|(quantity, of, label, look)| {
            let points = traces.line(quantity, of)?;
            let given = points.iter().any(|(_, value)| value.is_finite());
            given.then(|| ChartLine::single(label, look.without_marker(), points))
        });
        ChartRow {
            heading: match layer {
                0 => format!("input {number}"),
                _ => format!("layer {layer}, neuron {number}"),
            },
            ..match layer {
                0 => ChartRow::new(ChartAxis::new("rate", ChartScale::Linear), 12.0),
                _ => ChartRow::new(ChartAxis::new("potential", ChartScale::Linear), 22.0),
            }
            .with_panel("", lines.collect())
        }
    });
    let end = traces.times_ms.last().copied().unwrap_or(1.0).max(1e-9);
    Chart {
        name: "traces".into(),
        title: title.to_owned(),
        how_to_read: match model {
            Model::Sacramento2018 => {
                "A row per neuron. Where soma and attenuated basal potential part, the neuron \
                learns; an interneuron follows the soma that teaches it where it predicts it."
            }
            Model::Max2026 => {
                "A row per neuron. Where soma and attenuated basal potential part, the neuron \
                learns; its error neuron carries the error that parts them. The teacher gives a rate."
            }
        }
        .into(),
        x: ChartAxis::new("time (ms)", ChartScale::Between(0.0, end)),
        rows: rows.collect(),
    }
}
