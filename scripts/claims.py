"""What the scripts share that write pages whose numbers `apical verify --claims` compares with their cells."""

import csv
import re
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "results/reference"


def read(name: str) -> list[dict[str, str]]:
    """The lines of a table below results/reference."""
    with open(REFERENCE / name, newline="") as file:
        return list(csv.DictReader(file))


def skipped(before: str) -> list[str]:
    """No columns for the numbers that stand before in the line."""
    return ["_"] * len(re.findall(r"\d+(?:\.\d+)?", before))
