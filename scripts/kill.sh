#!/usr/bin/env bash
# Processes that share a folder, and processes that are killed, also between two checkpoints of a run:
# whatever happens, a folder must end as a single undisturbed process leaves it.
#
#     scripts/kill.sh target/release/apical 32 100
#
# The first number is how many trials there are of each kind of company, the second how many SIGKILLs, at
# moments drawn from a fixed seed. Prints counts; fails on the first folder that differs.
set -euo pipefail
program=$(realpath "${1:?a program}")
n_trials=${2:-32}
n_kills=${3:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
RANDOM=7

cat > small.toml <<'SPEC'
seeds = [0, 1, 2, 3]

[training]
n_epochs = 3
batch_size = 50

[measure]
align_every_n_epochs = 3
n_alignment_batches = 1

[task.digits]
dataset.digits = {}
hidden = [8]
transfer = "logistic"
forward_scale = 0.1

[task.digits.learner."matched backprop".backprop]
flavour = "matched"
rates = [3.0, 0.3]
SPEC

# run FOLDER OPTIONS…: an undisturbed call.
run() { "$program" run small.toml --quiet --out "$@" > /dev/null; }

# The state of a folder, without times and provenance.
state() {
  cd "$1/small"
  find . -mindepth 1 | sort
  cat runs.json experiment.toml
  for run in digits/*/seed-*; do
    grep -v '"record":"timing"' "$run/metrics.jsonl" | sha256sum
    sha256sum "$run/weights.safetensors" "$run/spec.toml"
  done
}

# same FOLDER WHAT: fails unless the folder is as the serial one.
same() {
  (state "$1") > found.txt
  if ! diff serial.txt found.txt; then
    echo "$2: the folder differs from that of a serial run"
    exit 1
  fi
}

# company N WHAT OPTIONS…: N processes at once, the i-th with OPTIONS in which {} is i.
company() {
  local n=$1 what=$2 began=$SECONDS
  shift 2
  for ((trial = 0; trial < n_trials; trial++)); do
    rm -rf shared
    if [[ "$*" == *--force* ]]; then run shared; fi
    pids=()
    for ((i = 0; i < n; i++)); do
      run shared "${@//\{\}/$i}" &
      pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
    same shared "$what, trial $trial"
  done
  echo "$what: $n_trials of $n_trials as a serial run ($((SECONDS - began)) s)"
}

run serial
(state serial) > serial.txt
company 2 "two processes, same seeds"
company 4 "four processes, same seeds"
company 4 "four processes, a seed each" --seeds '{}'
company 2 "two processes with --force" --force

began=$SECONDS
n_landed=0
n_lost=0
rm -rf shared
for ((kill = 0; kill < n_kills; kill++)); do
  force=()
  # Every eighth folder is begun anew; in the others a finished experiment is forced.
  if ((kill % 8 == 0)); then rm -rf shared; else force=(--force); fi
  before=$(find . -path './shared/*/summary.json' 2> /dev/null | wc -l)
  "$program" run small.toml --quiet --out shared "${force[@]}" > /dev/null 2>&1 &
  pid=$!
  sleep "0.$(printf '%03d' $((RANDOM % 450)))"
  if { command kill -KILL $pid; } 2> /dev/null; then n_landed=$((n_landed + 1)); fi
  wait $pid 2> /dev/null || true
  # A run that is between its two renames is whole as well, in a hidden folder.
  after=$(find . -path './shared/*/summary.json' 2> /dev/null | wc -l)
  if ((after < before)); then n_lost=$((n_lost + 1)); fi
  run shared
  same shared "kill $kill"
done
echo "$n_landed of $n_kills kills landed: $n_kills folders as a serial run after a plain call, $n_lost lost a finished run ($((SECONDS - began)) s)"
((n_lost == 0))

# A learner of every kind, and protocols, killed again and again within their runs.
cat > kinds.toml <<'SPEC'
title = "All kinds"
seeds = [3]

[training]
n_epochs = 24
batch_size = 4

[measure]
align_every_n_epochs = 3
n_alignment_batches = 2

[task.t]
dataset.yin_yang = { n_train = 600, n_validation = 20, n_test = 20 }
hidden = [9, 7]
transfer = "logistic"
forward_scale = 1.0

[task.t.learner]
sgd.backprop = { flavour = "matched", rates = 0.3, centring = 0.1 }
adam.backprop = { flavour = "standard", rates = 0.01, optimiser.adam = {} }
fa.feedback_alignment = { rates = 0.3, feedback_scale = 1.0 }
dfa.direct_feedback_alignment = { rates = 0.3, feedback_scale = 1.0 }
single.single_layer = { rate = 0.3, forward_scale = 0.3 }
errors.error_neurons = { backprop_equivalent_rates = 0.3, feedback.phaseless = { rate = 0.1 }, centring = 0.1 }

[task.t.learner.two_step.microcircuit]
nudging = 0.3
apical_mixing = 0.3
backprop_equivalent_rates = 0.3
centring = 0.1
plasticity = "slope"
presynaptic = "bottom_up"
feedback.reciprocal = {}
feedback_start = { n_epochs = 2, rescale = true }

[task.t.learner.noisy.continuous]
presentation_ms = 5.0
readout_window_ms = 1.0
rates = 0.01
noise.sigma = 0.01

[task.t.learner.sweep.continuous]
dt_ms = 0.1
presentation_ms = 1.0
readout_window_ms = 0.1
update_order = "layer_sweep"
conductances = { leak = 0.0, basal = 0.1, apical = 0.006, dendritic = 0.1, somatic = 0.06 }
prospective = true
rates = 0.5

[task.t.learner.in_time.error_neurons_continuous]
dt_ms = 0.1
presentation_ms = 1.0
update_order = "layer_sweep"
plasticity_reads = "apical_dendrite"
conductances = { leak = 0.0, basal = 0.1, apical = 0.006, dendritic = 0.1, target = 0.06 }
backprop_equivalent_rates = 1.0
feedback.phaseless = { rate = 0.01 }
feedback_scale = 0.1
SPEC

# within NAME OPTIONS…: kills `apical run NAME`, which is asked for checkpoints all the time, at random moments;
# each call goes on from what the last one left.
within() {
  local name=$1 began=$SECONDS n_landed=0 n_ended=0 n_resumed=0
  shift
  local call=("$program" run "$@" --threads 1 --no-report)
  # What must be the same in every run.
  bits() { (cd "$1" && find . -name 'seed-*' -type d | sort | while read -r run; do
    echo "$run" "$(ls "$run")"
    for file in metrics.jsonl series.csv weights.safetensors; do
      if [[ -f "$run/$file" ]]; then grep -av '"record":"timing"' "$run/$file" | sha256sum; fi
    done
  done); }
  rm -rf whole broken
  "${call[@]}" --out whole > /dev/null 2>&1
  bits whole > whole.txt
  for ((kill = 0; kill < n_kills; kill++)); do
    "${call[@]}" --out broken > /dev/null 2> said.txt &
    pid=$!
    # Before it listens, the signal would end it.
    sleep 0.3
    for ((asked = RANDOM % 20; asked > 0; asked--)); do
      { command kill -USR1 $pid; } 2> /dev/null || true
      sleep 0.015
    done
    if { command kill -KILL $pid; } 2> /dev/null; then n_landed=$((n_landed + 1)); fi
    wait $pid 2> /dev/null || true
    n_resumed=$((n_resumed + $(grep -c 'goes on from' said.txt || true)))
    # Where all is done, it begins anew.
    if [[ $(find broken -name summary.json | wc -l) == $(find whole -name summary.json | wc -l) ]]; then
      "${call[@]}" --out broken > /dev/null 2>&1
      bits broken > broken.txt
      diff whole.txt broken.txt || { echo "$name, kill $kill: other bits"; exit 1; }
      n_ended=$((n_ended + 1))
      rm -rf broken
    fi
  done
  "${call[@]}" --out broken > /dev/null 2>&1
  bits broken > broken.txt
  diff whole.txt broken.txt || { echo "$name: other bits"; exit 1; }
  echo "$name: $n_landed of $n_kills kills landed, $n_resumed runs went on from a checkpoint, $((n_ended + 1)) of $((n_ended + 1)) ends in the same bits ($((SECONDS - began)) s)"
}

within "every kind of learner" kinds.toml
within "self-prediction" figs1 --seeds 1 --set n_patterns=4000 --set n_probes=3
within "teacher network" fig2 --seeds 1 --set n_patterns=4000 --set n_probes=3 --set n_alignments=4
