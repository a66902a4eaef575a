//! What a synapse costs by how many there are.

use apical_reporting::{Chart, ChartAxis, ChartLine, ChartRow, ChartScale, LineLook};

use super::{LearnerProfile, Profile};

/// Height of the axes, mm.
const HEIGHT: f64 = 40.0;

/// Time by synapse over synapses, of every learner that was taught with several numbers of them beside what its
/// kernels' roofs allow; nothing where there is none.
pub(super) fn cost_per_synapse(profile: &Profile) -> Option<Chart> {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for of in &profile.learners {
        if !names.contains(&name(of)) {
            names.push(name(of));
        }
    }
    let with_task = names.iter().any(|(task, _)| *task != names[0].0);
    let mut lines = Vec::new();
    for wanted in names {
        let mut own: Vec<_> = profile
            .learners
            .iter()
            .filter(|of| name(of) == wanted && of.failed.is_none())
            .collect();
        own.sort_by_key(|of| of.n_synapses);
        own.dedup_by_key(|of| of.n_synapses);
        if own.len() < 2 {
            continue;
        }
        let over = |value: fn(&LearnerProfile) -> f64| {
            let points = own.iter().map(|of| (of.n_synapses as f64, value(of)));
            points.collect::<Vec<_>>()
        };
        let look = LineLook::series(lines.len() / 2);
        let label = match with_task {
            true => format!("{} · {}", wanted.0, wanted.1),
            false => wanted.1.to_owned(),
        };
        let bound = format!("{label}: what its roofs allow");
        lines.push(ChartLine::single(
            label,
            look,
            over(|of| 1e3 * of.ns_per_synapse),
        ));
        let floor = |of: &LearnerProfile| 1e3 * of.ns_per_synapse * share_that_roofs_need(of);
        lines.push(ChartLine::single(
            bound,
            look.dashed(1).without_marker(),
            over(floor),
        ));
    }
    let y = ChartAxis::new("time a synapse (ps)", ChartScale::Logarithmic);
    (!lines.is_empty()).then(|| Chart {
        name: "cost_per_synapse".to_owned(),
        title: "What a synapse costs".to_owned(),
        how_to_read: "Time of a minibatch by stored synapse and sample, in continuous time by synapse and step, over \
             the number of synapses. Broken: the time that the roofs of the kernels would leave, which steps where \
             weights no longer fit into a cache. One thread."
            .to_owned(),
        x: ChartAxis::new("synapses", ChartScale::Logarithmic),
        rows: vec![ChartRow::new(y, HEIGHT).with_panel("", lines)],
    })
}

/// Task and learner; points of a sweep are of one learner.
fn name(of: &LearnerProfile) -> (&str, &str) {
    (&of.task, &of.name)
}

/// The part of a minibatch that its kernels need at their roofs.
fn share_that_roofs_need(of: &LearnerProfile) -> f64 {
    let kernels = of.kernels.iter();
    let needed =
        kernels.filter_map(|kernel| Some(kernel.share_of_time * kernel.limit.as_ref()?.share));
    needed.sum()
}
