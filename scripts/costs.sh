#!/usr/bin/env bash
# What an addition costs, counted on one that stands here: files and lines of its own, and lines
# elsewhere in the sources that name it. The table of ARCHITECTURE.md is this one.
set -euo pipefail
cd "$(dirname "$0")/.."

# own FOLDER-OR-FILE...: Rust files and lines.
own() { git ls-files -- "$@" | grep '\.rs$' | grep -v '/tests\.rs$' > /tmp/costs.$$; wc -l < /tmp/costs.$$; xargs cat < /tmp/costs.$$ | wc -l; rm /tmp/costs.$$; }

# row WHAT EXAMPLE NAMES-PATTERN FILES...: one line of the table.
row() {
  local what=$1 example=$2 names=$3; shift 3
  local counts; counts=$(own "$@" | paste -sd' ')
  local exclude=(); for file in "$@"; do exclude+=(":(exclude)$file"); done
  local elsewhere; elsewhere=$(git grep -hE "$names" -- 'crates/*/src/*.rs' ':(exclude)*/tests.rs' "${exclude[@]}" | grep -vcE '^ *//' || true)
  printf '| %s | %s | %s | %s | %s |\n' "$what" "$example" ${counts% *} ${counts#* } "$elsewhere"
}

echo '| what | counted on | files | lines | lines elsewhere |'
echo '|---|---|---|---|---|'
row 'a circuit' '`sacramento_2018`: two forms, each plain and fast' '\(&(MICROCIRCUIT|CONTINUOUS)\)|^    sacramento_2018,' crates/microcircuit/src/circuit/sacramento_2018
row 'another circuit' '`max_2026`: two forms' '\(&ERROR_NEURONS|\bmax_2026\b' crates/microcircuit/src/circuit/max_2026
row 'a feedback rule' '`learned_eq10`' '\bLearnedEq10\b|learned_eq10' crates/microcircuit/src/feedback/learned_eq10.rs
row 'signs of the forward weights' '`sign_concordant`' '\bSignConcordant(Rule)?\b|sign_concordant' crates/microcircuit/src/feedback/sign_concordant.rs
row 'a rule of pairs' '`reciprocal`' '\bReciprocal(Rule)?\b|\breciprocal\b' crates/microcircuit/src/feedback/reciprocal.rs
row 'a rule that listens to noise' '`phaseless`, with its noise, also in continuous time, and a phase before learning' '\bPhaseless(Rule)?\b|\bphaseless\b|\bFeedbackStart\b|\bNoiseInTime\b|\bListening\b|\blisten(s|ing)?\b' crates/microcircuit/src/feedback/phaseless.rs crates/microcircuit/src/feedback/in_time.rs crates/microcircuit/src/feedback/noise.rs crates/microcircuit/src/feedback/start.rs
row 'a learner' '`sign_symmetric`, outside the workspace' 'SIGN_SYMMETRIC' examples/sign_symmetric/src
row 'a data set' '`yin_yang`' '\byin_yang\b|YinYangSpec' crates/datasets/src/set/yin_yang.rs
row 'a data set of four IDX files' '`kmnist`' '\bkmnist\b' crates/datasets/src/set/kmnist.rs
row 'a metric' '`sign_agreement`' '\bSIGN_AGREEMENT\b' crates/learning/src/metric/sign_agreement.rs
row 'a figure' '`phases`' '^ *phases,' crates/reporting/src/figure/phases.rs
row 'a protocol' '`novel_association`' '\bnovel_association\b|NovelAssociation' crates/experiment/src/protocol/novel_association
