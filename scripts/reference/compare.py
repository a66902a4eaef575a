#!/usr/bin/env python3
"""Compares two JSON files of golden values: the same structure and words, numbers to 1e-12.

    python3 scripts/reference/compare.py NEW COMMITTED

Processors differ in the last bit of a sum, so equality of bytes would ask too much.
"""

import json
import sys

TOLERANCE = 1e-12


def compare(new, committed, place):
    if isinstance(committed, dict):
        assert isinstance(new, dict) and new.keys() == committed.keys(), place
        for key in committed:
            compare(new[key], committed[key], f"{place}.{key}")
    elif isinstance(committed, list):
        assert isinstance(new, list) and len(new) == len(committed), place
        for index, pair in enumerate(zip(new, committed)):
            compare(*pair, f"{place}[{index}]")
    elif isinstance(committed, (str, bool)) or committed is None:
        assert new == committed, f"{place}: {new} instead of {committed}"
    else:
        assert abs(new - committed) <= TOLERANCE, f"{place}: {new} instead of {committed}"


with open(sys.argv[1]) as new, open(sys.argv[2]) as committed:
    compare(json.load(new), json.load(committed), "")
print(f"{sys.argv[2]} agrees to {TOLERANCE}")
