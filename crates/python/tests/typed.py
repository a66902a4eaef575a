"""A small program of a user's, which mypy --strict reads."""

import numpy as np

import apical


def main() -> None:
    results: apical.Results = apical.run("quick", seeds=[0, 1], progress=lambda event: print(event["event"]))
    angles: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = results.arrays["a"].values
    best: float = max(run.last["accuracy/test"] for run in results.runs)
    judged = apical.align([angles], angles, None, {1: angles}, transfer="tanh")
    passed: bool | None = judged.gates[0].passed
    unit: str = judged.readings[0].unit
    traces: apical.Traces = apical.simulate("simulate", angles, record="soma", every_ms=0.5)
    print(best, passed, unit, traces["soma"].shape, apical.plot(results, "update_angle"))
    try:
        apical.read("results")
    except apical.DataError as error:
        print(error)
    except apical.Error as error:
        raise SystemExit(1) from error
