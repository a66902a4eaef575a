"""Specifications from dicts, TOML text, paths and names."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from ._native import SpecificationError

#: A specification: a dict of its keys, TOML text, the path of a file, or the name of a built-in one.
Spec = Mapping[str, Any] | str | os.PathLike[str]

#: Seeds: one, several, or as on the command line ("0..9", both ends included).
Seeds = int | str | Iterable[int]


def specified(
    spec: Spec,
    *,
    name: str | None = None,
    seeds: Seeds | None = None,
    set: Mapping[str, Any] | None = None,
    more: Iterable[str] = (),
) -> dict[str, Any]:
    """What the program takes of it."""
    kind, text = _kind(spec)
    return {
        "kind": kind,
        "spec": text,
        "name": name,
        "sets": [*more, *(f"{key}={_toml(value)}" for key, value in (set or {}).items())],
        "seeds": _seeds(seeds),
    }


def _kind(spec: Spec) -> tuple[str, str]:
    if isinstance(spec, Mapping):
        return "json", json.dumps(spec, default=_plain)
    if isinstance(spec, os.PathLike):
        return "file", os.fspath(spec)
    if not isinstance(spec, str):
        raise SpecificationError(
            f"a specification is a {type(spec).__name__}, expected a dict, TOML text, a path, or the name of a "
            "built-in one (apical.built_in())"
        )
    if "\n" in spec or "=" in spec:
        return "text", spec
    return ("file" if spec.endswith(".toml") or os.path.isfile(spec) else "name"), spec


def _seeds(seeds: Seeds | None) -> str | None:
    if seeds is None or isinstance(seeds, str):
        return seeds
    if isinstance(seeds, Iterable):
        return ",".join(str(int(seed)) for seed in seeds)
    return str(int(seeds))


def _toml(value: Any) -> str:
    """A value as TOML in a line; JSON is that for numbers, texts, lists and booleans."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{json.dumps(str(key))} = {_toml(own)}" for key, own in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(own) for own in value)}]"
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    """What JSON has no word for: arrays and numbers of NumPy, and paths."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise SpecificationError(f"{value!r} of type {type(value).__name__} is nothing that TOML can hold")
