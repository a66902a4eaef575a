"""Circuits in continuous time, against the program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import call

import apical

PATTERNS = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.4]], dtype="f4")
TARGETS = np.array([[1.0, 0.2], [0.1, 1.2]], dtype="f4")


def test_traces_are_those_of_the_program_to_the_bit(program: Path, tmp_path: Path) -> None:
    record = ["soma", "basal", "interneuron", "target"]
    call(program, "simulate", "simulate", "--record", ",".join(record), "--out", "t.npz", cwd=tmp_path)
    traces = apical.simulate("simulate", record=record)
    given = apical.simulate("simulate", PATTERNS, TARGETS, record=record)
    with np.load(tmp_path / "t.npz") as archive:
        for own in (traces, given):
            assert np.array_equal(own.time_ms, archive["time_ms"])
            for name in record:
                assert np.array_equal(own[name], archive[name])
                neurons = [f"{layer}.{number}" for layer, number in own.neurons[name]]
                assert neurons == list(archive[f"{name}_neurons"])


def test_shapes_units_and_single_neurons() -> None:
    traces = apical.simulate("simulate", record=["soma", "input"], every_ms=0.5)
    assert traces.time_ms[1] == 0.5 and traces.time_ms[-1] == 200.0
    assert traces["soma"].shape == (401, 7) and traces["input"].shape == (401, 3)
    assert np.array_equal(traces.of("soma", 2, 1), traces["soma"][:, 6])
    assert traces.units == {"time_ms": "ms", "soma": "1", "input": "1"}


def test_a_specification_needs_no_inputs_where_patterns_are_given() -> None:
    spec = {
        "network": {"sizes": [3, 5, 2], "transfer": "logistic", "forward_scale": 1.0},
        "circuit": {"presentation_ms": 10.0, "rates": 0.001},
    }
    traces = apical.simulate(spec, PATTERNS, TARGETS, targets_are="potentials")
    assert np.isfinite(traces["soma"]).all()
    without = apical.simulate(spec, PATTERNS, record="target")
    assert np.isnan(without["target"]).all()
    still = apical.simulate(spec, PATTERNS, TARGETS, targets_are="potentials", plastic=False)
    assert not np.array_equal(still["soma"], traces["soma"])
    assert not np.array_equal(apical.simulate(spec, PATTERNS, seed=5)["soma"], without.values.get("soma", 0))


def test_weights_are_saved_and_set_again(tmp_path: Path) -> None:
    first = tmp_path / "first.safetensors"
    own = apical.simulate("simulate", save_before=first)
    again = apical.simulate("simulate", seed=9, weights=first)
    assert np.array_equal(own["soma"], again["soma"])


def test_a_circuit_that_fails_gives_what_was_seen() -> None:
    with pytest.raises(apical.LearningError) as raised:
        apical.simulate("simulate", set={"circuit.rates": 1e6, "circuit.interneuron_rates": 1e6})
    traces = raised.value.traces  # type: ignore[attr-defined]
    assert 0 < len(traces.time_ms) < 201


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    for how, words in [
        ({"record": "som"}, ["no quantity called `som`", "did you mean `soma`?"]),
        ({"every_ms": 0.33}, ["0.33 is no whole number of steps of 0.1 ms"]),
        ({"targets_are": "spikes"}, ["potentials"]),
        ({"set": {"circuit.dt_ms": -1}}, ["dt_ms"]),
    ]:
        with pytest.raises(apical.SpecificationError) as raised:
            apical.simulate("simulate", **how)  # type: ignore[arg-type]
        for word in words:
            assert word in str(raised.value), raised.value
    with pytest.raises(apical.SpecificationError, match="columns wide"):
        apical.simulate("simulate", PATTERNS[:, :2])
    with pytest.raises(apical.DataError, match="nowhere"):
        apical.simulate("simulate", weights=tmp_path / "nowhere.safetensors")
