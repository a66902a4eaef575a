"""Circuits in continuous time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import _native
from ._align import Array, _array
from ._native import LearningError
from ._results import PathLike
from ._run import one_thread_each
from ._spec import Spec, specified


@dataclass(frozen=True)
class Traces:
    """Quantities of neurons over time; all potentials and rates are pure numbers.

    `traces["soma"]` is an array [n_times, n_neurons], whose columns are `traces.neurons["soma"]`.
    """

    #: Times since the circuit was at rest [n_times], ms.
    time_ms: npt.NDArray[np.float64]
    #: Each quantity [n_times, n_neurons]; NaN where there is none, as targets without a teacher.
    values: Mapping[str, npt.NDArray[np.float64]]
    #: The neurons of each quantity as (layer, number), both from 0.
    neurons: Mapping[str, list[tuple[int, int]]]
    #: What else there is to say, such as the number of adaptive steps.
    note: str | None = field(default=None, repr=False)

    @property
    def units(self) -> dict[str, str]:
        """The unit of every array."""
        return {"time_ms": "ms", **dict.fromkeys(self.values, "1")}

    def __getitem__(self, quantity: str) -> npt.NDArray[np.float64]:
        return self.values[quantity]

    def of(self, quantity: str, layer: int, number: int = 0) -> npt.NDArray[np.float64]:
        """One neuron's quantity over time [n_times]."""
        return self.values[quantity][:, self.neurons[quantity].index((layer, number))]


def simulate(
    spec: Spec,
    patterns: Array | None = None,
    targets: Array | None = None,
    *,
    targets_are: Literal["potentials", "rates"] | None = None,
    record: str | Sequence[str] = ("soma",),
    every_ms: float | None = None,
    plastic: bool | None = None,
    seed: int | None = None,
    set: Mapping[str, Any] | None = None,
    weights: PathLike | None = None,
    save_before: PathLike | None = None,
    save_after: PathLike | None = None,
    data_dir: PathLike | None = None,
) -> Traces:
    """Shows patterns to a circuit in continuous time, one after the other, and returns its traces.

    spec: a dict, TOML text, the path of a file, or "simulate": network, circuit, and what is not given here.
    patterns: input rates [n_patterns, n_0], in place of the specification's.
    targets: [n_patterns, n_N], in place of the specification's; without any, no teacher acts.
    targets_are: "potentials" or "rates"; as in the specification where not given.
    record: what is returned, one or several of input, soma, basal, apical, dendrite, interneuron, rate,
        interneuron_rate, target; of the circuit with error neurons input, soma, prediction, apical, error,
        rate, target.
    every_ms: time between two records, a whole number of steps, ms; 1 ms where not given, or one step where a pattern
        is shown for less than 20 ms.
    plastic: whether weights learn.
    seed: of weights that are drawn, and of noise.
    set: other values for keys, as in {"circuit.dt_ms": 0.05}.
    weights, save_before, save_after: files of weights (safetensors).

    Raises `apical.SpecificationError`, `apical.DataError`, and `apical.LearningError` where the circuit itself fails,
    as when it diverges; what was seen until then is its `traces`.
    """
    values = dict(set or {})
    if seed is not None:
        values["seed"] = seed
    # A specification without inputs is none; these are shown in their place.
    more = ["inputs={ rows = [[0.0]] }"] if patterns is not None else []
    asked = {
        "inputs": _rows("patterns", patterns),
        "targets": _rows("targets", targets),
        "targets_are": targets_are,
        "record": [record] if isinstance(record, str) else list(record),
        "every_ms": every_ms,
        "plastic": plastic,
        "weights": _path(weights),
        "save_before": _path(save_before),
        "save_after": _path(save_after),
        "data_dir": _path(data_dir),
    }
    with one_thread_each():
        times, traced, note, failure = _native.simulate(
            specified(spec, set=values, more=more), asked, lambda _: None
        )
    time_ms = np.frombuffer(times, dtype=np.float64)
    traces = Traces(
        time_ms=time_ms,
        values={
            name: np.frombuffer(own, dtype=np.float64).reshape(len(time_ms), len(neurons))
            for name, neurons, own in traced
        },
        neurons={name: neurons for name, neurons, _ in traced},
        note=note,
    )
    if failure is not None:
        error = LearningError(failure)
        error.traces = traces  # type: ignore[attr-defined]
        raise error
    return traces


def _rows(name: str, rows: Array | None) -> list[list[float]] | None:
    if rows is None:
        return None
    made = np.atleast_2d(_array(name, rows))
    if made.ndim != 2:
        raise _native.DataError(f"{name} has shape {list(made.shape)}, expected [n_patterns, n_neurons]")
    return made.tolist()  # type: ignore[no-any-return]


def _path(path: PathLike | None) -> Path | None:
    return None if path is None else Path(path)
