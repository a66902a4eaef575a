"""What all loops of this folder compute: 30-50-10, softplus, the weights, inputs and targets of
crates/microcircuit/benches/peer, one copy, Euler steps, plasticity in every step, no noise.

Source of the equations: Sacramento et al. (2018), eqs. 1-5 and 7-9; order of update as in
scripts/reference/continuous.py.
"""

import argparse
import json
import statistics
import time

import numpy as np

N_0, N_1, N_2 = 30, 50, 10
N_STEPS = 1000
N_PATTERNS = 8
DT, TAU_0, TAU_W = 0.1, 3.0, 30.0
G_LEAK, G_BASAL, G_DENDRITIC, G_APICAL, G_SOMATIC = 0.1, 1.0, 1.0, 0.8, 0.8
GAMMA, BETA, THETA = 0.1, 1.0, 3.0
# Per ms. W_12 stays as it is.
ETA_10, ETA_21, ETA_IP, ETA_PI = 0.0011875, 0.0005, 0.0011875, 0.0059375

# v_hat = attenuation times the dendritic potential.
ATTENUATION_1 = G_BASAL / (G_LEAK + G_BASAL + G_APICAL)
ATTENUATION_2 = G_BASAL / (G_LEAK + G_BASAL)
ATTENUATION_I = G_DENDRITIC / (G_LEAK + G_DENDRITIC)
# Share of a soma that one step keeps.
KEEP_1 = 1.0 - DT * (G_LEAK + G_BASAL + G_APICAL)
KEEP_2 = 1.0 - DT * (G_LEAK + G_BASAL + G_SOMATIC)
KEEP_I = 1.0 - DT * (G_LEAK + G_DENDRITIC + G_SOMATIC)

SHAPES = {
    "pyramidal_from_pyramidal.1_0": (N_1, N_0),
    "pyramidal_from_pyramidal.2_1": (N_2, N_1),
    "pyramidal_from_pyramidal.1_2": (N_1, N_2),
    "interneuron_from_pyramidal.1": (N_2, N_1),
    "pyramidal_from_interneuron.1": (N_1, N_2),
}


def draw(first, shape, scale=1.0):
    """Numbers first, first + 1, ... of the sequence in [-1, 1)."""
    mask = np.uint64(0xFFFFFFFF)
    x = np.arange(first, first + np.prod(shape), dtype=np.uint64) * np.uint64(2654435761) & mask
    x ^= x >> np.uint64(16)
    x = x * np.uint64(73244475) & mask
    x ^= x >> np.uint64(16)
    return (np.float32(scale) * (x / 2.0**31 - 1.0).astype(np.float32)).reshape(shape)


def start(dtype):
    """Weights by name, inputs and target potentials of the patterns."""
    first, weights = 0, {}
    for name, shape in SHAPES.items():
        weights[name] = draw(first, shape).astype(dtype)
        first += shape[0] * shape[1]
    inputs = draw(first, (N_PATTERNS, N_0)).astype(dtype)
    first += N_PATTERNS * N_0
    targets = draw(first, (N_PATTERNS, N_2), 3.0).astype(dtype)
    return weights, inputs, targets


def arguments(description, split_is_there=False):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--presentations", type=int, default=4, help="of a repetition")
    parser.add_argument("--state", action="store_true", help="print the state after 3 patterns instead")
    parser.add_argument("--stacked", action="store_true", help="one array per shared input")
    if split_is_there:
        parser.add_argument("--no-split", action="store_true", help="increments straight into weights")
    return parser.parse_args()


def report(present, state, given, name):
    """Prints JSON: ns per step of `present(pattern)`, or `state()` after three patterns."""
    if given.state:
        for pattern in range(3):
            present(pattern)
        values = {key: np.asarray(v, np.float64).ravel().tolist() for key, v in state().items()}
        print(json.dumps({"n_steps": 3 * N_STEPS, "values": values}))
        return
    present(0)
    present(1)
    ns = []
    shown = 2
    for _ in range(given.repetitions):
        began = time.perf_counter_ns()
        for _ in range(given.presentations):
            present(shown % N_PATTERNS)
            shown += 1
        elapsed = time.perf_counter_ns() - began
        ns.append(elapsed / (given.presentations * N_STEPS))
    values = state()
    assert all(np.isfinite(np.asarray(v)).all() for v in values.values())
    found = {
        "name": name,
        "dtype": given.dtype,
        "best_ns_per_step": min(ns),
        "median_ns_per_step": statistics.median(ns),
        "repetitions": len(ns),
    }
    print(json.dumps(found))
