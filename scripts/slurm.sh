#!/usr/bin/env bash
# Forty runs as a job array of a real Slurm of one node, with what goes wrong on clusters: a task killed, tasks at
# their limit of time, the node's daemon restarted. scripts/slurm.sh PROGRAM [EPOCHS]; more epochs for a faster
# machine. The records must be those of a single call to the bit, and so must those of four parts made by hand;
# what it costs is at most APICAL_SLURM_COST per cent (10 where not set), on a machine that does nothing else.
set -euo pipefail
program=$(realpath "${1:?a program}")
n_epochs=${2:-9600}
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
slurm() { "$here/one_node_slurm.sh" "$1" "$work/slurm"; }
trap 'slurm stop; sleep 1; rm -rf "$work"' EXIT
SLURM_CONF=$(slurm start) || { [ $? -eq 3 ] && exit 0; exit 1; }
export SLURM_CONF
cd "$work"
cat > array.toml <<SPEC
title = "Forty runs"
seeds = [$(seq -s, 0 39)]

[training]
n_epochs = $n_epochs
batch_size = 20

[measure]
evaluate_every_n_epochs = 300
align_every_n_epochs = 300
n_alignment_batches = 2

[task.digits]
dataset.digits = {}
hidden = [100]
transfer = "logistic"
forward_scale = 0.1

[task.digits.learner.microcircuit.microcircuit]
nudging = 0.1
apical_mixing = 0.3
interneuron_nudging = 0.1
rates = [1.0, 0.1]
feedback_scale = 1.0
SPEC

# Readings and weights; times differ.
state() {
  (cd "$1" && find . -name metrics.jsonl -exec sh -c 'echo "$1 $(grep -v "\"record\":\"timing\"" "$1" | sha256sum)"' _ {} \;
   find . -name weights.safetensors -exec sha256sum {} \;) | sort
}
submit() {
  "$program" submit array.toml --slurm --out slurm --array-limit 20 --chunk 1s --time 3m --checkpoint-every 5 \
    --option --signal=B:USR1@55
}
# A task that goes back into the queue may start after two minutes, and here at once; behind all others, and here
# before them, as where a job's age counts: else it runs at the end, alone.
wait_for_queue() {
  while queue=$(squeue --noheader --array --format="%i %r") && [ -n "$queue" ]; do
    for job in $(sed -n 's/ BeginTime$//p' <<< "$queue"); do
      scontrol update JobId="$job" StartTime=now Priority=4294960000 || true
    done
    # Asking more often takes a tenth of the two processors.
    if [ "$(wc -l <<< "$queue")" -gt 2 ]; then sleep 3; else sleep 0.5; fi
  done
}
fail() { echo "$1"; tail -n 5 slurm/array/slurm/logs/* || true; exit 1; }

begun=$SECONDS
"$program" run array.toml --threads 2 --no-report --quiet --out serial >/dev/null
serial=$((SECONDS - begun))
seq 4 | xargs -P 2 -I{} "$program" run array.toml --shard {}/4 --threads 1 --no-report --quiet --out shards >/dev/null

begun=$SECONDS
submit
n_shards=$(sed -n 's/.*"n_shards": \([0-9]*\).*/\1/p' slurm/array/slurm/submitted.json)
# The task with most runs gets a limit of a minute, and is told 55 s before it (Slurm looks every 30 s); the one with
# fewest is killed, as it begins again behind all others.
read -r full victim < <(python3 - <<'PY'
import json
tasks = json.load(open("slurm/array/slurm/submitted.json"))[-1]["tasks"]
by_length = sorted(tasks, key=lambda task: len(tasks[task]))
print(by_length[-1], by_length[0])
PY
)
scontrol update JobId="1_$full" TimeLimit=1
pid_of() {
  for process in $(pgrep -f -- "--out slurm .*--shard $1/$n_shards"); do
    [ "$(readlink "/proc/$process/cwd")" = "$PWD" ] && echo "$process"
  done
}
for _ in $(seq 3000); do
  pid=$(pid_of "$victim" || true)
  [ -n "$pid" ] && break
  sleep 0.1
done
sleep 3
kill -KILL "$pid" || fail "the task to be killed has ended already: more epochs"
sleep 4
slurm restart-node
# While the others go on: what was killed is submitted again alone.
"$program" status slurm/array > status.txt && fail "a task was killed, and all runs are there"
cat status.txt
grep -q " 1 failed" status.txt || fail "the task that was killed is not named"
submit | tee again.txt
grep -q "in 1 task," again.txt || fail "another task than the one that was killed was submitted"
wait_for_queue
array=$((SECONDS - begun))
"$program" status slurm/array || fail "runs are missing"

grep -l "at its limit of time" slurm/array/slurm/logs/*.log >/dev/null || fail "no task came to its limit of time"
diff <(state serial/array) <(state slurm/array) >/dev/null || fail "other bits than a single call"
diff serial/array/runs.json slurm/array/runs.json >/dev/null || fail "other runs than a single call"
for other in shards slurm; do
  "$program" compare serial/array $other/array --fail-if "records != identical" > compared.txt ||
    { cat compared.txt; fail "compare finds a difference between a single call and $other"; }
  echo "a single call and $other: $(grep -m 1 -i "identical\|the same" compared.txt)"
done
[ -f slurm/array/index.html ] || fail "there is no report"
n_restarts=$(cat slurm/array/slurm/logs/*.log | grep -c "at its limit of time")
echo "Slurm: the bits of a single call; 1 task killed, $n_restarts times at a limit, slurmd restarted"
cost=$((100 * array / serial - 100))
echo "Slurm: $array s, a single call with two threads $serial s: $cost % more"
[ "$cost" -le "${APICAL_SLURM_COST:-10}" ] || fail "that is more than ${APICAL_SLURM_COST:-10} %"
