#!/usr/bin/env python3
"""Reads exports of one experiment with the libraries that they are made for, and compares them with its readings.

    apical export DIR --format csv|parquet|npz|tensorboard --out OUT/csv|OUT/parquet|...
    python3 scripts/exports.py OUT

A library that is absent is said, and what it would read is left out.
"""

import csv
import importlib.util
import sys
from pathlib import Path

root = Path(sys.argv[1])
with open(root / "csv/readings.csv", newline="") as file:
    rows = list(csv.DictReader(file))


def has(library: str, what: str) -> bool:
    found = importlib.util.find_spec(library) is not None
    if not found:
        print(f"no {library}: {what} was not read")
    return found


def path_of(row: dict) -> tuple[str, str]:
    """The folder of a run's arm, and the name of a curve in it, by the rule of the exports."""

    def slug(name: str) -> str:
        return "".join(c.lower() if c.isascii() and c.isalnum() or c in "-_" else "-" for c in name)

    if "condition" in row:
        return slug(row["condition"]), row["quantity"]
    arm = "/".join(slug(row[key]) for key in ("task", "learner", "variant") if row[key])
    layer = f"layer_{row['layer']}" if row["layer"] else ""
    parts = [row["metric"], row["part"], row["reference"], layer]
    return arm, "/".join(part for part in parts if part)


if has("pyarrow", "readings.parquet"):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(root / "parquet/readings.parquet")
    assert table.column_names == list(rows[0]), table.column_names
    for row, of_table in zip(rows, table.to_pylist(), strict=True):
        for key, cell in row.items():
            value = of_table[key]
            if value is None:
                assert cell == "", (key, cell)
            elif isinstance(value, float):
                assert float(cell) == value, (key, cell, value)
            else:
                # The CSV writes what a spreadsheet would execute behind an apostrophe.
                assert cell.removeprefix("'") == str(value), (key, cell, value)
    print(f"pyarrow {pyarrow.__version__}: {table.num_rows} rows are those of the CSV")

x_of, name_of = ("x", "quantity") if "condition" in rows[0] else ("epoch", "metric")
readings = [row for row in rows if row["value"] and not row[name_of].startswith("seconds_")]

if has("numpy", "curves.npz"):
    import numpy

    archive = numpy.load(root / "npz/curves.npz")
    n = 0
    for row in readings:
        arm, curve = path_of(row)
        at_seed = numpy.flatnonzero(archive[f"{arm}/seeds"] == float(row["seed"]))
        values = archive[f"{arm}/{curve}/values"]
        if row[x_of]:
            at_x = numpy.flatnonzero(archive[f"{arm}/{curve}/x"] == float(row[x_of]))
            assert values[at_seed[0], at_x[0]] == float(row["value"]), row
        elif values.ndim == 1:
            assert values[at_seed[0]] == float(row["value"]), row
        n += 1
    assert n > 0
    print(f"NumPy {numpy.__version__}: {n} values are those of the CSV")

if has("tbparse", "event files"):
    import numpy
    from tbparse import SummaryReader

    folder = root / "tensorboard"
    found = {}
    for file in folder.rglob("events.out.tfevents.*"):
        run = str(file.parent.relative_to(folder))
        for event in SummaryReader(str(file)).scalars.itertuples():
            found.setdefault((run, event.tag, event.step), set()).add(numpy.float32(event.value))
    n = 0
    for row in readings:
        if not row[x_of]:
            continue
        arm, curve = path_of(row)
        key = (f"{arm}/seed-{row['seed']}", curve, round(float(row[x_of])))
        assert numpy.float32(float(row["value"])) in found[key], (row, found.get(key))
        n += 1
    assert n > 0
    print(f"tbparse: {n} values are those of the CSV")
