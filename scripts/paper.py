#!/usr/bin/env python3
"""Writes docs/paper.md: each figure and number of Sacramento et al. (2018) beside ours, from results/reference.

    python3 scripts/paper.py > docs/paper.md

The numbers are bound to the cells that they come from; `apical verify --claims docs/paper.md` compares them.
"""

import json
import math
import re
import statistics

from claims import REFERENCE, read, skipped

# Quantiles of Student's t for two-sided 95 %, by degrees of freedom.
T95 = {1: 12.7062, 2: 4.30265, 4: 2.77645, 8: 2.306, 9: 2.26216}


def hours(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Row:
    """A line of the page: `ours` and `columns` are what the text says and the cells of its numbers."""

    def __init__(self, what, paper, ours, cells, held, why, command, time):
        self.what, self.paper, self.ours, self.cells = what, paper, ours, cells
        self.held, self.why, self.command, self.time = held, why, command, time

    def written(self) -> str:
        before = skipped(f"{self.what} {self.paper}")
        head, *rest = self.cells
        comments = [f"<!-- cells: {head[0]}; {' '.join([*before, head[1]])} -->"]
        text = f"| {self.what} | {self.paper} | {self.ours[0]} {comments[0]}"
        for part, (file, columns) in zip(self.ours[1:], rest, strict=True):
            text += f" {part} <!-- cells: {file}; {columns} -->"
        return f"{text} | **{self.held}**: {self.why} | `{self.command}` | {self.time} |"


def of_task(folder: str, task: str, learner: str):
    """Test error at the last epoch and its half width, with the cells that hold them, and the time of its runs."""
    [row] = [row for row in read(f"{folder}/table.csv") if (row["task"], row["learner"]) == (task, learner)]
    mean = 100 - float(row["test_score_last_epoch_mean"])
    half = float(row["test_score_last_epoch_half_width_95"])
    cells = (
        f"../results/reference/{folder}/table.csv; task={task}; learner={learner}",
        "100-test_score_last_epoch_mean test_score_last_epoch_half_width_95",
    )
    slug = re.sub("[^a-z0-9.]+", "-", learner.lower())
    # Runs may have been stopped now and then, which their clocks do not know: the median is of one that was not.
    files = (REFERENCE / folder / task).glob(f"{slug}/*/summary.json")
    seconds = [sum(json.loads(file.read_text())["timing"]["seconds"].values()) for file in files]
    return mean, half, cells, hours(len(seconds) * statistics.median(seconds))


def of_protocol(folder: str, condition: str, name: str):
    """The same of a number of a protocol."""
    summary = json.loads((REFERENCE / folder / "summary.json").read_text())
    value = summary["conditions"][condition]["values"][name]
    factor = round(T95[value["n"] - 1] / math.sqrt(value["n"]), 5)
    cells = (
        f"../results/reference/{folder}/summary.json; at=conditions/{condition}/values",
        f"{name}/mean {factor}*{name}/standard_deviation",
    )
    half = factor * value["standard_deviation"]
    return value["mean"], half, cells, hours(summary["run_seconds"])


def of_figure(folder: str, figure: str, **chosen: str):
    """The same of a place of a protocol's figure."""
    [row] = [row for row in read(f"{folder}/figures/{figure}.csv") if chosen.items() <= row.items()]
    n = int(row["n_seeds"])
    factor = round(T95[n - 1] / math.sqrt(n), 5)
    which = "; ".join(f"{key}={value}" for key, value in chosen.items())
    cells = (
        f"../results/reference/{folder}/figures/{figure}.csv; {which}",
        f"mean {factor}*standard_deviation",
    )
    summary = json.loads((REFERENCE / folder / "summary.json").read_text())
    return float(row["mean"]), factor * float(row["standard_deviation"]), cells, hours(summary["run_seconds"])


def predicted(x: str, line: str) -> float:
    """The norm of an update over that of the gradient, as theory has it."""
    rows = [row for row in read("theory/figures/coupling.csv") if row["panel"] == "continuous, tied" and row["x"] == x]
    # A prediction for each line, in the same order.
    ratios = [row for row in rows if row["row"] == "norm ratio"]
    lines = [row["line"] for row in ratios if row["line"] != "prediction"]
    of_lines = [row for row in ratios if row["line"] == "prediction"]
    return float(of_lines[lines.index(line)]["mean"])


def pm(mean: float, half: float, digits: int, unit: str = "") -> str:
    return f"{mean:.{digits}f} ± {half:.{digits}f}{unit}"


def fig3(what, task, learner, paper, why):
    """A line of Fig. 3; `why` says why it is held, and why not."""
    mean, half, cells, time = of_task("fig3", task, learner)
    held = "held" if mean - half <= paper else "not held"
    why = why[0 if held == "held" else 1]
    return Row(what, f"{paper} %", [pm(mean, half, 2, " %")], [cells], held, why, "apical run fig3", time)


def rows():
    page = "[Fig. 3](book/src/results/fig3.md)"
    yield fig3(
        "Fig. 3, MNIST, test error: microcircuit",
        "constant",
        "random feedback",
        1.96,
        (f"ten seeds, a hundred epochs, random feedback, tuned: {page}", page),
    )
    yield fig3(
        "Fig. 3, MNIST: backprop",
        "constant",
        "matched backprop",
        1.53,
        ("the interval holds the paper's number", page),
    )
    yield fig3(
        "Fig. 3, MNIST: hidden to hidden weights frozen",
        "constant",
        "hidden to hidden frozen, tied feedback",
        2.11,
        ("with tied feedback and ideal interneurons; the paper does not say which it has, and with random feedback it is not", page),
    )
    yield fig3(
        "Fig. 3, MNIST: single layer",
        "constant",
        "single layer",
        8.4,
        (page, f"squared error of rates; with cross-entropy it lies below: {page}"),
    )
    yield fig3(
        "Text, MNIST 784-1000-10, all weights plastic, eq. 10: test error",
        "eq10",
        "top-down weights by eq. 10",
        2.48,
        (f"ten seeds, from a random start, tuned: {page}", page),
    )
    start, start_half, start_cells, time = of_protocol("fig1", "all plastic", "error_at_start")
    end, end_half, end_cells, _ = of_protocol("fig1", "all plastic", "error_when_reported")
    yield Row(
        "Fig. 1: error of a novel association without teacher, before and after 1500 ms",
        "falls to about 0",
        [pm(start, start_half, 0), f"to {pm(end, end_half, 5)}"],
        [start_cells, end_cells],
        "held",
        "and as well with the hidden layer frozen, so that it does not show learning by apical errors",
        "apical reproduce fig1",
        time,
    )
    for name, label in [("mismatch.1", "mismatch of interneurons, squared"), ("apical.1", "apical potential, squared")]:
        start, start_half, start_cells, time = of_protocol("figs1", "recommended", f"{name}.at_start")
        end, end_half, end_cells, _ = of_protocol("figs1", "recommended", name)
        yield Row(
            f"Fig. S1: self-prediction emerges from random weights: {label}",
            "falls to about 0",
            [pm(start, start_half, 0), f"to {pm(end, end_half, 4)}"],
            [start_cells, end_cells],
            "held",
            "with weaker top-down weights than in public codes, with which one seed of ten runs away",
            "apical reproduce figs1",
            time,
        )
    deep, deep_half, deep_cells, time = of_protocol("fig2", "deep", "test_error")
    flat, flat_half, flat_cells, _ = of_protocol("fig2", "shallow", "test_error")
    yield Row(
        "Fig. 2: test error of the deep student against a shallow one",
        "far below",
        [pm(deep, deep_half, 4), f"against {pm(flat, flat_half, 3)}"],
        [deep_cells, flat_cells],
        "held",
        "the intervals are far apart; scaled rates and a fortieth of the patterns",
        "apical reproduce fig2",
        time,
    )
    mean, half, cells, time = of_protocol("fig2-recalled", "deep", "test_error")
    yield Row(
        "Fig. 2 at ten million patterns: test error",
        "no number",
        [pm(mean, half, 3)],
        [cells],
        "not comparable",
        "the figure has no number, and the rates are those of public codes; two seeds",
        "apical run fig2_recalled",
        time,
    )
    mean, half, cells, time = of_protocol("fig2", "deep", "feedback_angle.1")
    yield Row(
        "Fig. 2: angle of forward weights to the transposed feedback",
        "about 45°",
        [pm(mean, half, 1, "°")],
        [cells],
        "not held",
        "[what does not decide it](fig2_alignment.md)",
        "apical reproduce fig2",
        time,
    )
    for name, label in [("interneuron_distance.1", "W^IP"), ("inhibition_distance.1", "W^PI")]:
        mean, half, cells, time = of_protocol("fig2", "deep", name)
        yield Row(
            f"Fig. 2: self-prediction emerges while it learns: relative distance of {label}",
            "small",
            [pm(mean, half, 3)],
            [cells],
            "held",
            "from random weights",
            "apical reproduce fig2",
            time,
        )
    for line in ["first layer", "output layer"]:
        place = {"row": "angle (°)", "panel": "continuous, tied", "line": line}
        weak, weak_half, weak_cells, time = of_figure("theory", "coupling", **place, x="0.001")
        strong, strong_half, (file, columns), _ = of_figure("theory", "coupling", **place, x="0.8")
        yield Row(
            f"Theory: a self-predicting circuit with tied feedback, 8-12-10-5: angle of the update to the gradient, {line}",
            "none in the limit of weak feedback",
            [pm(weak, weak_half, 3, "°"), f"at a coupling of 0.001, {pm(strong, strong_half, 1, '°')} at the published 0.8"],
            [weak_cells, (file, f"_ {columns} _")],
            "held",
            "it falls with the coupling, below 0.1 in proportion",
            "apical reproduce theory",
            time,
        )
    place = {"row": "norm ratio", "panel": "continuous, tied", "line": "first layer"}
    mean, half, (file, columns), time = of_figure("theory", "coupling", **place, x="0.001")
    over = 1 / predicted("0.001", "first layer")
    factor = float(columns.split(" ")[1].split("*")[0]) * over
    yield Row(
        "Theory: norm of that update, first layer, over that of the gradient and the predicted factor λ_N Π λ_j (1 − λ_I,j) / Π α_j",
        "1 in the limit of weak feedback",
        [pm(mean * over, half * over, 5), "at a coupling of 0.001"],
        [(file, f"{over:.0f}*mean {factor:.0f}*standard_deviation"), (file, "_")],
        "held",
        "to three digits",
        "apical reproduce theory",
        time,
    )


print(
    """# The paper against ours

Sacramento, Ponte Costa, Bengio and Senn, *Dendritic cortical microcircuits approximate the backpropagation
algorithm*, NeurIPS 2018, arXiv 1810.11393: its figures and numbers beside what is in [results/reference](../results/reference).
Ours is mean ± half width of the 95 % t interval over seeds, at the last epoch or pattern.
A number is *held* where our interval holds it, or lies on the better side; a statement, where our intervals allow it; *not
held* where they do not; *not comparable* where what was run is something else, and says what.
Time is that of all runs of the line's learner, or of the whole protocol, one after the other, on the processor that their provenance.json names, beside other work where [results](../results/README.md) says so.
This page is made by `python3 scripts/paper.py`, its numbers are compared with their cells by `apical verify --claims docs/paper.md`.

| figure or number | paper | ours | verdict | command | run time |
|---|---|---|---|---|---|"""
)
for row in rows():
    print(row.written())
