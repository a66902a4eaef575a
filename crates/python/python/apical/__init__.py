"""How closely does dendritic learning track backprop?

    import apical

    results = apical.run("quick")                  # or a dict, TOML text, a path
    results = apical.read("results/quick")         # what lies in a folder
    runs = results.table()                         # a row for each run, with its scores
    frame = results.metrics()                      # every reading, a row each, with its unit
    apical.plot(results, "update_angle", task="digits")   # a figure of the page, in matplotlib

    traces = apical.simulate(spec, patterns)       # a circuit in continuous time
    judged = apical.align(weights, inputs, targets, changes)   # your own model

The numbers are those of the program `apical`, to the bit.
"""

from ._align import Alignment, Gate, Reading, align
from ._native import DataError, Error, LearningError, SpecificationError, __version__
from ._plot import figures, plot, style
from ._results import Curve, Results, read
from ._runs import Run
from ._run import built_in, run
from ._simulate import Traces, simulate

__all__ = [
    "Alignment",
    "Curve",
    "DataError",
    "Error",
    "Gate",
    "LearningError",
    "Reading",
    "Results",
    "Run",
    "SpecificationError",
    "Traces",
    "__version__",
    "align",
    "built_in",
    "figures",
    "plot",
    "read",
    "run",
    "simulate",
    "style",
]
