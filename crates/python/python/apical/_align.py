"""Anybody's own model beside the gradient."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import _native
from ._frames import Columns, Frame, frame_of, numbers

#: An array of NumPy, PyTorch or JAX, or what NumPy makes one of.
Array = Any

#: Arrays of layers: a list from layer 1 on, with None where a layer has none, or a dict by layer.
Layers = Sequence[Array | None] | Mapping[int, Array]


@dataclass(frozen=True)
class Reading:
    """A metric of a layer (1…N; None for all together) against a reference gradient: a value, or why there is none.

    `unit` is that of `Results.metrics()`: `°` for angles, `%` for `sign_agreement`, `1` for pure numbers.
    """

    metric: str
    layer: int | None
    reference: str | None
    value: float | None
    unit: str
    absent: str | None


@dataclass(frozen=True)
class Gate:
    """What is asked of a layer. `passed` is None where it could not be looked at; `reason` says more."""

    layer: int
    reference: str
    gate: str
    passed: bool | None
    reason: str


class Alignment:
    """How proposed changes stand to the gradient, by layer. Printing it shows the tables of `apical align`."""

    def __init__(self, judged: str) -> None:
        self.json: dict[str, Any] = json.loads(judged)
        #: Everything read, against each reference: `squared_error` and, where targets allow it, `potential`.
        self.readings: list[Reading] = [
            Reading(
                metric=of["metric"],
                layer=of.get("layer"),
                reference=of.get("reference"),
                value=of.get("value"),
                unit=self.json["units"][of["metric"]],
                absent=of.get("absent"),
            )
            for of in self.json["readings"]
        ]
        #: What each layer passes and fails.
        self.gates: list[Gate] = [Gate(**gate) for gate in self.json["gates"]]

    @property
    def passes(self) -> bool:
        """Whether every gate is passed that could be looked at."""
        return bool(self.json["passes"])

    def value(
        self,
        metric: str,
        layer: int | None = None,
        reference: Literal["squared_error", "potential"] | None = "squared_error",
    ) -> float:
        """The value of a metric, in its unit: of a layer, or of all together; NaN where there is none."""
        for of in self.readings:
            if of.metric == metric and of.layer == layer and of.reference in (reference, None):
                return float("nan") if of.value is None else of.value
        known = sorted({of.metric for of in self.readings})
        raise KeyError(f"no reading of {metric!r} for layer {layer} against {reference}; metrics are {known}")

    def table(self, frame: Frame = "pandas") -> Any:
        """The readings as a frame of pandas or polars: metric, layer, reference, value, unit, absent."""
        of = self.readings
        columns: Columns = {
            "metric": ("text", [one.metric for one in of]),
            "layer": ("whole", numbers(one.layer for one in of)),
            "reference": ("text", [one.reference for one in of]),
            "value": ("number", numbers(one.value for one in of)),
            "unit": ("text", [one.unit for one in of]),
            "absent": ("text", [one.absent for one in of]),
        }
        return frame_of(columns, frame)

    def __str__(self) -> str:
        return str(self.json["text"])

    def __repr__(self) -> str:
        n_passed = sum(gate.passed is True for gate in self.gates)
        return f"<apical.Alignment: {n_passed} of {len(self.gates)} gates passed>"


def align(
    weights: Layers,
    inputs: Array,
    targets: Array | None,
    changes: Layers,
    *,
    thresholds: Layers = (),
    target_potentials: Array | None = None,
    errors: Layers = (),
    feedback: Layers = (),
    transfer: Literal["logistic", "tanh", "relu"] = "logistic",
) -> Alignment:
    """Judges the weight changes that any model proposes by the code that judges the learners here; the numbers are
    those of `apical align` to the bit.

    The model is a feed-forward network u_k = W_k r_{k−1} + b_k, r_k = φ(u_k), outputs included. Layers count from 1 to
    N, n_k is the number of neurons of layer k; nothing has a unit. Arrays of NumPy, PyTorch (also with gradient, or on
    another device) and JAX are taken alike, in their own precision.

    weights: W_k [n_k, n_{k−1}] of every layer, from the first on.
    inputs: r_0 [n_samples, n_0].
    targets: target rates [n_samples, n_N]; None where `target_potentials` [n_samples, n_N] are given.
    changes: what is added to W_k for these samples [n_k, n_{k−1}]; a layer without is taken as fixed.
    thresholds: b_k [n_k]; 0 where not given.
    errors: of hidden layers, the error that reaches the neurons before φ′ multiplies it [n_samples, n_k], positive
        where the rate should rise.
    feedback: of hidden layers, the weights that bring the error, [n_k, n_{k+1}] or [n_k, n_N].
    transfer: φ.

    Of layers, a list from layer 1 on, with None for what is not there, or a dict by layer.

    Raises `apical.DataError` where arrays are missing or do not fit together.
    """
    arrays = {"inputs": _array("inputs", inputs)}
    if targets is not None:
        arrays["targets"] = _array("targets", targets)
    if target_potentials is not None:
        arrays["target_potentials"] = _array("target_potentials", target_potentials)
    for name, layers in (
        ("weights", weights),
        ("changes", changes),
        ("thresholds", thresholds),
        ("errors", errors),
        ("feedback", feedback),
    ):
        pairs = layers.items() if isinstance(layers, Mapping) else enumerate(layers, start=1)
        for layer, array in pairs:
            if array is not None:
                arrays[f"{name}_{layer}"] = _array(f"{name}_{layer}", array)
    archive = io.BytesIO()
    np.savez(archive, **arrays)  # type: ignore[arg-type]
    return Alignment(_native.align(archive.getvalue(), transfer))


def _array(name: str, array: Array) -> npt.NDArray[Any]:
    """The same in NumPy."""
    # PyTorch refuses what has a gradient or lies on another device.
    for step in ("detach", "cpu", "resolve_conj", "resolve_neg"):
        array = getattr(array, step, lambda same=array: same)()
    if hasattr(array, "dtype") and str(array.dtype).endswith("bfloat16"):
        # NumPy has no word for it; single precision holds all of its numbers.
        array = array.float() if hasattr(array, "float") else array.astype("float32")
    try:
        made = np.asarray(array)
    except (TypeError, RuntimeError, ValueError):
        made = np.from_dlpack(array)
    if made.dtype.kind not in "fiub":
        raise _native.DataError(f"array `{name}` holds {made.dtype}, expected numbers")
    return np.ascontiguousarray(made, dtype=np.float64 if made.dtype.kind in "b" else None)
