#!/usr/bin/env bash
# Processes that share a folder, and processes that are killed: whatever happens, a folder must end as a
# single undisturbed process leaves it.
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
