"""Results as lists, frames and arrays."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import SMALL, call

import apical


def test_runs_are_those_of_the_specification(results: apical.Results) -> None:
    runs = [(run.task, run.learner, run.seed, run.status) for run in results.runs]
    learners = ["microcircuit", "backprop"]
    assert sorted(runs) == sorted(("moons", learner, seed, "finished") for learner in learners for seed in (0, 1))
    run = results.runs[0]
    assert 0.0 <= run.last["accuracy/test"] <= 100.0
    assert run.chosen["accuracy/validation"] >= run.last["accuracy/validation"]
    assert results.title == "Small" and not results.is_protocol and results.gaps == []
    assert "experiment.toml" in results.command and "moons" in results.specification
    assert "moons" in str(results)


def test_the_table_has_a_row_for_each_run(results: apical.Results) -> None:
    pandas, polars = results.table(), results.table("polars")
    scores = [f"{part}_score_{epoch}_epoch" for part in ("validation", "test") for epoch in ("last", "chosen")]
    keys = ["experiment", "task", "learner", "variant", "seed", "status", "error", "chosen_epoch", "score", "unit"]
    assert list(pandas.columns) == polars.columns == keys + scores
    assert len(pandas) == polars.height == len(results.runs)
    assert set(pandas.score) == {"accuracy"} and set(pandas.unit) == {"%"} and pandas.variant.isna().all()
    for index, run in enumerate(results.runs):
        row = pandas.iloc[index]
        assert (row.task, row.learner, row.seed, row.status) == (run.task, run.learner, run.seed, "finished")
        assert row.chosen_epoch == run.chosen_epoch
        assert row.test_score_last_epoch == run.last["accuracy/test"]
        assert row.validation_score_chosen_epoch == run.chosen["accuracy/validation"]
        assert [polars[name][index] for name in scores] == [row[name] for name in scores]


def test_the_table_agrees_with_that_of_the_report(results: apical.Results) -> None:
    rows = csv.DictReader((results.folder / "table.csv").open(newline=""))
    mean = results.table().groupby("learner").test_score_last_epoch.mean()
    assert {row["learner"]: float(row["test_score_last_epoch_mean"]) for row in rows} == pytest.approx(mean.to_dict())


def test_the_table_has_swept_keys_and_failed_runs(tmp_path: Path) -> None:
    swept = {"task.moons.learner.backprop.backprop.rates": [0.1, 1e12], "task.moons.hidden": [[12], [12, 6]]}
    values = {"task.moons.transfer": "relu", "task.moons.forward_scale": 2.0}
    values["task.moons.learner.backprop.backprop.flavour"] = "standard"
    table = apical.run(SMALL | {"sweep": swept}, out=tmp_path, seeds=0, set=values, progress=False).table()
    of = table[table.learner == "backprop"].set_index(["rates", "hidden"])
    assert set(of.index) == {(rates, hidden) for rates in (0.1, 1e12) for hidden in ("[12]", "[12, 6]")}
    assert of.variant[0.1, "[12, 6]"] == "rates=0.1, hidden=[12, 6]"
    assert of.status[0.1, "[12]"] == "finished" and 0.0 <= of.test_score_last_epoch[0.1, "[12]"] <= 100.0
    assert of.status[1e12, "[12]"] == "failed" and of.error[1e12, "[12]"]
    assert table[table.learner == "microcircuit"].rates.isna().all()


def test_the_score_of_regression_is_the_loss(tmp_path: Path) -> None:
    moons = SMALL["task"]["moons"]
    data = {"teacher_student": {"sizes": [3, 2], "factors": [1.0], "n_train": 50, "n_validation": 20, "n_test": 20}}
    results = apical.run(
        SMALL | {"task": {"teacher": moons | {"dataset": data}}}, out=tmp_path, seeds=0, progress=False
    )
    table = results.table()
    assert set(table.score) == {"loss"} and set(table.unit) == {"1"}
    assert list(table.test_score_last_epoch) == [run.last["loss/test"] for run in results.runs]


def test_metrics_are_those_of_the_export_to_the_bit(results: apical.Results, program: Path, tmp_path: Path) -> None:
    call(program, "export", results.folder, "--format", "csv", "--out", tmp_path, cwd=tmp_path)
    rows = list(csv.DictReader((tmp_path / "readings.csv").open(newline="")))
    columns = results.columns
    assert list(columns) == list(rows[0]) and len(columns["value"]) == len(rows)
    for name, cells in columns.items():
        for cell, row in zip(cells, rows, strict=True):
            if isinstance(cell, float):
                assert row[name] == "" if np.isnan(cell) else float(row[name]) == cell
            else:
                assert (cell or "") == row[name]


def test_frames_of_both_libraries_hold_the_same(results: apical.Results) -> None:
    pandas, polars = results.metrics(), results.metrics("polars")
    assert list(pandas.columns) == polars.columns and len(pandas) == polars.height
    assert str(pandas["seed"].dtype) == "Int64" and str(pandas["value"].dtype) == "float64"
    of = pandas[(pandas.metric == "accuracy") & (pandas.part == "test") & (pandas.epoch == 3)]
    for run in results.runs:
        row = of[(of.learner == run.learner) & (of.seed == run.seed)]
        assert row.value.item() == run.last["accuracy/test"] and row.unit.item() == "%"
    assert np.array_equal(pandas["value"], polars["value"].to_numpy(), equal_nan=True)


def test_curves_are_arrays_with_units(results: apical.Results) -> None:
    curve = results.arrays["moons/microcircuit/update_angle/squared_error/layer_1"]
    assert (curve.of, curve.unit) == ("moons, microcircuit", "°")
    assert curve.name == "update_angle/squared_error/layer_1"
    assert curve.x is not None and curve.values.shape == (2, len(curve.x)) and list(curve.seeds) == [0, 1]
    angles = np.deg2rad(curve.values)
    assert np.allclose(curve.mean, np.rad2deg(np.arccos(np.cos(angles).mean(axis=0))))
    assert results.units["accuracy/test"] == "%" and results.units["seconds/training"] == "s"
    frame = results.curves()
    own = frame[(frame.of == curve.of) & (frame.curve == curve.name) & (frame.seed == 1)]
    assert list(own.x) == list(curve.x) and list(own.value) == list(curve.values[1])
    assert results.curves("polars").height == len(frame)


def test_curves_are_those_of_the_export(results: apical.Results, program: Path, tmp_path: Path) -> None:
    call(program, "export", results.folder, "--format", "npz", "--out", tmp_path, cwd=tmp_path)
    with np.load(tmp_path / "curves.npz") as archive:
        names = {name.removesuffix("/values") for name in archive.files if name.endswith("/values")}
        assert names == set(results.arrays)
        for name in names:
            assert np.array_equal(archive[f"{name}/values"], results.arrays[name].values, equal_nan=True)


def test_protocols_are_read_too(tmp_path: Path) -> None:
    results = apical.run("theory", out=tmp_path, seeds=0, set={"n_samples": 5}, progress=False)
    assert results.is_protocol and results.runs and all(run.status == "finished" for run in results.runs)
    assert len(results.metrics()) > 0 and results.arrays
    table = results.table()
    assert list(table.columns) == ["experiment", "condition", "seed", "status", "error", "n_absent"]
    assert list(table.condition) == [run.learner for run in results.runs]
    assert list(table.n_absent) == [run.last["n_absent"] for run in results.runs]
    assert results.units["n_absent"] == "1"
    assert apical.read(tmp_path).runs == results.runs


def test_folders_without_results_are_said(tmp_path: Path) -> None:
    with pytest.raises(apical.DataError, match="no finished or failed run below"):
        apical.read(tmp_path)
    with pytest.raises(apical.DataError):
        apical.read(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="2 names for 1 folders"):
        apical.read(tmp_path, names=["a", "b"])


def test_a_library_that_is_absent_is_said(results: apical.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match=r"pip install polars, or pip install 'apical\[polars\]'"):
        results.metrics("polars")
    with pytest.raises(ValueError, match='expected "pandas" or "polars"'):
        results.metrics("arrow")  # type: ignore[arg-type]


def test_the_page_is_written_where_it_is_asked_for(results: apical.Results, tmp_path: Path) -> None:
    page = results.write_page(tmp_path / "page")
    assert page == tmp_path / "page/index.html" and "moons" in page.read_text()
    table = csv.reader(io.StringIO((tmp_path / "page/table.csv").read_text()))
    assert next(table)[0] == "task"
