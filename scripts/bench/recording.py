#!/usr/bin/env python3
"""What records and checkpoints cost: the circuit of experiments/mnist.toml with nothing kept, with records,
and with a checkpoint every second besides, in turn, on one core.

    APICAL_DATA_DIR=datasets python3 scripts/bench/recording.py [--rounds 8] [--epochs 6] [--core 1] [--out FILE]

Recording is what a run does beside training and observing, both of which have clocks of their own; what the run with
nothing kept does beside is taken off, within a round. So other work on the machine, which moves whole runs by more
than what is measured, falls out. The ratios of whole runs stand beside it. What records and a checkpoint every
minute, the usual cadence, cost together is the cost of records and a 60th of what checkpoints every second cost.
What is written once a run weighs more here than in a run of usual length.
"""

import argparse
import json
import math
import statistics
import sys
from pathlib import Path

from harness import build, keep, output_of, processor

BUILD = ["bench", "--workspace", "--bench", "recording", "--no-run"]
# Quantiles of Student's t for two-sided 95 %, by degrees of freedom.
T95 = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814]
T95 += [2.20099, 2.17881, 2.16037, 2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302, 2.08596]
T95 += [2.07961, 2.07387, 2.06866, 2.0639, 2.05954, 2.05553, 2.05183, 2.04841, 2.04523, 2.04227]


def spread(values):
    """Mean and half width of the 95 % t interval, which one value has not."""
    n = len(values)
    if n < 2:
        return {"mean": values[0], "half_width_95": None}
    half_width = T95[n - 2] * statistics.stdev(values) / math.sqrt(n)
    return {"mean": statistics.mean(values), "half_width_95": half_width}


def summary(runs):
    by_kept = {}
    for run in runs:
        by_kept.setdefault(run["kept"], {})[run["round"]] = run
    nothing = by_kept.pop("nothing")

    def percent(kept, index):
        run, bare = by_kept[kept][index], nothing[index]
        return 100 * (run["seconds_beside"] - bare["seconds_beside"]) / bare["training_seconds"]

    def every_minute(index):
        records = percent("records", index)
        return records + (percent("every_second", index) - records) / 60

    def cost(rounds):
        of = [(nothing[index], run) for index, run in rounds.items()]
        found = {"ratio": spread([run["seconds"] / bare["seconds"] for bare, run in of])}
        times = [(bare["processor_seconds"], run["processor_seconds"]) for bare, run in of]
        if all(bare is not None for bare, _ in times):
            found["ratio_of_processor_time"] = spread([run / bare for bare, run in times])
        return found

    percents = {kept: [percent(kept, index) for index in rounds] for kept, rounds in by_kept.items()}
    percents["every_60_s"] = [every_minute(index) for index in nothing]
    return {
        "percent_of_training_time": {kept: spread(values) for kept, values in percents.items()},
        "kept": {kept: cost(rounds) for kept, rounds in by_kept.items()},
        "nothing": {
            "seconds": statistics.median(run["seconds"] for run in nothing.values()),
            "training_seconds": statistics.median(run["training_seconds"] for run in nothing.values()),
        },
    }


def written(of, digits):
    half_width = of["half_width_95"]
    interval = "" if half_width is None else f" ± {half_width:.{digits}f}"
    return f"{of['mean']:.{digits}f}{interval}"


def show(found):
    bare = found["nothing"]
    print(f"nothing kept: {bare['seconds']:.1f} s, of them training {bare['training_seconds']:.1f} s")
    for kept, percent in found["percent_of_training_time"].items():
        print(f"{kept:<14}{written(percent, 2)} % of the training time")
    for kept, cost in found["kept"].items():
        if "ratio_of_processor_time" in cost:
            print(f"{kept:<14}{written(cost['ratio_of_processor_time'], 4)} times the processor time")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8, help="at most 31")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--core", type=int, default=1, help="the core that everything runs on")
    parser.add_argument("--out", type=Path, help="results as JSON")
    given = parser.parse_args()
    if not 1 <= given.rounds <= len(T95) + 1:
        sys.exit(f"--rounds {given.rounds}: expected 1 to {len(T95) + 1}")
    executables, _ = build([BUILD])
    command = ["taskset", "-c", str(given.core), executables["recording"], "--bench"]
    command += ["--rounds", str(given.rounds), "--epochs", str(given.epochs)]
    lines = output_of(command).splitlines()
    if not lines:
        sys.exit("nothing was measured: is MNIST below APICAL_DATA_DIR? (`apical data fetch mnist`)")
    runs = [json.loads(line) for line in lines]
    found = summary(runs)
    show(found)
    found |= {
        "n_rounds": given.rounds,
        "n_epochs": given.epochs,
        "processor": processor(),
        "rustc": output_of(["rustc", "--version"]).strip(),
        "runs": runs,
    }
    keep(found, given.out)


if __name__ == "__main__":
    main()
