"""Anybody's own model, against the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import call

import apical


def model(dtype: str = "f4") -> dict[str, Any]:
    """Feedback alignment in a network of 4, 6 and 3 neurons, as docs/align.md has it."""
    rng = np.random.default_rng(0)
    sizes, n = [4, 6, 3], 50
    w1, w2 = (rng.normal(size=(sizes[k + 1], sizes[k])).astype(dtype) for k in range(2))
    b = rng.normal(size=(sizes[1], sizes[2])).astype(dtype)
    x = rng.random((n, sizes[0])).astype(dtype)
    t = rng.uniform(0.1, 0.9, (n, sizes[2])).astype(dtype)
    r1 = 1 / (1 + np.exp(-x @ w1.T))
    r2 = 1 / (1 + np.exp(-r1 @ w2.T))
    delta2 = r2 * (1 - r2) * (t - r2)
    error1 = delta2 @ b.T
    delta1 = r1 * (1 - r1) * error1
    return {
        "weights": [w1, w2],
        "inputs": x,
        "targets": t,
        "changes": [delta1.T @ x / n, delta2.T @ r1 / n],
        "errors": [error1],
        "feedback": [b],
    }


def named(arrays: dict[str, Any]) -> dict[str, Any]:
    """The same under the names of the archive."""
    plain = {key: value for key, value in arrays.items() if not isinstance(value, list)}
    layers = {key: value for key, value in arrays.items() if isinstance(value, list)}
    return plain | {f"{key}_{k}": own for key, value in layers.items() for k, own in enumerate(value, start=1)}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("transfer", ["logistic", "tanh", "relu"])
def test_the_numbers_are_those_of_the_program_to_the_bit(
    program: Path, tmp_path: Path, dtype: str, transfer: Any
) -> None:
    arrays = model(dtype)
    np.savez(tmp_path / "model.npz", **named(arrays))
    said = call(program, "align", "model.npz", "--transfer", transfer, "--json", cwd=tmp_path, codes=(0, 3))
    judged = apical.align(**arrays, transfer=transfer)
    expected = json.loads(said)
    assert judged.json["readings"] == expected["readings"]
    assert judged.json["gates"] == expected["gates"]
    text = call(program, "align", "model.npz", "--transfer", transfer, "--wide", cwd=tmp_path, codes=(0, 3))
    assert str(judged).strip() == text.strip()


def test_the_output_layer_stands_on_the_gradient() -> None:
    judged = apical.align(**model())
    assert judged.value("update_angle", layer=2) < 0.1
    assert 5.0 < judged.value("update_angle", layer=1) < 175.0
    assert judged.value("norm_ratio", layer=2) == pytest.approx(1.0, abs=1e-4)
    table = judged.table()
    assert list(table.columns) == ["metric", "layer", "reference", "value", "unit", "absent"]
    assert len(table) == len(judged.readings)
    with pytest.raises(KeyError, match="update_angle"):
        judged.value("angle")


def test_readings_have_the_units_of_results(results: apical.Results) -> None:
    judged = apical.align(**model())
    units = {of.metric: of.unit for of in judged.readings}
    assert (units["update_angle"], units["sign_agreement"], units["norm_ratio"]) == ("°", "%", "1")
    assert all(unit == "°" for metric, unit in units.items() if metric.endswith("_angle"))
    table = results.metrics()
    known = dict(zip(table.metric, table.unit, strict=True))
    assert known.keys() & units.keys() >= {"update_angle", "norm_ratio", "sign_agreement"}
    assert all(known[metric] == units[metric] for metric in known.keys() & units.keys())
    for frame in (judged.table(), judged.table("polars")):
        assert list(frame["unit"]) == [of.unit for of in judged.readings]


def test_a_change_against_the_gradient_fails_its_gates() -> None:
    arrays = model()
    arrays["changes"] = [-change for change in arrays["changes"]]
    judged = apical.align(**arrays)
    assert not judged.passes
    failed = [gate for gate in judged.gates if gate.passed is False]
    assert "the loss falls" in {gate.gate for gate in failed}


class OfArray:
    """What has `__array__` alone."""

    def __init__(self, own: Any) -> None:
        self._own = own

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self._own


class OfDlpack:
    """What has DLPack alone, and refuses `__array__`."""

    def __init__(self, own: Any) -> None:
        self._own = own

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError("not this way")

    def __dlpack__(self, **how: Any) -> Any:
        return self._own.__dlpack__()

    def __dlpack_device__(self) -> Any:
        return self._own.__dlpack_device__()


def of_torch(own: Any) -> Any:
    torch = pytest.importorskip("torch")
    return torch.tensor(own, requires_grad=True)


def of_jax(own: Any) -> Any:
    numpy = pytest.importorskip("jax.numpy")
    return numpy.asarray(own)


@pytest.mark.parametrize("of", [OfArray, OfDlpack, of_torch, of_jax])
def test_arrays_of_others_give_the_same_numbers(of: Any) -> None:
    arrays = model()
    expected = apical.align(**arrays)
    others = {
        key: [of(own) for own in value] if isinstance(value, list) else of(value) for key, value in arrays.items()
    }
    assert apical.align(**others).json == expected.json


def test_layers_may_be_a_dict_or_have_holes() -> None:
    arrays = model()
    alone = apical.align(arrays["weights"], arrays["inputs"], arrays["targets"], {2: arrays["changes"][1]})
    holes = apical.align(arrays["weights"], arrays["inputs"], arrays["targets"], [None, arrays["changes"][1]])
    assert alone.json == holes.json
    assert np.isnan(alone.value("update_angle", layer=1))


def test_target_potentials_take_the_place_of_targets() -> None:
    arrays = model()
    rates = arrays.pop("targets").astype("f8")
    potentials = np.log(rates / (1 - rates))
    judged = apical.align(**arrays, targets=None, target_potentials=potentials)
    assert np.isfinite(judged.value("update_angle", layer=2, reference="potential"))


def test_what_does_not_fit_is_said() -> None:
    arrays = model()
    for change, words in [
        ({"inputs": arrays["inputs"][:, :3]}, ["`inputs`", "[50, 3]", "[any, 4]"]),
        ({"targets": None}, ["no array `targets`"]),
        ({"changes": []}, ["no array `changes_1`"]),
        ({"weights": []}, ["no array `weights_1`"]),
        ({"thresholds": [np.zeros(5)]}, ["`thresholds_1`", "[5]", "[6]"]),
        ({"errors": {7: arrays["errors"][0]}}, ["`errors_7`", "2 layers"]),
        ({"inputs": np.array(["a"])}, ["`inputs`", "expected numbers"]),
        ({"inputs": np.full((50, 4), 1e300)}, ["beyond single precision"]),
    ]:
        with pytest.raises(apical.DataError) as raised:
            apical.align(**(arrays | change))
        for word in words:
            assert word in str(raised.value), raised.value
    with pytest.raises(ValueError, match="logistic"):
        apical.align(**arrays, transfer="softmax")
