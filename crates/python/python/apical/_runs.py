"""Runs, and the table of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._frames import Columns, numbers


@dataclass(frozen=True)
class Run:
    """A run: one learner, taught one task, with one seed; or one condition of a protocol.

    `last` and `chosen` have a value for each reading, called `METRIC[/PART][/REFERENCE][/layer_K]` as in
    `accuracy/test` or `update_angle/squared_error/layer_1`, in the unit that `Results.units` names. `last` is after
    the last epoch, `chosen` after the epoch with the best validation accuracy (in regression, the lowest validation
    loss). What has no value is in `absent`, with the reason.
    """

    experiment: str
    task: str
    learner: str
    #: Swept keys and their values; empty without a sweep.
    point: Mapping[str, Any]
    #: The same in words, `KEY=VALUE, …`.
    variant: str
    seed: int
    #: `finished` or `failed`; a failed run has an `error`.
    status: str
    error: str | None
    n_epochs: int | None
    chosen_epoch: int | None
    last: Mapping[str, float]
    chosen: Mapping[str, float]
    absent: Mapping[str, str] = field(repr=False)
    #: When it began, UTC.
    started: str = field(repr=False)


def run_of_task(run: dict[str, Any]) -> Run:
    """A run of a task, from what `_native.Part.about` says of it."""
    summary = run["summary"]
    key, status = summary["run"], summary["status"]
    is_failed = isinstance(status, dict)
    last, chosen = summary["last"], summary["chosen"]
    return Run(
        experiment=key["experiment"],
        task=key["task"],
        learner=key["learner"],
        point=_point(key),
        variant=key["variant"],
        seed=key["seed"],
        status="failed" if is_failed else status,
        error=status["failed"]["error"] if is_failed else None,
        n_epochs=summary["n_epochs"],
        chosen_epoch=summary["chosen_epoch"],
        last=_values(last),
        chosen=_values(chosen),
        absent={name_of(of): of["absent"] for of in last if "absent" in of},
        started=run["started"],
    )


def run_of_protocol(run: dict[str, Any]) -> Run:
    """The same of a protocol."""
    return Run(
        experiment=run["experiment"],
        task="",
        learner=run["condition"],
        point={},
        variant="",
        seed=run["seed"],
        status="finished" if run["error"] is None else "failed",
        error=run["error"],
        n_epochs=None,
        chosen_epoch=None,
        last={name: value for name, _, value in run["values"] if value is not None},
        chosen={},
        absent={},
        started=run["started"],
    )


def name_of(reading: Mapping[str, Any]) -> str:
    """`METRIC[/PART][/REFERENCE][/layer_K]` of a reading."""
    layer = reading.get("layer")
    parts = [reading["metric"], reading.get("part"), reading.get("reference")]
    parts.append(f"layer_{layer}" if layer is not None else None)
    return "/".join(str(part) for part in parts if part is not None)


def columns_of_tasks(runs: Sequence[Run], units: Mapping[str, str]) -> Columns:
    """A row for each run of tasks, with its scores."""
    of_task = _scores(runs)
    scores = [of_task[run.task] for run in runs]
    columns: Columns = {
        **_keys(runs, ("experiment", "task", "learner")),
        "variant": ("text", [run.variant or None for run in runs]),
        **_ends(runs),
        "chosen_epoch": ("whole", numbers(run.chosen_epoch for run in runs)),
        "score": ("text", scores),
        "unit": ("text", [units.get(f"{score}/test") for score in scores]),
    }
    for part in ("validation", "test"):
        names = [f"{score}/{part}" for score in scores]
        for epoch in ("last", "chosen"):
            values = (getattr(run, epoch).get(name) for run, name in zip(runs, names, strict=True))
            columns[f"{part}_score_{epoch}_epoch"] = ("number", numbers(values))
    for key in sorted({key for run in runs for key in run.point}):
        columns[key] = _swept([run.point.get(key) for run in runs])
    return columns


def columns_of_protocol(runs: Sequence[Run]) -> Columns:
    """A row for each run of a protocol, with its numbers of the whole run."""
    columns: Columns = {
        **_keys(runs, ("experiment",)),
        "condition": ("text", [run.learner for run in runs]),
        **_ends(runs),
    }
    for name in dict.fromkeys(name for run in runs for name in run.last):
        columns[name] = ("number", numbers(run.last.get(name) for run in runs))
    return columns


def _point(key: dict[str, Any]) -> dict[str, Any]:
    if "point" in key:
        return {swept["key"]: swept["value"] for swept in key["point"]}
    return {"variant": key["variant"]} if key["variant"] else {}


def _values(readings: list[dict[str, Any]]) -> dict[str, float]:
    return {name_of(of): of["value"] for of in readings if "value" in of}


def _scores(runs: Iterable[Run]) -> dict[str, str]:
    """The metric that each task is judged by, as the tables of the report have it: accuracy, or the loss where no
    finished run has an accuracy."""
    finished: dict[str, list[bool]] = {}
    for run in runs:
        of_task = finished.setdefault(run.task, [])
        if run.status == "finished":
            of_task.append("accuracy/test" in run.last)
    return {task: "accuracy" if any(have) or not have else "loss" for task, have in finished.items()}


def _keys(runs: Sequence[Run], names: Iterable[str]) -> Columns:
    return {name: ("text", [getattr(run, name) for run in runs]) for name in names}


def _ends(runs: Sequence[Run]) -> Columns:
    return {"seed": ("whole", numbers(run.seed for run in runs)), **_keys(runs, ("status", "error"))}


def _swept(values: list[Any]) -> tuple[str, Any]:
    """The column of a swept key: numbers where nothing else is among its values, else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float}:
        return "number" if float in kinds else "whole", numbers(values)
    return "text", [of if of is None or isinstance(of, str) else json.dumps(of, ensure_ascii=False) for of in values]
