//! What can be wrong with the input of a report.

use apical_learning::RunKey;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No runs at all.
    #[error("experiment `{experiment}` has no runs to report; run it first")]
    NoRuns {
        /// The experiment.
        experiment: String,
    },
    /// The same run twice, which would count one seed twice.
    #[error(
        "seed {} of learner `{}` on task `{}`{} is given twice; hand in one of its runs",
        run.seed, run.learner, run.task, point_of(run)
    )]
    DuplicateRun {
        /// The run.
        run: RunKey,
    },
    /// Records of another version.
    #[error(
        "seed {} of learner `{}` on task `{}`{} has records of version {found}, expected {expected}; run it again",
        run.seed, run.learner, run.task, point_of(run)
    )]
    Schema {
        /// The run.
        run: RunKey,
        /// Its version.
        found: u32,
        /// The version that is understood.
        expected: u32,
    },
    /// A figure that could not be drawn.
    #[error("figure `{figure}` of task `{task}` could not be drawn")]
    Drawing {
        /// The figure.
        figure: &'static str,
        /// The task.
        task: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An archive that could not be made.
    #[error("`{file}` could not be made")]
    Archive {
        /// The file.
        file: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// A record that cannot be read.
    #[error("`{path}` is no record")]
    Record {
        /// The file.
        path: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A chart that could not be drawn.
    #[error("the chart `{chart}` could not be drawn")]
    Chart {
        /// Its name.
        chart: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn point_of(run: &RunKey) -> String {
    if run.point.is_empty() {
        String::new()
    } else {
        format!(" at `{}`", run.point)
    }
}
