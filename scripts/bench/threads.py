#!/usr/bin/env python3
"""What two threads are worth: two seeds at a time over one, and one run on two threads over one.

    APICAL_DATA_DIR=datasets python3 scripts/bench/threads.py [--rounds 5] [--epochs 2] [--out FILE]

Runs of the circuit on MNIST, 784-500-500-10, made by target/release/apical in turn; times are those of training in
their records. Two seeds: twice the time of one run alone over that of the slower of two at once. Minibatches of 10,
64 and 128, and of 128 with hidden layers of 2000: the time with one thread over that with two. Nothing else should
run: two threads need two cores.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import CIRCUIT, MNIST, keep, output_of, processor

# Nothing but the test at the end.
MEASURE = """[measure]
metrics = ["accuracy"]
evaluate_every_n_epochs = {0}
align_every_n_epochs = {0}
"""
LEARNING = ("data", "dynamics", "plasticity", "fused")


def training_seconds(program, batch_size, n_epochs, seeds, n_threads, width=500):
    """Seconds of training of the slowest run."""
    with tempfile.TemporaryDirectory() as folder:
        specification = Path(folder) / "threads.toml"
        task = {"n_epochs": n_epochs, "batch_size": batch_size, "width": width, "measure": MEASURE.format(n_epochs)}
        specification.write_text(MNIST.format(**task, kind="microcircuit", keys=CIRCUIT))
        command = [program, "run", specification, "--seeds", seeds, "--threads", str(n_threads)]
        command += ["--out", Path(folder) / "results", "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = []
        for file in Path(folder).glob("results/**/metrics.jsonl"):
            records = [json.loads(line) for line in file.read_text().splitlines()]
            last = [record for record in records if record["record"] == "timing"][-1]
            found.append(sum(last["seconds"].get(phase, 0) for phase in LEARNING))
        if len(found) != len(seeds.split(",")):
            sys.exit(f"{len(found)} runs were recorded, expected those of the seeds {seeds}")
        return max(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--program", type=Path, default=Path("target/release/apical"))
    parser.add_argument("--out", type=Path, help="results as JSON")
    given = parser.parse_args()
    program = given.program.resolve()
    seconds = {}

    def measure(name, *how):
        seconds.setdefault(name, []).append(training_seconds(program, *how))

    for _ in range(given.rounds):
        measure("one seed, one thread", 10, given.epochs, "0", 1)
        measure("two seeds, two threads", 10, given.epochs, "0,1", 2)
        measure("one seed, two threads", 10, given.epochs, "0", 2)
        for batch_size in (64, 128):
            measure(f"{batch_size} samples, one thread", batch_size, given.epochs, "0", 1)
            measure(f"{batch_size} samples, two threads", batch_size, given.epochs, "0", 2)
        measure("128 samples, 2000 wide, one thread", 128, 1, "0", 1, 2000)
        measure("128 samples, 2000 wide, two threads", 128, 1, "0", 2, 2000)

    def ratio(one, two, factor=1):
        ratios = [factor * a / b for a, b in zip(seconds[one], seconds[two])]
        return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}

    found = {
        "ratios": {
            "two seeds": ratio("one seed, one thread", "two seeds, two threads", 2),
            "10 samples": ratio("one seed, one thread", "one seed, two threads"),
            "64 samples": ratio("64 samples, one thread", "64 samples, two threads"),
            "128 samples": ratio("128 samples, one thread", "128 samples, two threads"),
            "2000 wide": ratio("128 samples, 2000 wide, one thread", "128 samples, 2000 wide, two threads"),
        },
        "processor": processor(),
        "version": output_of([program, "--version"]).strip(),
        "n_rounds": given.rounds,
        "n_epochs": given.epochs,
        "seconds": seconds,
    }
    for name, of in found["ratios"].items():
        print(f"{name:<12} {of['median']:.2f} ({of['least']:.2f} to {of['most']:.2f})")
    keep(found, given.out)


if __name__ == "__main__":
    main()
