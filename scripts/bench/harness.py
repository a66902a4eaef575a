"""Builds benches, runs them and their peers on one core, and reads what criterion measured."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


# The circuit is measured on this task, of 784-500-500-10 where nothing else is said.
MNIST = """
title = "Time and memory"
seeds = [0]

[training]
n_epochs = {n_epochs}
batch_size = {batch_size}

{measure}
[task.mnist]
dataset.mnist = {{}}
hidden = [{width}, {width}]
transfer = "logistic"
forward_scale = 0.1

[task.mnist.learner.own.{kind}]
{keys}
"""
CIRCUIT = "rates = [1.0, 0.03, 0.05]\nfeedback_scale = [1.0, 20.0]\nnudging = 0.1\napical_mixing = 0.3\ninterneuron_nudging = 0.1"

# What keeps the kernels and their peers to an instruction set.
RESTRICTED = {
    "avx2": {
        "APICAL_KERNELS": "avx2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    }
}
restrictions = {}


def restrict(name):
    """Everything that is run from now on keeps to this instruction set."""
    restrictions.update(RESTRICTED[name])


def environment():
    kept = dict(os.environ)
    for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
        kept.pop(name, None)
    for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"]:
        kept[name] = "1"
    return kept | restrictions


def output_of(command):
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}{' '.join(map(str, command))}: exit status {done.returncode}")
    return done.stdout


def build(commands):
    """Builds everything once; returns executables by name and the folder of criterion's output."""
    executables = {}
    for command in commands:
        messages = output_of(["cargo", *command, "--quiet", "--message-format", "json"])
        for message in map(json.loads, messages.splitlines()):
            if message.get("executable"):
                executables[message["target"]["name"]] = message["executable"]
    metadata = json.loads(output_of(["cargo", "metadata", "--format-version", "1", "--no-deps"]))
    criterion = Path(metadata["target_directory"]) / "criterion"
    os.environ["CRITERION_HOME"] = str(criterion)
    return executables, criterion


def measurements(criterion, group, since):
    """What criterion measured after `since`: names, best and median ns per iteration, throughput."""
    found = []
    for file in sorted(criterion.glob(f"{group}/**/new/benchmark.json")):
        estimates = file.with_name("estimates.json")
        if estimates.stat().st_mtime < since:
            continue
        benchmark = json.loads(file.read_text())
        amount = next(iter(benchmark["throughput"].values()))
        median = json.loads(estimates.read_text())["median"]["point_estimate"]
        sample = json.loads(file.with_name("sample.json").read_text())
        best = min(ns / n for ns, n in zip(sample["times"], sample["iters"]))
        names = (benchmark["function_id"], benchmark["value_str"])
        found.append((*names, best, median, amount))
    return found


def bench(name, pattern, given):
    since = time.time()
    output_of([*given.pin, given.executables[name], "--bench", "--noplot", pattern])
    found = measurements(given.criterion, pattern.split("/")[0], since)
    if not found:
        sys.exit(f"criterion left no measurement of {name} in {given.criterion}")
    return found


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def commit():
    """That of the program, with a word where files differ from it; nothing where git does not know."""
    asked = ["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12", "--match="]
    told = subprocess.run(asked, capture_output=True, text=True)
    return told.stdout.strip()


def on_one_core(parser):
    """What was asked for, with the arguments of whatever runs on one core, kept to an instruction set."""
    parser.add_argument("--core", type=int, default=1, help="the core that everything runs on")
    parser.add_argument("--instruction-set", choices=RESTRICTED, help="where the processor has more")
    parser.add_argument("--out", type=Path, help="results as JSON")
    given = parser.parse_args()
    if given.instruction_set:
        restrict(given.instruction_set)
    given.pin = ["taskset", "-c", str(given.core)]
    return given


def surroundings(given):
    """What results of one core were found with."""
    return {
        "processor": processor(),
        "instruction_set": given.instruction_set or "the best of each",
        "commit": commit(),
    }


def keep(found, out):
    """Writes results where a file was asked for."""
    if out:
        out.write_text(json.dumps(found, indent=1) + "\n")
