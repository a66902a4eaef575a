#!/usr/bin/env python3
"""Writes the tables of docs/book/src/results/fig3.md, the paper's Fig. 3 with ten seeds, from results/reference/fig3.

    python3 scripts/fig3.py docs/book/src/results/fig3.md

What stands between `<!-- table: NAME -->` and `<!-- end -->` is written again, the text around it stays. The numbers
are bound to the cells that they come from; `apical verify --claims` compares them.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from claims import REFERENCE, read, skipped

# From the page to the records.
UP = "../../../../results/reference"
SCORE, HALF = "test_score_last_epoch_mean", "test_score_last_epoch_half_width_95"
# A contrast: what names it, and its difference.
PAIR = ("task", "learner", "other", "epoch")
INTERVAL = ("interval_95_low", "interval_95_high")
DIFFERENCE = ("difference_mean", *INTERVAL)
# The test errors that the paper has.
PAPER = {
    ("constant", "random feedback"): "1.96",
    ("constant", "matched backprop"): "1.53",
    ("constant", "hidden to hidden frozen"): "2.11",
    ("constant", "hidden to hidden frozen, tied feedback"): "2.11",
    ("constant", "single layer"): "8.4",
    ("eq10", "top-down weights by eq. 10"): "2.48",
}
# Bars of test error at the last epoch, means over seeds.
BARS = [
    ("constant", "random feedback", 1.90),
    ("constant", "matched backprop", 1.58),
    ("constant", "hidden to hidden frozen", 2.11),
    ("constant", "hidden to hidden frozen, tied feedback", 2.11),
    ("constant", "single layer", 8.40),
    ("eq10", "top-down weights by eq. 10", 2.48),
]


def written(number: float, digits: int = 2, sign: str = "") -> str:
    # Zero has no sign.
    return f"{round(number, digits) + 0.0:{sign}.{digits}f}".replace("-", "−").replace("+0.00", "0.00")


def bound(text: str, file: str, row: dict[str, str], keys: tuple[str, ...], columns: list[str]) -> str:
    which = "; ".join(f"{key}={row[key]}" for key in keys)
    return f"{text} <!-- cells: {UP}/{file}; {which}; {' '.join(columns)} -->"


def error(row: dict[str, str], before: str = "", experiment: str = "fig3") -> str:
    """Test error with its interval, with `before` before it in the line."""
    text = f"{written(100 - float(row[SCORE]))} ± {written(float(row[HALF]))}"
    columns = [*skipped(before), f"100-{SCORE}", HALF]
    return bound(text, f"{experiment}/table.csv", row, ("task", "learner"), columns)


def interval(row: dict[str, str], columns: list[str], sign: str = "") -> str:
    """A value and its interval."""
    value, low, high = (float(row[column]) for column in columns)
    return f"{written(value, sign=sign)} [{written(low)}, {written(high)}]"


def angles(row: dict[str, str], reference: str, experiment: str) -> str:
    """Angles of the layers' updates, hidden layers first; a dash of one that does not learn."""
    columns = [f"update_angle_degrees_{reference}_layer_{layer}_mean" for layer in (1, 2, 3)]
    shown = [written(float(row[column]), 0) if row[column] else "–" for column in columns]
    columns = [column for column in columns if row[column]]
    return bound(" / ".join(shown), f"{experiment}/table.csv", row, ("task", "learner"), columns) if columns else "–"


def difference(row: dict[str, str], file: str) -> str:
    """What a learner's accuracy has more than the other's, and the verdict, with how many seeds would decide."""
    columns = list(DIFFERENCE)
    text = interval(row, columns, "+")
    verdict = f"*{row['verdict'].replace('_', ' ')}*"
    if row["n_needed"]:
        verdict += f" ({row['n_needed']})"
        columns.append("n_needed")
    return bound(f"{text} | {verdict}", file, row, PAIR, columns)


def last_epoch(experiment: str) -> dict[tuple[str, str], dict[str, str]]:
    """Contrasts with the baseline at the last epoch, by task and learner."""
    rows = read(f"{experiment}/contrasts.csv")
    return {(row["task"], row["learner"]): row for row in rows if row["epoch"] == "last"}


def table(task: str, experiment: str = "fig3") -> Iterator[str]:
    """The learners of a task."""
    is_there = (REFERENCE / experiment / "table.csv").exists()
    rows = [row for row in read(f"{experiment}/table.csv") if row["task"] == task] if is_there else []
    if not rows:
        yield "*Not run yet.*"
        return
    has_paper = any((task, row["learner"]) in PAPER for row in rows)
    paper = " paper's test error (%) |" * has_paper
    yield f"| learner |{paper} test error (%) | accuracy less matched backprop's (points) | verdict | angle (potential) | angle (squared error) |"
    yield "|---" * (6 + has_paper) + "|"
    contrasts = last_epoch(experiment)
    for row in rows:
        head = f"| {row['learner']} | " + f"{PAPER.get((task, row['learner']), '')} | " * has_paper
        contrast = contrasts.get((task, row["learner"]))
        compared = difference(contrast, f"{experiment}/contrasts.csv") if contrast else " | "
        both = " | ".join(angles(row, reference, experiment) for reference in ("potential", "squared_error"))
        yield f"{head}{error(row, head, experiment)} | {compared} | {both} |"


def two_by_two() -> Iterator[str]:
    """Interneurons learned or ideal, feedback random or tied."""
    rows = {row["learner"]: row for row in read("fig3/table.csv") if row["task"] == "constant"}
    yield "| | feedback random | feedback tied |"
    yield "|---|---|---|"
    for name, tail in [("learned", ""), ("ideal", ", ideal interneurons")]:
        cells = [error(rows[f"{feedback} feedback{tail}"]) for feedback in ("random", "tied")]
        yield f"| interneurons {name} | {' | '.join(cells)} |"


def simple_effects() -> Iterator[str]:
    """What one of both changes while the other stays."""
    yield "| | less | accuracy (points) | verdict |"
    yield "|---|---|---|---|"
    file = "fig3/two_by_two/contrasts.csv"
    for row in read(file):
        # Feedback alignment is compared there as well, and stands in the text.
        if row["task"] == "constant" and row["epoch"] == "last" and row["learner"] != "feedback alignment":
            text = difference(row, file)
            yield f"| {row['learner']} | {row['other']} | {text} |"


def correlations() -> Iterator[str]:
    """Of test error with the angle of hidden updates."""
    yield "| | correlation | n |"
    yield "|---|---|---|"
    file = "fig3/figures/constant/error_over_angle.csv"
    for row in read(file):
        if row["line"].startswith("correlation"):
            columns = ["value", *INTERVAL]
            what = row["line"].removeprefix("correlation_").replace("_", " ")
            text = bound(f"{interval(row, columns)} | {row['n']}", file, row, ("line",), [*columns, "n"])
            yield f"| {what} | {text} |"


def credit() -> Iterator[str]:
    """Which parts of the verdict on credit hold."""
    parts = ["potentials_in_range", "gradient_above_rounding", "depth_is_used", "perturbations_predicted"]
    words = {"PASS": "yes", "FAIL": "**no**", "not measured": "–"}
    yield "| learner | " + " | ".join(part.replace("_", " ") for part in parts) + " |"
    yield "|---" * (len(parts) + 1) + "|"
    for row in read("fig3/credit.csv"):
        if row["task"] == "constant":
            yield f"| {row['learner']} | " + " | ".join(words[row[part]] for part in parts) + " |"


def bars() -> Iterator[str]:
    """What the runs are held to, and whether it came out."""
    rows = {(row["task"], row["learner"]): row for row in read("fig3/table.csv")}
    yield "| | bar, test error (%) | reached (%) | |"
    yield "|---|---|---|---|"
    for task, learner, bar in BARS:
        row = rows.get((task, learner))
        if row is None:
            yield f"| {learner} | ≤ {bar:.2f} | – | not run |"
            continue
        mean, half = 100 - float(row[SCORE]), float(row[HALF])
        upper = PAPER[task, learner] if learner == "random feedback" else None
        is_met = mean <= bar and (upper is None or mean + half < float(upper))
        limit = f"≤ {bar:.2f}" + (f", its interval below {upper}" if upper else "")
        head = f"| {learner} | {limit} | "
        yield f"{head}{error(row, head)} | {'met' if is_met else '**missed**'} |"
    for row in read("single_layer/table.csv"):
        if row["learner"] == "cross-entropy":
            head = "| single layer, cross-entropy (added later) | ≤ 8.40 | "
            is_met = 100 - float(row[SCORE]) <= 8.4
            yield f"{head}{error(row, head, 'single_layer')} | {'met' if is_met else '**missed**'} |"
    local = last_epoch("fig3")["constant", "error neurons, learned"]
    head = "| error neurons, learned: accuracy less matched backprop's | equivalent within 0.15 | "
    columns = [*skipped(head), *DIFFERENCE]
    text = bound(interval(local, list(DIFFERENCE), "+"), "fig3/contrasts.csv", local, PAIR, columns)
    yield f"{head}{text} | {'met' if local['verdict'] == 'equivalent' else '**missed**'} |"


def single_layer() -> Iterator[str]:
    """A single layer with both errors."""
    yield "| error | test error (%) |"
    yield "|---|---|"
    for row in read("single_layer/table.csv"):
        yield f"| {row['learner']} | {error(row, experiment='single_layer')} |"


TABLES = {
    "single layer": single_layer,
    "bars": bars,
    "constant": lambda: table("constant"),
    "falling": lambda: table("falling"),
    "eq10": lambda: table("eq10"),
    "fashion, settings of MNIST": lambda: table("settings_of_mnist", "fashion_mnist"),
    "fashion, own settings": lambda: table("own_settings", "fashion_mnist"),
    "two by two": two_by_two,
    "simple effects": simple_effects,
    "correlations": correlations,
    "credit": credit,
}
page = Path(sys.argv[1])
text = page.read_text()
for name, lines in TABLES.items():
    mark = f"<!-- table: {name} -->\n"
    before, rest = text.split(mark)
    after = rest[rest.index("<!-- end -->") :]
    text = before + mark + "\n" + "\n".join(lines()) + "\n\n" + after
page.write_text(text)
