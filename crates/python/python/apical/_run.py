"""Running experiments."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import _native
from ._progress import Event, Line
from ._results import PathLike, Results, read
from ._spec import Seeds, Spec, specified


def run(
    spec: Spec,
    *,
    out: PathLike = "results",
    name: str | None = None,
    seeds: Seeds | None = None,
    set: Mapping[str, Any] | None = None,
    threads: int | None = None,
    data_dir: PathLike | None = None,
    force: bool = False,
    page: bool = True,
    checkpoint_every: float = 60.0,
    progress: bool | Callable[[Event], None] = True,
) -> Results:
    """Runs an experiment and returns what `apical.read` returns of its folder, `out`/NAME.

    Runs that are finished there with the same settings, data and code are used again. Ctrl-C stops within a second or
    so, keeps what is finished and raises KeyboardInterrupt; the same call goes on with the rest.

    spec: a dict, TOML text, the path of a file, or the name of a built-in experiment (`apical.built_in()`).
    name: what the experiment is called; the file's name or the built-in one where not given, else "experiment".
    seeds: 3, [0, 1, 2] or "0..9" (both ends included), in place of the specification's.
    set: other values for keys, as in {"training.n_epochs": 3}.
    threads: runs at a time; all processors where not given.
    data_dir: where files of data sets lie, before APICAL_DATA_DIR, ./datasets and the user's cache.
    force: does again what is finished.
    page: whether index.html, tables and figures are written.
    checkpoint_every: seconds from one checkpoint of a run to the next; 0 for none.
    progress: True for a line in terminal or notebook, False for nothing, or a function that is called with each event,
        a dict as `apical run --json` writes it, and "step", "note" and "warning".

    Raises `apical.SpecificationError` and `apical.DataError` before anything runs. A run that fails is a result, with
    `status` "failed".
    """
    line = Line() if progress is True else None
    heard = line.event if line is not None else progress
    how = {
        "out": Path(out),
        "threads": threads,
        "data_dir": None if data_dir is None else Path(data_dir),
        "force": force,
        "page": page,
        "checkpoint_every": checkpoint_every,
    }
    asked = specified(spec, name=name, seeds=seeds, set=set)
    try:
        with one_thread_each():
            folder = _native.run(asked, how, lambda text: heard(json.loads(text)) if callable(heard) else None)
    finally:
        if line is not None:
            line.close()
    return read(folder)


def built_in() -> list[str]:
    """Names of the built-in experiments, which `apical.run` takes."""
    return _native.built_in_names()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Runs are what is done in parallel; libraries that make threads of their own are told so, unless the user says
    otherwise. Without these variables a small product of matrices takes several times as long."""
    names = ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"]
    own = [name for name in names if name not in os.environ]
    os.environ.update(dict.fromkeys(own, "1"))
    is_left_behind = False
    try:
        yield
    except BaseException as error:
        # What was interrupted may still be at its last step, and reads them.
        is_left_behind = not isinstance(error, _native.Error)
        raise
    finally:
        for name in own if not is_left_behind else []:
            os.environ.pop(name, None)
