"""Results as lists, frames and arrays."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._frames import Columns, Frame, frame_of
from ._native import DataError

#: Where something lies.
PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Run:
    """A run: one learner, taught one task, with one seed; or one condition of a protocol.

    `last` and `chosen` have a value for each reading, called `METRIC[/PART][/REFERENCE][/layer_K]` as in
    `accuracy/test` or `update_angle/squared_error/layer_1`, in the unit that `Results.units` names. `last` is after
    the last epoch, `chosen` after the epoch with the best validation accuracy. What has no value is in `absent`, with
    the reason.
    """

    experiment: str
    task: str
    learner: str
    #: Swept keys and their values; empty without a sweep.
    point: Mapping[str, Any]
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


@dataclass(frozen=True)
class Curve:
    """A quantity over epochs, or what a protocol runs along.

    `values` [n_seeds, n_x] is NaN where there is none; a number of the whole run has no `x` and `values` [n_seeds].
    """

    name: str
    #: Task, learner and point, or condition.
    of: str
    #: The unit of the values; `1` for pure numbers, None where it is not known.
    unit: str | None
    x: npt.NDArray[np.float64] | None
    seeds: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """The mean over seeds [n_x], of angles (°) as the angle whose cosine is the mean of theirs."""
        values = np.atleast_1d(self.values)
        shown = ~np.isnan(values)
        if self.unit == "°":
            of_cosines = _mean(np.cos(np.deg2rad(values)), shown)
            return np.asarray(np.rad2deg(np.arccos(np.clip(of_cosines, -1.0, 1.0))))
        return _mean(values, shown)


def _mean(values: npt.NDArray[np.float64], shown: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    count = shown.sum(axis=0)
    total = np.where(shown, values, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


class Results:
    """What lies in a folder of results: the runs of its tasks, or those of one protocol.

    Runs that are missing, damaged or of other settings are left out, and `gaps` says which.
    """

    def __init__(self, part: _native.Part, protocols: Sequence[Results] = ()) -> None:
        self._part = part
        self._about: dict[str, Any] = json.loads(part.about())
        #: Protocols beside tasks in the same folder.
        self.protocols: list[Results] = list(protocols)

    @property
    def title(self) -> str:
        """Its title."""
        return str(self._about["title"])

    @property
    def name(self) -> str:
        """The name of the experiment, or of the protocol."""
        return str(self._about["name"])

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return Path(self._about["folder"])

    @property
    def command(self) -> str:
        """The command that does it again."""
        return str(self._about["command"])

    @property
    def specification(self) -> str:
        """Its specification, TOML."""
        return str(self._about["spec"])

    @property
    def is_protocol(self) -> bool:
        """Whether its runs are those of a protocol."""
        return bool(self._about["is_protocol"])

    @property
    def gaps(self) -> list[str]:
        """Which runs are not among these, and why; one kind a line."""
        return list(self._about["gaps"])

    @cached_property
    def runs(self) -> list[Run]:
        """All runs, finished and failed, in the order of the report."""
        of = _run_of_protocol if self.is_protocol else _run_of_task
        return [of(run) for run in self._about["runs"]]

    @cached_property
    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Every reading of every run as arrays [n_readings], a column each; numbers are NaN where absent."""
        return {
            name: np.array(cells, dtype=object) if kind == "text" else cells
            for name, (kind, cells) in self._table.items()
        }

    def metrics(self, frame: Frame = "pandas") -> Any:
        """Every reading of every run, a row each: the run's keys, epoch, metric, layer, reference, value and unit, and
        the reason where there is no value. `frame` is "pandas" or "polars"."""
        return frame_of(self._table, frame)

    @cached_property
    def arrays(self) -> dict[str, Curve]:
        """Everything that has a value over epochs, by `TASK/LEARNER[/POINT]/METRIC[/PART][/REFERENCE][/layer_K]` in
        lower-case letters and digits; of a protocol by `CONDITION/QUANTITY`."""
        return _curves(self._part.curves())

    def curves(self, frame: Frame = "pandas") -> Any:
        """The same as a frame: of, curve, unit, seed, x, value."""
        of, names, units, seeds, xs, values = [], [], [], [], [], []
        for curve in self.arrays.values():
            x = np.array([np.nan]) if curve.x is None else curve.x
            for seed, row in zip(curve.seeds, curve.values.reshape(len(curve.seeds), -1), strict=True):
                shown = ~np.isnan(row)
                n = int(shown.sum())
                of += [curve.of] * n
                names += [curve.name] * n
                units += [curve.unit] * n
                seeds.append(np.full(n, seed, dtype=float))
                xs.append(x[shown])
                values.append(row[shown])
        columns: Columns = {
            "of": ("text", of),
            "curve": ("text", names),
            "unit": ("text", units),
            "seed": ("whole", _joined(seeds)),
            "x": ("number", _joined(xs)),
            "value": ("number", _joined(values)),
        }
        return frame_of(columns, frame)

    @property
    def units(self) -> dict[str, str]:
        """The unit of every quantity by its name without task and learner; `1` for pure numbers."""
        return {curve.name: curve.unit for curve in self.arrays.values() if curve.unit is not None}

    def write_page(self, folder: PathLike | None = None) -> Path:
        """Writes page, tables and figures as `apical report` does, where the results lie or into `folder`; the path of
        the page."""
        return self._part.write_page(Path(folder) if folder is not None else self.folder)

    def __str__(self) -> str:
        return self._part.text(100)

    def __repr__(self) -> str:
        return f"<apical.Results {self.name!r}: {len(self.runs)} runs in {str(self.folder)!r}>"

    @cached_property
    def _table(self) -> Columns:
        table: Columns = {}
        for name, kind, cells in self._part.columns():
            table[name] = (kind, cells if isinstance(cells, list) else np.frombuffer(cells, dtype=np.float64))
        return table


def read(folder: PathLike | Iterable[PathLike], *, names: Sequence[str] = ()) -> Results:
    """Reads the records below a folder that `apical.run` or `apical run` wrote, or below several.

    Tasks of several experiments stand side by side, named with their experiment, or as `names` has it, one for each
    folder. Protocols beside tasks are in `Results.protocols`.

    Raises `apical.DataError` where there are none.
    """
    folders = [folder] if isinstance(folder, str | os.PathLike) else list(folder)
    if names and len(names) != len(folders):
        raise ValueError(f"{len(names)} names for {len(folders)} folders, expected one for each")
    parts = [Results(part) for part in _native.read([Path(of) for of in folders], list(names))]
    tasks = [part for part in parts if not part.is_protocol]
    protocols = [part for part in parts if part.is_protocol]
    if tasks:
        tasks[0].protocols = protocols
        return tasks[0]
    if len(protocols) > 1:
        where = ", ".join(str(part.folder) for part in protocols)
        raise DataError(f"there are {len(protocols)} protocols in {where}; read one folder at a time")
    return protocols[0]


def _run_of_task(run: dict[str, Any]) -> Run:
    summary = run["summary"]
    key, status = summary["run"], summary["status"]
    is_failed = isinstance(status, dict)
    last, chosen = summary["last"], summary["chosen"]
    return Run(
        experiment=key["experiment"],
        task=key["task"],
        learner=key["learner"],
        point=_point(key),
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


def _run_of_protocol(run: dict[str, Any]) -> Run:
    return Run(
        experiment=run["experiment"],
        task="",
        learner=run["condition"],
        point={},
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


def _point(key: dict[str, Any]) -> dict[str, Any]:
    if "point" in key:
        return {swept["key"]: swept["value"] for swept in key["point"]}
    return {"variant": key["variant"]} if key["variant"] else {}


def _values(readings: list[dict[str, Any]]) -> dict[str, float]:
    return {name_of(of): of["value"] for of in readings if "value" in of}


def name_of(reading: Mapping[str, Any]) -> str:
    """`METRIC[/PART][/REFERENCE][/layer_K]` of a reading."""
    layer = reading.get("layer")
    parts = [reading["metric"], reading.get("part"), reading.get("reference")]
    parts.append(f"layer_{layer}" if layer is not None else None)
    return "/".join(str(part) for part in parts if part is not None)


def _curves(archive: bytes | bytearray) -> dict[str, Curve]:
    with np.load(io.BytesIO(archive)) as arrays:
        of_line = dict(str(line).split(": ", 1) for line in np.atleast_1d(arrays["names"]))
        units = dict(str(line).split(": ", 1) for line in np.atleast_1d(arrays["units"]))
        # The longest name first: one may be the beginning of another.
        arms = sorted(of_line, key=len, reverse=True)
        curves = {}
        for key in arrays.files:
            path, _, what = key.rpartition("/")
            if what != "values":
                continue
            arm = next(arm for arm in arms if path.startswith(f"{arm}/"))
            x = f"{path}/x"
            curves[path] = Curve(
                name=path[len(arm) + 1 :],
                of=of_line[arm],
                unit=units.get(path),
                x=arrays[x] if x in arrays.files else None,
                seeds=arrays[f"{arm}/seeds"].astype(np.int64),
                values=arrays[key],
            )
        return curves


def _joined(pieces: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    return np.concatenate(pieces) if pieces else np.empty(0)
