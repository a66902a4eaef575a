//! Figures, one file each: the runs of a task become a picture and the numbers plotted in it.
//!
//! A file says all of its figure, in its `FIGURE`; a line of `figures!` lists it.

mod shared;

use apical_learning::Metric;

use crate::csv::Csv;
use crate::group::Task;
use crate::plot::Picture;

/// A figure, drawn for every task.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// Its name, also that of its files.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// One line on what it shows.
    pub one_line: &'static str,
    /// How to read it, in sentences.
    pub how_to_read: &'static str,
    /// The metrics that it shows.
    pub reads: &'static [Metric],
    /// Whether it shows times, which are nothing without the processor.
    pub shows_times: bool,
    /// How it is made.
    pub(crate) drafts: Drafts,
}

impl Figure {
    /// The figure of `task`, one of `tasks`, before it is drawn.
    pub(crate) fn draft(&self, task: &Task<'_>, tasks: &[Task<'_>]) -> Result<Draft, Omission> {
        match self.drafts {
            Drafts::OfTask(draft) => draft(task),
            Drafts::Among(draft) => draft(task, tasks),
        }
    }

    /// Its title on the page of a task.
    pub(crate) fn title_of(&self, task: &Task<'_>) -> String {
        format!("{}, {}", self.title, task.name)
    }
}

/// The figure of a task, or why there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Drafts {
    /// Of the task alone.
    OfTask(fn(&Task<'_>) -> Result<Draft, Omission>),
    /// Of the task and others among all of the experiment.
    Among(fn(&Task<'_>, &[Task<'_>]) -> Result<Draft, Omission>),
}

/// A figure before it is drawn.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) picture: Picture,
    /// The numbers plotted.
    pub(crate) csv: Csv,
}

/// Why a figure is not there, in words.
pub(crate) type Omission = &'static str;

/// Declares the modules of the figures, and [`FIGURES`].
macro_rules! figures {
    ($($figure:ident,)*) => {
        $(mod $figure;)*

        /// All figures, in the order of the page.
        pub static FIGURES: &[Figure] = &[$($figure::FIGURE),*];
    };
}

figures! {
    update_angle,
    angle_map,
    learners,
    error_over_angle,
    contrasts,
    sweep,
    depth,
    learning_curves,
    confusion,
    class_accuracy,
    accuracy_against_time,
    time_front,
    phases,
    hidden_error,
    feedback,
    norm_ratio,
    step_usefulness,
    self_prediction,
    tuning,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::FIGURES;

    #[test]
    fn every_file_of_a_figure_is_listed() {
        let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/figure");
        let entries = std::fs::read_dir(room).expect("the room of the figures");
        let paths = entries.map(|entry| entry.expect("a file").path());
        let files: BTreeSet<String> = paths
            .filter(|path| path.is_file() && !path.ends_with("mod.rs"))
            .map(|path| {
                path.file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        let listed: BTreeSet<String> = FIGURES.iter().map(|f| f.name.to_owned()).collect();
        assert_eq!(files, listed);
        assert_eq!(listed.len(), FIGURES.len(), "two figures of one name");
    }
}
