"""What tests share. `APICAL_PROGRAM` names the program that numbers are compared with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import apical

SMALL: dict[str, Any] = {
    "title": "Small",
    "seeds": [0, 1],
    "training": {"n_epochs": 3, "batch_size": 10},
    "measure": {"align_every_n_epochs": 1},
    "task": {
        "moons": {
            "dataset": {"yin_yang": {"n_train": 200}},
            "hidden": [12],
            "transfer": "logistic",
            "forward_scale": 0.5,
            "baseline": "backprop",
            "contrasts": "baseline",
            "learner": {
                "microcircuit": {"microcircuit": {"rates": 0.1}},
                "backprop": {"backprop": {"flavour": "matched", "rates": 0.1}},
            },
        }
    },
}


@pytest.fixture
def program() -> Path:
    """The program that was built from the same sources."""
    path = os.environ.get("APICAL_PROGRAM")
    if path is None:
        pytest.skip("APICAL_PROGRAM names no program to compare with")
    return Path(path)


def call(program: Path, *arguments: object, cwd: Path, codes: tuple[int, ...] = (0,)) -> str:
    """What the program prints."""
    words = [str(program), *map(str, arguments)]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True)
    assert done.returncode in codes, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> apical.Results:
    """The small experiment, run once."""
    return apical.run(SMALL, out=tmp_path_factory.mktemp("results"), name="small", threads=1, progress=False)
