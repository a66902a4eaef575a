"""The README's code runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot
import numpy as np
import pytest
from test_align import model

matplotlib.use("Agg")
README = [Path(__file__).parent / "README.md", Path(__file__).parents[1] / "README.md"]


def test_every_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = next(file for file in README if file.is_file()).read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 4
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {**model(), "plt": matplotlib.pyplot}
    for block in blocks:
        if "simulate" in block:
            names.update(patterns=np.array([[0.9, 0.1, 0.5]]), targets=np.array([[1.0, 0.2]]))
        exec(block, names)
