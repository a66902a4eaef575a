"""Running, stopping, going on; and what is wrong with specifications."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import SMALL, call

import apical


def test_a_dict_a_text_and_a_file_give_the_same_readings(results: apical.Results, tmp_path: Path) -> None:
    text = results.specification
    (tmp_path / "other.toml").write_text(text)
    of_text = apical.run(text, out=tmp_path / "a", threads=1, progress=False)
    of_file = apical.run(tmp_path / "other.toml", out=tmp_path / "b", threads=2, progress=False)
    assert of_file.folder == tmp_path / "b" / "other"
    for other in (of_text, of_file):
        assert [run.last for run in other.runs] == [run.last for run in results.runs]


def test_the_program_makes_the_same_bits_and_takes_up_the_same_runs(
    results: apical.Results, program: Path, tmp_path: Path
) -> None:
    (tmp_path / "small.toml").write_text(results.specification)
    call(program, "run", "small.toml", "--out", "out", "--quiet", cwd=tmp_path)
    made = sorted((tmp_path / "out").rglob("metrics.jsonl"))
    assert len(made) == 4
    for file in made:
        own = results.folder / file.relative_to(tmp_path / "out/small")
        readings = [line for line in file.read_text().splitlines() if '"timing"' not in line]
        assert readings == [line for line in own.read_text().splitlines() if '"timing"' not in line]
    events: list[dict[str, Any]] = []
    apical.run(tmp_path / "small.toml", out=tmp_path / "out", progress=events.append)
    ended = [event for event in events if event["event"] == "run_ended"]
    assert [event["outcome"] for event in ended] == ["reused"] * 4


def test_events_are_told_in_order(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    results = apical.run(SMALL, out=tmp_path, seeds=7, threads=1, progress=events.append)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "experiment_started" and kinds[-1] == "experiment_ended"
    # Before training, and three epochs, of two learners.
    assert kinds.count("epoch") == 8 and "step" in kinds
    assert [run.seed for run in results.runs] == [7, 7]
    assert (results.folder / "index.html").is_file()


def test_what_a_callback_raises_ends_the_run(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def heard(event: dict[str, Any]) -> None:
        if event["event"] == "epoch":
            raise Enough

    with pytest.raises(Enough):
        apical.run(SMALL, out=tmp_path, set={"training.n_epochs": 100000}, progress=heard)


def test_other_values_take_the_place_of_the_specifications(tmp_path: Path) -> None:
    values = {"training.n_epochs": np.int64(2), "task.moons.hidden": [5, 4], "title": "Another"}
    results = apical.run(SMALL, out=tmp_path, seeds="3..4", set=values, progress=False, page=False)
    assert results.title == "Another"
    assert {run.n_epochs for run in results.runs} == {2}
    assert sorted({run.seed for run in results.runs}) == [3, 4]
    assert not (results.folder / "index.html").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hiden": [3]}, ["unknown key `hiden`", "--> dict:", "^^^^^", "did you mean `hidden`?"]),
        ({"hidden": [-3]}, ["--> dict:", "-3", "^^"]),
    ],
)
def test_errors_have_the_line_and_the_caret(change: dict[str, Any], words: list[str], tmp_path: Path) -> None:
    spec = copy.deepcopy(SMALL)
    spec["task"]["moons"].update(change)
    with pytest.raises(apical.SpecificationError) as raised:
        apical.run(spec, out=tmp_path, progress=False)
    for word in words:
        assert word in str(raised.value), raised.value
    assert isinstance(raised.value, apical.Error)
    assert not list(tmp_path.iterdir())


def test_what_is_no_specification_is_said(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("seeds = [1,\n[task")
    for spec, words in [
        (file, ["broken.toml:"]),
        (tmp_path / "none.toml", ["none.toml cannot be read: no such file"]),
        ("quik", ["no built-in experiment called `quik`", "did you mean `quick`?"]),
        ("simulate", ["`apical.simulate` makes it"]),
        ({"seeds": None}, ["null"]),
        (3, ["expected a dict, TOML text, a path"]),
    ]:
        with pytest.raises(apical.SpecificationError) as raised:
            apical.run(spec, out=tmp_path, progress=False)  # type: ignore[arg-type]
        for word in words:
            assert word in str(raised.value), raised.value


def test_data_that_are_not_there_are_a_data_error(tmp_path: Path) -> None:
    spec = copy.deepcopy(SMALL)
    spec["task"]["moons"]["dataset"] = {"csv": {"path": "nowhere.csv", "label": "y"}}
    with pytest.raises(apical.DataError, match="nowhere.csv"):
        apical.run(spec, out=tmp_path, progress=False)


def test_a_run_that_fails_is_a_result(tmp_path: Path) -> None:
    values = {
        "task.moons.transfer": "relu",
        "task.moons.forward_scale": 2.0,
        "task.moons.learner.backprop.backprop": {"flavour": "standard", "rates": 1e12},
    }
    results = apical.run(SMALL, out=tmp_path, seeds=0, set=values, progress=False)
    failed = {run.learner: run for run in results.runs if run.status == "failed"}
    assert failed["backprop"].error and failed["backprop"].n_epochs != 3


def test_ctrl_c_stops_soon_and_the_same_call_goes_on(tmp_path: Path) -> None:
    spec = json.dumps({**SMALL, "seeds": [0]})
    code = f"""
import json, sys, apical
spec = json.loads({spec!r})
def heard(event):
    if event["event"] == "epoch" and event["record"]["epoch"] == 2:
        print("going", flush=True)
try:
    apical.run(spec, out={str(tmp_path)!r}, set={{"training.n_epochs": 100000}}, threads=1, progress=heard)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "going\n"
    began = time.monotonic()
    os.kill(child.pid, signal.SIGINT)
    assert child.stdout.readline() == "stopped\n"
    took = time.monotonic() - began
    assert child.wait(10) == 0
    assert took < 3.0
    notes: list[str] = []

    def heard(event: dict[str, Any]) -> None:
        if event["event"] == "note":
            notes.append(event["text"])
        if event["event"] == "step":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apical.run(
            {**SMALL, "seeds": [0]}, out=tmp_path, set={"training.n_epochs": 100000}, threads=1, progress=heard
        )
    assert any("goes on from epoch" in note for note in notes), notes


def test_the_line_of_progress_is_written_without_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apical.run(SMALL, out=tmp_path, seeds=0)
    assert "2 of 2 runs" in capsys.readouterr().err


def test_variables_are_left_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    apical.run(SMALL, out=tmp_path, seeds=0, progress=False)
    assert "RAYON_NUM_THREADS" not in os.environ
