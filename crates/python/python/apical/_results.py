"""Results as lists, frames and arrays."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._frames import Columns, Frame, frame_of
from ._native import DataError
from ._runs import Run, columns_of_protocol, columns_of_tasks, run_of_protocol, run_of_task

#: Where something lies.
PathLike = str | os.PathLike[str]


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
        of = run_of_protocol if self.is_protocol else run_of_task
        return [of(run) for run in self._about["runs"]]

    def table(self, frame: Frame = "pandas") -> Any:
        """A row for each run, finished and failed: experiment, task, learner, variant, seed, status, error,
        chosen_epoch, its score, and every swept key. `frame` is "pandas" or "polars".

        `score` is the metric that the task is judged by, `accuracy`, or `loss` in regression, and `unit` its unit (%,
        or 1 for a pure number), which is that of `validation_score_last_epoch`, `validation_score_chosen_epoch`,
        `test_score_last_epoch` and `test_score_chosen_epoch`. Other readings are in `Run.last` and `Run.chosen`.

        Of a protocol: experiment, condition, seed, status, error, and the numbers of the whole run, whose units are
        in `units`.
        """
        made = columns_of_protocol(self.runs) if self.is_protocol else columns_of_tasks(self.runs, self.units)
        return frame_of(made, frame)

    @cached_property
    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Every reading of every run as arrays [n_readings], a column each; numbers are NaN where absent."""
        return {
            name: np.array(cells, dtype=object) if kind == "text" else cells
            for name, (kind, cells) in self._readings.items()
        }

    def metrics(self, frame: Frame = "pandas") -> Any:
        """Every reading of every run, a row each: the run's keys, epoch, metric, layer, reference, value and unit, and
        the reason where there is no value. `frame` is "pandas" or "polars"."""
        return frame_of(self._readings, frame)

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
    def _readings(self) -> Columns:
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
