#!/usr/bin/env python3
"""The most memory that an epoch of MNIST takes at full size: what `/usr/bin/time -v` calls the maximum resident set.

    APICAL_DATA_DIR=datasets python3 scripts/bench/memory.py [--program target/release/apical] [--out FILE]

784-500-500-10 in minibatches of ten, 55 000 images, validation, test and alignment; each learner is a process.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import CIRCUIT, MNIST, keep, output_of, processor

LEARNERS = {
    "microcircuit": CIRCUIT,
    "kernel_backprop": "rates = [1.0, 0.1, 0.1]",
    "backprop": 'flavour = "matched"\nrates = [1.0, 0.1, 0.1]',
}


def peak_mb(program, learner):
    """Of a run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        specification = Path(folder) / "memory.toml"
        task = {"n_epochs": 1, "batch_size": 10, "measure": ""}
        specification.write_text(MNIST.format(**task, width=500, kind=learner, keys=LEARNERS[learner]))
        command = [program, "run", specification, "--out", Path(folder) / "results", "--quiet"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"{learner}: status {status}")
        return used.ru_maxrss / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, default=Path("target/release/apical"))
    parser.add_argument("--out", type=Path, help="results as JSON")
    given = parser.parse_args()
    program = given.program.resolve()
    found = {
        "peak_mb": {learner: peak_mb(program, learner) for learner in LEARNERS},
        "processor": processor(),
        "version": output_of([program, "--version"]).strip(),
    }
    for learner, peak in found["peak_mb"].items():
        print(f"{learner:<20}{peak:>8.0f} MB")
    keep(found, given.out)


if __name__ == "__main__":
    main()
