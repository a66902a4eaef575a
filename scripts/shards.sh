#!/usr/bin/env bash
# The default experiment in parts, by every engine that is installed, beside a single call:
# scripts/shards.sh PROGRAM. A Slurm is used where one is up (`sinfo`), and else started, where that is possible; a Grid
# Engine and a HyperQueue (`pip install hyperqueue`) are started and stopped here.
set -euo pipefail
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
n=4

# Readings and weights; times differ.
state() {
  (cd "$1" && find . -name metrics.jsonl -exec sh -c 'echo "$1 $(grep -v "\"record\":\"timing\"" "$1" | sha256sum)"' _ {} \;
   find . -name weights.safetensors -exec sha256sum {} \;) | sort
}
same() {
  diff <(state whole/quick) <(state "$1") >/dev/null || { echo "$2: other bits than a single call"; exit 1; }
  diff whole/quick/runs.json "$1/runs.json" >/dev/null || { echo "$2: other runs than a single call"; exit 1; }
  echo "$2: the bits of a single call"
}
shard() { "$program" run --threads 1 --no-report --quiet --out "$1" --shard "$2/$n"; }

"$program" run --no-report --quiet --out whole >/dev/null
for k in $(seq $n); do shard shell "$k" >/dev/null; done
same shell/quick "a shell, one folder"
for k in $(seq $n); do shard "part-$k" "$k" >/dev/null; done
"$program" merge part-*/quick --out joined >/dev/null
same joined "a shell, a folder for each part, joined"

if command -v parallel >/dev/null; then
  seq $n | parallel -j 2 "$program" run --threads 1 --no-report --quiet --out parallel --shard "{}/$n" >/dev/null
  same parallel/quick "GNU parallel"
else
  echo "GNU parallel: not installed"
fi
if command -v sbatch >/dev/null && ! sinfo >/dev/null 2>&1 && SLURM_CONF=$("$here/one_node_slurm.sh" start "$work/slurm"); then
  export SLURM_CONF
  trap '"$here/one_node_slurm.sh" stop "$work/slurm"; sleep 1; rm -rf "$work"' EXIT
fi
if command -v sbatch >/dev/null && sinfo >/dev/null 2>&1; then
  sbatch --wait --array="1-$n" --output=/dev/null \
    --wrap "$program run --threads 1 --no-report --quiet --out array --shard \$SLURM_ARRAY_TASK_ID/$n" >/dev/null
  same array/quick "Slurm"
else
  echo "Slurm: not there"
fi

if "$here/one_node_gridengine.sh" "$work/gridengine" 2>/dev/null; then
  "$here/one_node_gridengine.sh" "$work/gridengine" qsub -sync y -o /dev/null -e /dev/null \
    -t "1-$n" -N apical -cwd -b y -S /bin/sh \
    "$program run --threads 1 --no-report --quiet --out grid --shard \$SGE_TASK_ID/$n" >/dev/null
  same grid/quick "Grid Engine"
else
  echo "Grid Engine: not there"
fi

if python3 -c 'import hyperqueue' 2>/dev/null; then
  # Its package has the engine and not `hq`; it counts tasks from 0.
  TMPDIR=$work python3 - "$program" $n >hyperqueue.log 2>&1 <<'PYTHON' || { cat hyperqueue.log; exit 1; }
import sys
from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig

program, n = sys.argv[1:]
part = f"{program} run --threads 1 --no-report --quiet --out hyperqueue --shard $((HQ_TASK_ID + 1))/{n}"
with LocalCluster(worker_config=WorkerConfig(cores=2)) as cluster:
    client = cluster.client()
    job = Job()
    for _ in range(int(n)):
        job.program(["bash", "-c", part])
    client.wait_for_jobs([client.submit(job)])
PYTHON
  same hyperqueue/quick "HyperQueue"
else
  echo "HyperQueue: not there"
fi
