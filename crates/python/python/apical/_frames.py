"""Frames of pandas or polars, which are loaded when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any, Literal, SupportsFloat

import numpy as np
import numpy.typing as npt

#: Which library a table is made with.
Frame = Literal["pandas", "polars"]

#: A column: text, whole numbers or numbers, with NaN where a number is absent.
Columns = dict[str, tuple[str, Any]]


def frame_of(columns: Columns, frame: Frame) -> Any:
    """The table of `columns` as a frame of the library `frame`; what is absent is missing there."""
    if frame == "pandas":
        return _pandas(columns)
    if frame == "polars":
        return _polars(columns)
    raise ValueError(f'frame is {frame!r}, expected "pandas" or "polars"')


def numbers(values: Iterable[SupportsFloat | None]) -> npt.NDArray[np.float64]:
    """The cells of a column of numbers, NaN where there is none."""
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def library(name: str, extra: str) -> Any:
    """The module `name`, or an error that says how to install it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise ImportError(
            f"this needs {package}, which is not installed: pip install {package}, or pip install 'apical[{extra}]'"
        ) from error


def _pandas(columns: Columns) -> Any:
    pandas = library("pandas", "pandas")
    made = {}
    for name, (kind, cells) in columns.items():
        if kind == "whole":
            cells = pandas.array([None if np.isnan(cell) else int(cell) for cell in cells], dtype="Int64")
        made[name] = cells
    return pandas.DataFrame(made)


def _polars(columns: Columns) -> Any:
    polars = library("polars", "polars")
    series = []
    for name, (kind, cells) in columns.items():
        if kind == "text":
            series.append(polars.Series(name, cells, dtype=polars.String))
        elif kind == "whole":
            whole = [None if np.isnan(cell) else int(cell) for cell in cells]
            series.append(polars.Series(name, whole, dtype=polars.Int64))
        else:
            series.append(polars.Series(name, cells, nan_to_null=True))
    return polars.DataFrame(series)
