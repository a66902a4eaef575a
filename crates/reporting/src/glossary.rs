//! The terms of reports and specifications; docs/glossary.md is made of this list.

/// A term and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The term, in lower case but for names.
    pub name: &'static str,
    /// Other words for it, and its symbol.
    pub also: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
}

const fn term(name: &'static str, also: &'static [&'static str], meaning: &'static str) -> Term {
    Term {
        name,
        also,
        meaning,
    }
}

/// All terms by name.
pub static GLOSSARY: &[Term] = &[
    term(
        "all layers",
        &["over all layers"],
        "The changes of all layers as one vector, each divided by its equivalent rate: its angle to the gradient also tells how far the lengths of the layers' steps are from those of the gradient, and so may be larger than that of every layer.",
    ),
    term(
        "apical dendrite",
        &["apical potential", "v_A"],
        "The upper dendrite of a pyramidal neuron, where top-down weights and interneurons meet. What does not cancel there is the neuron's share of the error, and drives its learning.",
    ),
    term(
        "arm",
        &[],
        "A learner at one point of a sweep, or a condition of a protocol: what is run with every seed.",
    ),
    term(
        "at chance",
        &["chance"],
        "A flag: a score that is not told apart from that of guessing among the classes on as many samples, or in regression from answering with the mean of the targets.",
    ),
    term(
        "attenuation",
        &["α_k"],
        "By how much the drive of the basal dendrite is weaker in the soma, as other conductances pull at it: g_B over the sum of the conductances. 1 in the two-step form.",
    ),
    term(
        "basal dendrite",
        &["v_B"],
        "The lower dendrite of a pyramidal neuron, which the layer below drives. It predicts the soma; where it is wrong, forward weights learn.",
    ),
    term(
        "baseline",
        &[],
        "The learner that the others of its task are compared with.",
    ),
    term(
        "centred rates",
        &["centred"],
        "Presynaptic rates less their running mean, with which synapses learn; a threshold takes up the mean.",
    ),
    term(
        "chosen epoch",
        &["best epoch"],
        "The epoch with the best validation score, the earliest among equals. Its test score is reported beside that of the last epoch; the best test score over epochs is never computed.",
    ),
    term(
        "condition",
        &[],
        "A circuit of a protocol and what happens to it, by name; run once with each seed.",
    ),
    term(
        "conductance",
        &["conductances", "g_B", "g_A", "g_som", "g_lk", "g_D"],
        "How strongly one compartment pulls another to its own potential, in 1/ms. Conductances decide nudging, mixing and attenuation in continuous time.",
    ),
    term(
        "constant predictor",
        &[],
        "The error of always answering with the mean of the targets.",
    ),
    term(
        "contrast",
        &["contrasts", "paired difference"],
        "Two learners that a specification says are compared: the test score of one less that of the other, of the same seed. The unit is the training run.",
    ),
    term(
        "credit verdict",
        &["credit"],
        "PASS or FAIL on whether hidden layers get credit worth the name: potentials stay in range, the reference gradient stands above its rounding, depth is used, and hidden errors predict what changes of rates do to the loss. docs/credit.md has the thresholds.",
    ),
    term(
        "damaged",
        &["set aside"],
        "A run whose files are not as they were written, by size and checksum. A report names it and leaves it out; the next call sets its folder aside and makes the run again.",
    ),
    term(
        "different",
        &[],
        "A verdict on a contrast: the Holm p of its difference is at most 5 %.",
    ),
    term(
        "digest",
        &[],
        "A checksum of all that decides a run: settings, seed, data and code. A run's folder carries it.",
    ),
    term(
        "direct feedback alignment",
        &[],
        "A control: the output error reaches every hidden layer straight through fixed random weights.",
    ),
    term(
        "diverged",
        &["failed"],
        "A flag: runs that ended in numbers that are not finite, or failed in another way. They are in no mean.",
    ),
    term(
        "equivalent",
        &["equivalence", "TOST", "TOST p"],
        "A verdict on a contrast: the difference lies inside the margin, shown by two one-sided paired t tests (TOST; the 90 % interval lies inside). Without a margin nothing is called so. Source: Schuirmann (1987).",
    ),
    term(
        "equivalent rate",
        &["backprop-equivalent rate", "equivalent rates"],
        "The learning rate of gradient descent that theory finds in a circuit's own rate: the rate times the factor by which its update exceeds the gradient in the limit of weak coupling.",
    ),
    term(
        "error angle",
        &["hidden-error angle"],
        "The angle, averaged over samples as cosines, between the error that reaches a hidden layer and that of backprop.",
    ),
    term(
        "error neurons",
        &["error-neuron microcircuit"],
        "Neurons that fire with the error of a partner and pass it down (Max et al., 2026): the circuit beside that with interneurons.",
    ),
    term(
        "feedback",
        &["top-down weights", "W^PP_{k,k+1}"],
        "The weights from a layer to the apical dendrites of the one below, by which errors travel.",
    ),
    term(
        "feedback alignment",
        &[],
        "A control: the error travels down through fixed random weights in place of the transposed forward weights.",
    ),
    term(
        "feedback angle",
        &[],
        "The angle between the weights that bring the error down and the transposed forward weights; 0° where they are tied, near 90° for random ones.",
    ),
    term(
        "flag",
        &["flags"],
        "What to know of a learner's numbers before they are compared: at chance, a flat loss, an error that changes more than a hundredfold over hidden layers, identical, one algorithm, diverged, failed. What is flagged is shown, never dropped.",
    ),
    term(
        "flat loss",
        &[],
        "A run whose training loss never fell below that of its first epoch: nothing was learned.",
    ),
    term(
        "fold",
        &["folds", "cross-validation"],
        "One of several parts of equal size of a small table; every fold is the test part of some seeds, so that an interval is over samples as well.",
    ),
    term(
        "frozen hidden layer",
        &["frozen"],
        "A control: only the output layer learns. What it lacks to the others is what hidden learning brings.",
    ),
    term(
        "full-batch angle",
        &["update_angle_full_batch"],
        "The angle between the mean change over all training samples and their gradient. The noise of minibatches has no part in it, so that it is not the mean of their angles.",
    ),
    term(
        "gap",
        &["gap to baseline", "paired by seed"],
        "The test score of a learner less that of the baseline with the same seed, after the last epoch, averaged over seeds.",
    ),
    term(
        "Holm",
        &["Holm p"],
        "A p value adjusted for the number of contrasts that a task declares, so that the chance of calling any of them different by mistake stays at 5 %. Source: Holm (1979).",
    ),
    term(
        "ideal interneurons",
        &["ideal"],
        "Interneurons whose weights are the forward weights at every step, so that nothing is left to learn there.",
    ),
    term(
        "identical",
        &[],
        "A flag: learners with the same scores to the last digit, which are seldom two learners.",
    ),
    term(
        "interneuron",
        &["interneurons", "u^I"],
        "A neuron that predicts the layer above and cancels, in the apical dendrites of its own layer, what that layer sends down as expected. There is one for each neuron of the layer above.",
    ),
    term(
        "interneuron mismatch",
        &[],
        "What interneurons still get wrong about the layer above without a teacher.",
    ),
    term(
        "interval",
        &["±", "confidence interval", "95 % interval"],
        "Mean ± half width of the 95 % interval by Student's t over seeds. A single seed has none. Angles are averaged as cosines: the interval is that of the cosines taken back to angles, half its width given.",
    ),
    term(
        "last epoch",
        &[],
        "Test scores are read after the last epoch, whether or not it is the best.",
    ),
    term(
        "latent equilibrium",
        &["prospective rates", "prospective"],
        "Neurons that fire by where their potential is going, φ(u + τ du/dt), and so do not lag behind what drives them. Source: Haider et al. (2021).",
    ),
    term(
        "learned feedback",
        &[],
        "Top-down weights that follow a local rule while the circuit learns, or before it does.",
    ),
    term(
        "learner",
        &[],
        "What is trained: a circuit, backprop or a control, with its settings.",
    ),
    term(
        "margin",
        &[],
        "The largest difference that does not matter, declared beside the contrasts: percentage points of accuracy, or the unit of the loss.",
    ),
    term(
        "matched backprop",
        &["matched"],
        "Backprop with all that the circuit has: the same transfer function, targets, starting weights, minibatches, and the squared error of rates.",
    ),
    term(
        "minibatch",
        &["batch size"],
        "Samples whose weight changes are averaged before they are made.",
    ),
    term(
        "mirror",
        &[],
        "Rates with which interneurons follow the forward weights to first order, so that a circuit that is self-predicting stays so while it learns.",
    ),
    term(
        "missing",
        &["missing runs"],
        "A run that belongs to an experiment and is not in its folder; `apical run` makes it.",
    ),
    term(
        "mixing",
        &["apical mixing", "λ_k"],
        "How strongly the apical potential moves the soma of a hidden neuron.",
    ),
    term(
        "norm ratio",
        &[],
        "The length of an update over that of the gradient step at the equivalent rate; 1 where the theory holds.",
    ),
    term(
        "nudging",
        &["nudge", "λ_N", "λ"],
        "How strongly the teacher pulls the output potential to its target: the share of the target in it, from 0 (no teacher) to 1 (clamped). Weak nudging brings the circuit's updates close to gradients and makes them small.",
    ),
    term(
        "null",
        &["redrawn feedback angle", "shuffled feedback angle"],
        "What an angle is without what it is taken for. Feedback drawn anew at the same forward weights: what is left where neither has come to fit the other. Shuffled rows: every neuron gets the change of another of its layer. Near 90° both are chance; the output layer has none, as no feedback has a part in it.",
    ),
    term(
        "perturbation correlation",
        &[],
        "How well a learner's hidden errors predict what small random changes of the rates do to the loss: a correlation, near 1 for backprop and near 0 for random errors.",
    ),
    term(
        "plasticity delay",
        &["delay"],
        "How long after the onset of a pattern nothing is learned, so that potentials may settle first.",
    ),
    term(
        "potential reference",
        &["potential"],
        "The gradient for the output error φ′(u)(u* − u), the difference of target and actual potential: the error that the circuit's teacher gives it.",
    ),
    term(
        "presentation",
        &[],
        "A pattern shown to a circuit in continuous time, for a number of ms.",
    ),
    term(
        "protocol",
        &[],
        "An experiment that is no task with epochs, such as a stream of fresh patterns or learning without a teacher.",
    ),
    term(
        "runaway",
        &["ran away"],
        "A circuit whose potentials grow without bound; the run ends as failed and says layer and time.",
    ),
    term(
        "R²",
        &["coefficient of determination"],
        "1 less the squared error over the variance of the targets: 1 is exact, 0 is as good as their mean.",
    ),
    term(
        "seed",
        &["seeds", "split seed"],
        "The number from which everything random in a run is drawn. Results are over seeds; the same seed gives the same bits.",
    ),
    term(
        "self-prediction",
        &["self-predicting", "residual", "residuals"],
        "The state in which interneurons cancel all that comes down, so that without a teacher apical potentials are zero. Residuals say how far a circuit is from it.",
    ),
    term(
        "sign agreement",
        &[],
        "The share of weights whose update has the sign of the gradient step; 50 % is chance.",
    ),
    term(
        "sign-flip",
        &["sign-flip test", "sign-flip p", "p", "p value"],
        "The test of a contrast: how many of all patterns of signs give the paired differences a sum as far from 0. Exact up to 20 seeds; 3 seeds cannot come below 0.25, 5 not below 0.06.",
    ),
    term(
        "single layer",
        &[],
        "A control without hidden layers: what the data give away to a linear read-out.",
    ),
    term(
        "squared-error reference",
        &["squared error", "squared_error"],
        "The gradient for the output error φ′(u)(r* − r), that of the squared error of rates: what matched backprop descends. A learner stands near 0° to the reference that it descends.",
    ),
    term(
        "standard backprop",
        &["standard"],
        "Backprop as usual for classification: softmax and cross-entropy. It descends neither reference, so that its angles say nothing of its quality.",
    ),
    term(
        "step usefulness",
        &["equal layer norms", "equal total norm"],
        "How much a small step along the update lowers the loss, over what a gradient step of the same norm does: 1 is as useful as the gradient, below 0 the loss rises.",
    ),
    term(
        "sweep",
        &[],
        "One experiment for each of several values of a key.",
    ),
    term(
        "target coding",
        &["targets"],
        "What output neurons are to do for a label: one rate or potential for the labelled one, another for the rest.",
    ),
    term(
        "teacher",
        &[],
        "What pulls output neurons to their targets while learning.",
    ),
    term(
        "threshold",
        &["thresholds", "bias"],
        "A weight from a unit of constant rate 1; a larger one makes the neuron more excitable.",
    ),
    term(
        "tied feedback",
        &["tied"],
        "Top-down weights that are the transposed forward weights at every step: the ideal, which no synapse knows how to keep.",
    ),
    term(
        "time ratio",
        &["ratio", "training time ratio"],
        "Training time per sample over that of the baseline, of mean times on the same machine.",
    ),
    term(
        "transfer function",
        &["transfer", "φ"],
        "From a somatic potential to a firing rate.",
    ),
    term(
        "trial",
        &["trials", "tuning"],
        "A setting of a learner that was tried while tuning, judged on validation data with seeds that are not reported.",
    ),
    term(
        "two-step form",
        &["two-step"],
        "The circuit's steady state, computed by a sweep up without a teacher and a sweep down with one.",
    ),
    term(
        "undecided",
        &["n needed"],
        "A verdict on a contrast: neither equivalent nor different. n needed is the number of seeds with which equivalence would be shown with 80 % probability if there were no difference.",
    ),
    term(
        "update angle",
        &["angle"],
        "The angle between the weight change of a minibatch and the exact gradient at the same weights on the same samples. 0° is gradient descent, 90° is chance.",
    ),
    term(
        "verdict",
        &["verdicts"],
        "What a contrast comes to: equivalent, different, undecided, identical (all scores are the same) or too few (pairs).",
    ),
    term(
        "weak coupling",
        &["coupling"],
        "Small nudging and mixing. In its limit the circuit's update is the gradient times a known factor for each layer.",
    ),
    term(
        "Wilcoxon",
        &["Wilcoxon p"],
        "The signed-rank test of a contrast's paired differences, as a check beside the sign-flip test; no verdict depends on it.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_in_order_and_each_word_leads_to_one() {
        assert!(GLOSSARY.is_sorted_by(|a, b| a.name.to_lowercase() < b.name.to_lowercase()));
        let mut words: Vec<&str> = (GLOSSARY.iter())
            .flat_map(|term| std::iter::once(&term.name).chain(term.also))
            .copied()
            .collect();
        words.sort_unstable();
        let twice = words.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None);
    }

    #[test]
    fn headings_of_tables_and_flags_are_terms() {
        let words: Vec<&str> = (GLOSSARY.iter())
            .flat_map(|term| std::iter::once(&term.name).chain(term.also))
            .copied()
            .collect();
        for heading in [
            "flags",
            "gap to baseline",
            "paired by seed",
            "last epoch",
            "chosen epoch",
            "ratio",
            "verdict",
            "p",
            "Holm p",
            "TOST p",
            "Wilcoxon p",
            "margin",
            "n needed",
            "at chance",
            "identical",
            "diverged",
            "failed",
            "damaged",
            "missing",
            "R²",
            "all layers",
            "equivalent",
            "different",
            "undecided",
        ] {
            assert!(words.contains(&heading), "{heading}");
        }
    }
}
