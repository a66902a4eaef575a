//! Figures of named series, for whoever has series and no records of runs: rows of panels, each with
//! lines over seeds, in the look of all other figures.

mod csv;
mod draw;

use crate::palette::LineStyle;

/// A figure: rows of panels over one x axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Its name, also that of its files.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How to read it, in sentences.
    pub how_to_read: String,
    /// The x axis of all panels.
    pub x: ChartAxis,
    /// Rows of panels, from the top.
    pub rows: Vec<ChartRow>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartAxis {
    /// What it shows, with the unit in parentheses.
    pub label: String,
    /// How values become lengths.
    pub scale: ChartScale,
}

/// How values become lengths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChartScale {
    /// Linear, as wide as the values, ends rounded.
    Linear,
    /// Linear, as wide as the values, which are counts.
    Whole,
    /// Linear from 0 to at least the largest value.
    FromZero,
    /// Linear, from the first value to the second exactly.
    Between(f64, f64),
    /// Logarithmic, as wide as the positive values; others are not shown.
    Logarithmic,
    /// Degrees from 0 to 90, or to 180 where values need it.
    Degrees,
}

/// Panels side by side that share a y axis.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartRow {
    /// Over the row; empty for none.
    pub heading: String,
    /// The y axis.
    pub y: ChartAxis,
    /// Values to compare with, as grey lines across.
    pub guides: Vec<f64>,
    /// Height of the axes in mm; 22 is usual, a figure is 85 mm wide.
    pub height_mm: f64,
    /// The panels, from the left.
    pub panels: Vec<ChartPanel>,
}

/// One pair of axes.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartPanel {
    /// Over the panel; empty for none.
    pub title: String,
    /// Its lines, the first lowest.
    pub lines: Vec<ChartLine>,
}

/// A series for every seed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLine {
    /// Its entry in the legend, one for all lines of the same label; empty for none.
    pub label: String,
    /// Colour, dash and marker.
    pub look: LineLook,
    /// What is drawn beside the mean.
    pub spread: ChartSpread,
    /// A series per seed.
    pub seeds: Vec<ChartSeed>,
}

/// The series of one seed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartSeed {
    /// The seed.
    pub seed: u64,
    /// Places, in order of x.
    pub points: Vec<(f64, f64)>,
    /// Whether it broke off: it is then shown up to a mark at its last place, and is in no mean.
    pub broke_off: bool,
}

/// What is drawn beside the mean over seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartSpread {
    /// The mean alone.
    Nothing,
    /// A band of ± one standard deviation; of fewer than five seeds, and where a logarithmic axis has no
    /// place for it, a thin line per seed.
    Band,
    /// A thin line per seed.
    Seeds,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineLook {
    style: LineStyle,
}

impl LineLook {
    /// The `index`-th colour and marker.
    pub fn series(index: usize) -> Self {
        Self {
            style: LineStyle::at(index.into(), 0),
        }
    }

    /// Grey and dashed, without marker: something to compare with.
    pub fn reference() -> Self {
        Self {
            style: LineStyle::null(),
        }
    }

    /// The same, broken in the `index`-th way; 0 is in one piece.
    #[must_use]
    pub fn dashed(mut self, index: usize) -> Self {
        self.style = self.style.dashed(index);
        self
    }

    /// The same without marker.
    #[must_use]
    pub fn without_marker(mut self) -> Self {
        self.style.marker = crate::palette::Marker::Nothing;
        self
    }
}

impl ChartAxis {
    /// An axis.
    pub fn new(label: impl Into<String>, scale: ChartScale) -> Self {
        Self {
            label: label.into(),
            scale,
        }
    }
}

impl ChartRow {
    /// A row without heading, guides and panels.
    pub fn new(y: ChartAxis, height_mm: f64) -> Self {
        Self {
            heading: String::new(),
            y,
            guides: Vec::new(),
            height_mm,
            panels: Vec::new(),
        }
    }

    /// The same with guides at `values`.
    #[must_use]
    pub fn with_guides(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        self.guides.extend(values);
        self
    }

    /// The same with one more panel.
    #[must_use]
    pub fn with_panel(mut self, title: impl Into<String>, lines: Vec<ChartLine>) -> Self {
        let title = title.into();
        self.panels.push(ChartPanel { title, lines });
        self
    }
}

impl ChartLine {
    /// A line of one series that belongs to no seed, such as a prediction.
    pub fn single(label: impl Into<String>, look: LineLook, points: Vec<(f64, f64)>) -> Self {
        Self {
            label: label.into(),
            look,
            spread: ChartSpread::Nothing,
            seeds: vec![ChartSeed {
                seed: 0,
                points,
                broke_off: false,
            }],
        }
    }

    /// Mean and standard deviation over the seeds that did not break off, at every x that one of them
    /// has: `(x, values)`.
    fn by_x(&self) -> Vec<(f64, Vec<f64>)> {
        let mut places: Vec<(f64, f64)> = self
            .seeds
            .iter()
            .filter(|seed| !seed.broke_off)
            .flat_map(|seed| seed.points.iter().copied())
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .collect();
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        places
            .chunk_by(|a, b| a.0 == b.0)
            .map(|chunk| (chunk[0].0, chunk.iter().map(|(_, y)| *y).collect()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(seed: u64, points: &[(f64, f64)], broke_off: bool) -> ChartSeed {
        ChartSeed {
            seed,
            points: points.to_vec(),
            broke_off,
        }
    }

    fn chart(scale: ChartScale) -> Chart {
        Chart {
            name: "residual".into(),
            title: "Residual".into(),
            how_to_read: "Lower is better.".into(),
            x: ChartAxis {
                label: "patterns".into(),
                scale,
            },
            rows: vec![ChartRow {
                heading: "first".into(),
                y: ChartAxis {
                    label: "residual".into(),
                    scale: ChartScale::Logarithmic,
                },
                guides: vec![2.0],
                height_mm: 22.0,
                panels: vec![ChartPanel {
                    title: "left".into(),
                    lines: vec![
                        ChartLine {
                            label: "a".into(),
                            look: LineLook::series(0),
                            spread: ChartSpread::Band,
                            seeds: vec![
                                seed(0, &[(1.0, 1.0), (10.0, 2.0)], false),
                                seed(3, &[(1.0, 3.0), (10.0, 4.0)], false),
                                seed(4, &[(1.0, 500.0)], true),
                            ],
                        },
                        ChartLine::single("prediction", LineLook::reference(), vec![(1.0, 1.5)]),
                    ],
                }],
            }],
        }
    }

    #[test]
    fn the_table_has_means_of_what_did_not_break_off_and_every_seed() {
        let text = chart(ChartScale::Logarithmic).csv();
        assert_eq!(
            std::str::from_utf8(&text).expect("UTF-8"),
            "row,panel,line,x,n_seeds,mean,standard_deviation,seed_0,seed_3,seed_4\n\
             first,left,a,1,2,2,1.4142135623730951,1,3,500\n\
             first,left,a,10,2,3,1.4142135623730951,2,4,\n\
             first,left,prediction,1,1,1.5,,1.5,,\n"
        );
    }

    #[test]
    fn it_is_drawn_on_every_scale() {
        for scale in [
            ChartScale::Linear,
            ChartScale::Whole,
            ChartScale::FromZero,
            ChartScale::Between(0.0, 20.0),
            ChartScale::Logarithmic,
            ChartScale::Degrees,
        ] {
            let files = chart(scale).files("figures").expect("drawn");
            let paths: Vec<&str> = files.artefacts.iter().map(|file| &*file.path).collect();
            assert_eq!(
                paths,
                [
                    "figures/residual.svg",
                    "figures/residual.png",
                    "figures/residual.csv"
                ]
            );
            for text in ["ran away", "prediction", "residual", "left", "first"] {
                assert!(files.svg.contains(text), "{scale:?}: {text}");
            }
        }
    }

    #[test]
    fn a_trace_on_the_maximum_of_its_axis_is_not_cut() {
        // As far beyond 1 as the rounding of the axis lets pass.
        let top = 1.0 + 5e-10;
        let mut flat = chart(ChartScale::Between(0.0, 4.0));
        let row = &mut flat.rows[0];
        row.y.scale = ChartScale::Linear;
        row.guides.clear();
        let points = vec![(0.0, 0.0), (1.0, top), (2.0, top), (4.0 + 1e-12, top)];
        row.panels[0].lines = vec![ChartLine::single("a", LineLook::series(0), points)];
        let svg = flat.files("figures").expect("drawn").svg;
        let lines = svg
            .split("<polyline ")
            .filter(|line| line.contains("#0072B2"));
        let longest = lines.map(|line| line.matches(',').count()).max();
        assert_eq!(longest, Some(4));
    }

    #[test]
    fn without_any_value_there_are_empty_axes() {
        let mut empty = chart(ChartScale::Logarithmic);
        empty.rows[0].panels[0].lines.clear();
        assert!(empty.files("figures").is_ok());
    }
}
