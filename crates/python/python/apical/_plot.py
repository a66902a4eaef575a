"""Figures of the page, drawn by matplotlib."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from ._draw import DRAWN, MM
from ._frames import library
from ._native import DataError
from ._results import PathLike, Results, read

_STYLE = Path(__file__).with_name("apical.mplstyle")


@contextmanager
def style() -> Iterator[None]:
    """The look of the page for matplotlib, within a `with` statement; `plt.style.use("apical.apical")` sets it for
    good. Keys that are changed inside take their place."""
    matplotlib = library("matplotlib", "plot")
    is_interactive = matplotlib.is_interactive()
    try:
        with library("matplotlib.style", "plot").context(_STYLE):
            yield
            # A notebook says so when its first figure is made, which may be in here.
            is_interactive = matplotlib.is_interactive()
    finally:
        matplotlib.interactive(is_interactive)


def figures(results: Results | PathLike) -> dict[str, list[str]]:
    """The figures that there is data for, by task ("" in a protocol), as `apical.plot` takes them."""
    named: dict[str, list[str]] = {}
    for drawn in _figures(_results(results))["drawn"]:
        named.setdefault(drawn["task"] or "", []).append(drawn["name"])
    return named


def plot(
    results: Results | PathLike,
    figure: str,
    *,
    task: str | None = None,
    width_mm: float = 85.0,
    legend: bool = True,
    styled: bool = True,
) -> Any:
    """Draws a figure of the page of `results`, or of a folder, in matplotlib, and returns its `Figure`.

    figure: "learning_curves", "update_angle", "learners" (accuracy), "contrasts" (differences paired by seed),
        "norm_ratio", "step_usefulness", "accuracy_against_time" or another of `apical.figures(results)`.
    task: which task; may be left out where there is one.
    width_mm: 85 for one column, 180 for two.
    styled: whether keys of `plt.rcParams` at matplotlib's defaults are taken from `apical.style()`. What is set
        otherwise, by `plt.rc_context(...)`, `plt.style.use(...)` or matplotlibrc, stays; False keeps all as it is.

    Everything is an artist of matplotlib: change it with its axes. Colours, markers and dashes of learners are those
    of the page; the numbers plotted are those of its CSV.
    """
    pyplot = library("matplotlib.pyplot", "plot")
    found = _find(_results(results), figure, task)
    picture = found["picture"]
    with _filled_up() if styled else nullcontext():
        made = pyplot.figure(figsize=(width_mm * MM, 2.0), layout="constrained")
        DRAWN[picture["kind"]](made, picture, width_mm, legend)
        made.set_label(found["title"])
    return made


@contextmanager
def _filled_up() -> Iterator[None]:
    """The style under what the author has set."""
    matplotlib = library("matplotlib", "plot")
    styled = matplotlib.rc_params_from_file(_STYLE, use_default_template=False)
    own = {key: matplotlib.rcParams[key] for key in styled}
    defaults = matplotlib.rcParamsDefault
    with style():
        matplotlib.rcParams.update({key: value for key, value in own.items() if value != defaults[key]})
        yield


def _results(results: Results | PathLike) -> Results:
    return results if isinstance(results, Results) else read(results)


def _figures(results: Results) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = json.loads(results._part.figures())
    return made


def _find(results: Results, figure: str, task: str | None) -> dict[str, Any]:
    all_figures = _figures(results)
    of_task = [of for of in all_figures["drawn"] if task is None or of["task"] == task]
    found = [of for of in of_task if of["name"] == figure]
    if len(found) == 1:
        return found[0]
    if found:
        tasks = ", ".join(repr(of["task"]) for of in found)
        raise DataError(f"{figure!r} is there for the tasks {tasks}; name one with task=")
    for omitted in all_figures["omitted"]:
        if omitted["name"] == figure and task in (None, omitted["task"]):
            raise DataError(f"there is no figure {figure!r} of {omitted['task']!r}: {omitted['reason']}")
    tasks_known = sorted({of["task"] or "" for of in all_figures["drawn"]})
    if task is not None and not of_task:
        raise DataError(f"there is no task {task!r}; known are {', '.join(tasks_known)}")
    names = sorted({of["name"] for of in of_task})
    raise DataError(f"there is no figure {figure!r}; known are {', '.join(names)}")
