//! A null: the angle to backprop of the update that random feedback gives at the same, trained forward weights.
//!
//! The output error comes down through feedback drawn anew for every minibatch from the stream
//! `redrawn_feedback`, between the layers that the learner's own joins (the next one where it has none) and with
//! the norm of the learner's own (of the forward weights where it has none): e_k = B_k δ_{k+1},
//! δ_k = φ′(u_k) e_k, ΔW_k = δ_k r_{k−1}ᵀ, δ_N that of the reference. It is what is left of a learner's angle if its forward
//! weights have not come to fit its feedback, nor its feedback them. No feedback has a part in the output
//! layer's update, which has no value. The learner's own dynamics are not run: what they add to the angle is no
//! part of it.

use ndarray::{Array2, Axis};

use super::vector::Products;
use super::{AlignmentSample, Direction, MetricInfo, Reads, loss_fall, sample};
use crate::{ForwardPass, Metric, OutputError, Reading, uniform};

pub(super) static METRIC: MetricInfo = MetricInfo {
    name: "redrawn_feedback_angle",
    label: "angle with feedback drawn anew",
    unit: "°",
    direction: Direction::Null,
    one_line: "angle to backprop of the update that random feedback, drawn anew, gives at the same forward weights",
    reads: Reads::Alignment(measure),
};

fn measure(of: &AlignmentSample<'_>) -> Vec<Reading> {
    let pass = of.pass();
    let changes = |reference| pass.as_ref().map(|pass| changes(of, pass, reference));
    let both = OutputError::ALL.map(|reference| (reference, changes(reference)));
    sample::per_layer_and_all(
        of,
        Metric::REDRAWN_FEEDBACK_ANGLE,
        |k, reference, gradient| {
            of.change(k)?;
            of.check_above_floor(k, reference)?;
            let (_, changes) = (both.iter())
                .find(|(of, _)| *of == reference)
                .ok_or("there is no such reference")?;
            let changes = changes.as_ref().map_err(|why| String::clone(why))?;
            let change = (changes.get(k - 1))
                .ok_or("no feedback has a part in the output layer's update")?;
            Ok(Products::of(change.view(), gradient.weights[k - 1].view()))
        },
        Products::angle_degrees,
    )
}

/// ΔW_k of hidden layers (index `k − 1`), not divided by the number of samples.
fn changes(
    of: &AlignmentSample<'_>,
    pass: &ForwardPass,
    reference: OutputError,
) -> Vec<Array2<f64>> {
    let n = of.n_layers();
    let weights = &of.forward.weights.weights;
    let mut deltas = vec![loss_fall::output_delta(pass, reference, of.batch)];
    let mut changes = Vec::new();
    for k in (1..n).rev() {
        let own = of.feedback.get(k - 1).and_then(Option::as_ref);
        let from = own.map_or(k + 1, |(from, _)| *from);
        let norm = own.map_or_else(|| norm(&weights[k]), |(_, own)| norm(own));
        let mut rng = of.stream(&format!("redrawn_feedback.{k}"));
        let shape = [weights[k - 1].nrows(), weights[from - 1].nrows()];
        let drawn = uniform(shape, 1.0, &mut rng).mapv(f64::from);
        let drawn = &drawn * (norm / self::norm(&drawn));
        let above = &deltas[n - from];
        let delta = above.dot(&drawn.t()) * pass.slope(k);
        changes.push(delta.t().dot(&of.presynaptic(pass, k)) * of.forward.attenuation[k - 1]);
        deltas.push(delta);
    }
    changes.reverse();
    changes
}

fn norm(matrix: &Array2<f64>) -> f64 {
    matrix
        .lanes(Axis(1))
        .into_iter()
        .map(|row| row.dot(&row))
        .sum::<f64>()
        .sqrt()
}
