"""Figures of the page in matplotlib."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest

import apical

matplotlib.use("Agg")

MAIN = ["learning_curves", "update_angle", "learners", "contrasts", "norm_ratio", "accuracy_against_time"]


def lines(figure: matplotlib.figure.Figure) -> list[np.ndarray]:
    return [line.get_ydata() for axes in figure.get_axes() for line in axes.get_lines()]


def test_the_main_figures_are_there(results: apical.Results) -> None:
    assert set(MAIN) <= set(apical.figures(results)["moons"])


@pytest.mark.filterwarnings("error::UserWarning")
def test_every_figure_is_drawn_and_saved(results: apical.Results, tmp_path: Path) -> None:
    for name in apical.figures(results)["moons"]:
        for width_mm in (85.0, 180.0):
            figure = apical.plot(results, name, width_mm=width_mm)
            figure.savefig(tmp_path / f"{name}.png")
            figure.savefig(tmp_path / f"{name}.pdf")
            assert figure.get_size_inches()[0] == pytest.approx(width_mm / 25.4)
            assert (tmp_path / f"{name}.png").stat().st_size > 5000
            matplotlib.pyplot.close(figure)


def test_the_lines_are_the_means_of_the_readings(results: apical.Results) -> None:
    figure = apical.plot(results, "learning_curves")
    for learner in ("microcircuit", "backprop"):
        mean = results.arrays[f"moons/{learner}/accuracy/test"].mean
        assert any(len(own) == len(mean) and np.allclose(own, mean) for own in lines(figure)), learner
    figure = apical.plot(results, "update_angle")
    mean = results.arrays["moons/microcircuit/update_angle/squared_error/layer_1"].mean
    assert any(np.allclose(own, mean[-len(own) :]) for own in lines(figure) if 0 < len(own) <= len(mean))


def test_authors_restyle_what_is_drawn(results: apical.Results) -> None:
    figure = apical.plot(results, "learning_curves", legend=False)
    axes = figure.get_axes()[0]
    axes.set_title("Mine")
    assert axes.get_title() == "Mine"
    with apical.style():
        assert matplotlib.rcParams["font.size"] == 7
    assert matplotlib.rcParams["font.size"] != 7


def sizes(figure: matplotlib.figure.Figure) -> tuple[float, float, float]:
    """Of ticks along x, of ticks along y, and of the label of an axis."""
    axes = figure.get_axes()[0]
    ticks = [axis.get_ticklabels()[0].get_fontsize() for axis in (axes.xaxis, axes.yaxis)]
    matplotlib.pyplot.close(figure)
    return ticks[0], ticks[1], axes.yaxis.get_label().get_fontsize()


def test_what_authors_set_wins(results: apical.Results) -> None:
    assert sizes(apical.plot(results, "learning_curves")) == (7, 7, 7)
    with matplotlib.rc_context({"xtick.labelsize": 11}):
        assert sizes(apical.plot(results, "learning_curves")) == (11, 7, 7)
    with matplotlib.rc_context({"font.size": 12, "axes.spines.right": True, "lines.linewidth": 3.0}):
        figure = apical.plot(results, "learning_curves")
        of_curve = [line for line in figure.get_axes()[0].get_lines() if line.get_linewidth() == 3.0]
        assert of_curve and not figure.get_axes()[0].spines["top"].get_visible()
        assert sizes(figure) == (12, 12, 12) and matplotlib.rcParams["font.size"] == 12
    with apical.style(), matplotlib.rc_context({"ytick.labelsize": 5}):
        assert sizes(apical.plot(results, "learning_curves")) == (7, 5, 7)


def test_matplotlibs_own_look_is_asked_for(results: apical.Results) -> None:
    figure = apical.plot(results, "learning_curves", styled=False)
    assert figure.get_axes()[0].spines["top"].get_visible() and sizes(figure) == (10, 10, 10)
    with apical.style(), matplotlib.rc_context({"font.size": 10}):
        figure = apical.plot(results, "learning_curves", styled=False)
        assert not figure.get_axes()[0].spines["top"].get_visible() and sizes(figure) == (10, 10, 10)


@pytest.mark.filterwarnings("error::UserWarning")
def test_figures_grow_with_their_text(results: apical.Results, tmp_path: Path) -> None:
    # One of each kind of picture.
    for name in ("update_angle", "learners", "phases", "confusion"):
        small = apical.plot(results, name)
        with matplotlib.rc_context({"font.size": 10.5}):
            large = apical.plot(results, name)
            large.savefig(tmp_path / f"{name}.png")
        assert large.get_size_inches()[1] > small.get_size_inches()[1]
        assert large.get_size_inches()[0] == small.get_size_inches()[0]
        matplotlib.pyplot.close("all")


def test_a_protocols_figures_are_drawn(tmp_path: Path) -> None:
    results = apical.run("theory", out=tmp_path, seeds=0, set={"n_samples": 5}, progress=False)
    for name in apical.figures(results)[""]:
        apical.plot(results, name).savefig(tmp_path / "figure.png")


def test_figures_that_are_not_there_are_said(results: apical.Results) -> None:
    with pytest.raises(apical.DataError, match="known are .*learning_curves"):
        apical.plot(results, "curves")
    with pytest.raises(apical.DataError, match="no figure 'sweep' of 'moons': "):
        apical.plot(results, "sweep")
    with pytest.raises(apical.DataError, match="no task 'suns'; known are moons"):
        apical.plot(results, "learners", task="suns")
