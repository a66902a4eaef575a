#!/usr/bin/env python3
"""The continuous circuit's loop beside NumPy, JAX and the limits of the machine, in one run.

    python3 scripts/bench/compare.py [--python VENV/bin/python] [--rounds 3] [--core 1] [--instruction-set avx2]
                                     [--out FILE]

Checks first that all loops compute the same thing. Then every round runs each of them once, so that
ratios compare neighbours in time. See README.md.
"""

import argparse
import json
import statistics
import sys
from math import ceil

from harness import HERE, bench, build, keep, on_one_core, output_of, surroundings

BUILDS = [
    ["bench", "-p", "apical-kernels", "--bench", "ceilings", "--no-run"],
    ["bench", "-p", "apical-microcircuit", "--bench", "continuous", "--no-run"],
    ["build", "-p", "apical-microcircuit", "--example", "peer_state", "--release"],
]
SIZES = (30, 50, 10)
# What a public NumPy code takes for a step of this size.
PUBLIC_CODE_NS = 80_000.0
# Largest difference in any weight or potential after 3000 steps, relative to max(1, |value|).
TOLERANCE = 1e-4
PEERS = {
    "numpy": ["numpy_loop.py"],
    "numpy_stacked": ["numpy_loop.py", "--stacked"],
    "jax": ["jax_loop.py"],
    "jax_stacked": ["jax_loop.py", "--stacked"],
    "jax_without_split": ["jax_loop.py", "--no-split"],
}
OURS = "apical"

# Multiply-adds of one softplus in crates/kernels/src/curve/single/mod.rs; adds and comparisons are not
# counted, nor the multiplications that shorten the polynomials' chains. Change it with the code.
PHI_MULTIPLY_ADDS = (
    1  # beta log2 e (u - theta)
    + 5  # polynomial of 2^x
    + 7  # polynomial of log1p
    + 1  # gamma (max(x, 0) + ...)
)


def counts(sizes, n_lanes):
    """Multiply-adds, bytes read and bytes written of one plastic step with split accumulators.

    With n_lanes = 1 these are the numbers themselves; otherwise registers are whole: rows but for
    their last few columns, which lie column by column, and layers but for the output layer, which
    shares a register with the hidden one where it can.
    """
    n_0, n_1, n_2 = sizes
    padded = lambda n: ceil(n / n_lanes) * n_lanes
    n_tail = n_1 % n_lanes if n_1 % n_lanes <= 4 else 0
    n_matrix = n_2 * padded(n_1 - n_tail) + n_tail * padded(n_2)
    # Outputs and interneurons are driven by layer 1; apical dendrites by outputs (fixed) and
    # interneurons (plastic). Rows run along layer 1 in all four matrices.
    n_plastic, n_fixed = 3 * n_matrix, n_matrix
    n_above = padded(n_1 + n_2) if n_tail else padded(n_1) + padded(n_2)
    n_hidden, n_neurons = padded(n_1), n_above + padded(n_2)
    # Plastic: of two steps one reads W, A and filter and writes A and filter: filter + post pre for
    # both steps (its decay can be put into the scale), A + eta dt filter for this step and the next,
    # and (W + A) r, five multiply-adds; the other reads W and A for a single one. Adds are not
    # counted. Fixed: one read, one multiply-add.
    # Input layer, whatever n_0: it lies in the span of the pattern and of what is left of the last
    # one, so about 8 vectors of the hidden width are read, 4 written, 10 multiply-adds each.
    # Somata: u is read and written; decay, basal and apical or teaching current. phi: of u and of
    # the dendrites' prediction.
    return {
        "multiply_adds": 3 * n_plastic
        + n_fixed
        + 10 * n_hidden
        + 3 * n_neurons
        + 2 * n_neurons * PHI_MULTIPLY_ADDS,
        "bytes_read": int(4 * (2.5 * n_plastic + n_fixed + 8 * n_hidden + n_neurons)),
        "bytes_written": 4 * (n_plastic + 4 * n_hidden + n_neurons),
    }


def n_synapses(sizes):
    n_0, n_1, n_2 = sizes
    return n_0 * n_1 + 4 * n_1 * n_2


def check(peers, executables):
    """Largest difference of every peer from our own state; in f64 those without split increments,
    so that what single precision loses does not count."""
    ours = json.loads(output_of([executables["peer_state"]]))
    differences = {}
    for name, command in peers.items():
        is_split = "jax_loop.py" in str(command[1]) and "--no-split" not in command
        dtype = "float32" if is_split else "float64"
        theirs = json.loads(output_of([*command, "--state", "--dtype", dtype]))
        assert theirs["n_steps"] == ours["n_steps"], name
        assert theirs["values"].keys() == ours["values"].keys(), name
        largest = 0.0
        for key, values in ours["values"].items():
            assert len(values) == len(theirs["values"][key]), f"{name}: {key}"
            for a, b in zip(values, theirs["values"][key]):
                difference = abs(a - b) / max(1.0, abs(a))
                # Not true of NaN either.
                if not difference <= TOLERANCE:
                    sys.exit(f"{name} and {OURS} differ in {key}: {b} and {a}")
                largest = max(largest, difference)
        differences[name] = largest
    return differences


def one_round(peers, given):
    """Best and median ns per step of every loop, and the ceilings."""
    loops, own = {}, []
    for name, command in peers.items():
        theirs = json.loads(output_of([*given.pin, *command]))
        loops[name] = (theirs["best_ns_per_step"], theirs["median_ns_per_step"])
        # After every peer, so that none is far from ours in time.
        pattern = f"continuous/{'-'.join(map(str, SIZES))}/plastic/"
        [(_, _, best, median, n_steps)] = bench("continuous", pattern, given)
        own.append((best / n_steps, median / n_steps))
    loops[OURS] = (min(best for best, _ in own), statistics.median(median for _, median in own))
    ceilings = {}
    for name, n_lanes, best, _, amount in bench("ceilings", "ceilings", given):
        ceilings[name] = amount / best
        ceilings["n_lanes"] = int(n_lanes)
    return {"ns_per_step": loops, "ceilings_per_ns": ceilings}


def floor(ceilings, n_lanes):
    c = counts(SIZES, n_lanes)
    parts = {
        "multiply_adds": c["multiply_adds"] / ceilings["multiply_adds"],
        "read": c["bytes_read"] / ceilings["read"],
        "write": c["bytes_written"] / ceilings["write"],
        # Both at once, at the rate of eight reads to three writes, which is about what a step needs.
        "read_and_write": (c["bytes_read"] + c["bytes_written"]) / ceilings["mixed"],
    }
    limit = max(parts, key=parts.get)
    return {"counts": c, "ns": parts, "floor_ns": parts[limit], "limited_by": limit}


def summary(rounds):
    ceilings = {
        name: max(r["ceilings_per_ns"][name] for r in rounds) for name in rounds[0]["ceilings_per_ns"]
    }
    loops = {}
    for name in rounds[0]["ns_per_step"]:
        best = [r["ns_per_step"][name][0] for r in rounds]
        median = [r["ns_per_step"][name][1] for r in rounds]
        ours = [r["ns_per_step"][OURS] for r in rounds]
        loops[name] = {
            "best_ns_per_step": min(best),
            "median_ns_per_step": statistics.median(median),
            # Best against best and median against median, within a round.
            "times_ours_best": statistics.median(b / o[0] for b, o in zip(best, ours)),
            "times_ours_median": statistics.median(m / o[1] for m, o in zip(median, ours)),
        }
    ours = loops[OURS]
    loops["public_code"] = {
        "recorded_ns_per_step": PUBLIC_CODE_NS,
        "times_ours_best": PUBLIC_CODE_NS / ours["best_ns_per_step"],
        "times_ours_median": PUBLIC_CODE_NS / ours["median_ns_per_step"],
    }
    floors = {}
    for label, n_lanes in [("unpadded", 1), ("whole_registers", ceilings["n_lanes"])]:
        floors[label] = floor(ceilings, n_lanes)
        for kind in ["best", "median"]:
            share = floors[label]["floor_ns"] / ours[f"{kind}_ns_per_step"]
            floors[label][f"share_of_{kind}"] = share
    return {"loops": loops, "ceilings_per_ns": ceilings, "floors": floors}


def show(found, differences):
    synapses = n_synapses(SIZES)
    print(f"\n{'-'.join(map(str, SIZES))}, plastic, f32, one core; {synapses} synapses\n")
    print(f"{'':<20}{'ns a step':>20}{'ps a synapse':>14}{'times ours':>18}")
    print(f"{'loop':<20}{'best':>10}{'median':>10}{'median':>14}{'best':>9}{'median':>9}")
    for name, loop in found["loops"].items():
        recorded = loop.get("recorded_ns_per_step")
        best, median = (recorded or loop[f"{kind}_ns_per_step"] for kind in ["best", "median"])
        ratios = f"{loop['times_ours_best']:>9.1f}{loop['times_ours_median']:>9.1f}"
        print(f"{name:<20}{best:>10,.0f}{median:>10,.0f}{1000 * median / synapses:>14,.0f}{ratios}")
    c = found["ceilings_per_ns"]
    print(
        f"\nceilings ({c['n_lanes']} lanes): {c['multiply_adds']:.1f} multiply-adds/ns, "
        f"L1 read {c['read']:.0f} B/ns, write {c['write']:.0f} B/ns, mixed {c['mixed']:.0f} B/ns"
    )
    for label, f in found["floors"].items():
        parts = ", ".join(f"{name} {ns:.0f}" for name, ns in f["ns"].items())
        shares = f"{f['share_of_best']:.2f} best, {f['share_of_median']:.2f} median"
        print(f"floor, {label}: {f['floor_ns']:.0f} ns ({parts}); floor / time: {shares}")
    print("\nlargest differences from ours after 3000 steps:")
    print(", ".join(f"{name} {value:.1e}" for name, value in differences.items()))


def show_all(given):
    print(f"\n{'circuit':<26}{'kind':<16}{'ns/step':>12}{'ps/synapse':>12}")
    listed = []
    for circuit, value, _, per_iteration, n_steps in bench("continuous", "continuous", given):
        kind, synapses = value.split("/")
        per_step = per_iteration / n_steps
        per_synapse = 1000 * per_step / int(synapses)
        print(f"{circuit:<26}{kind:<16}{per_step:>12,.0f}{per_synapse:>12,.1f}")
        listed.append(
            {
                "circuit": circuit,
                "kind": kind,
                "n_synapses": int(synapses),
                "ns_per_step": per_step,
                "ps_per_synapse": per_synapse,
            }
        )
    return listed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="with requirements.txt installed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-jax", action="store_true")
    parser.add_argument("--all", action="store_true", help="also all circuits of the bench, once")
    given = on_one_core(parser)
    peers = {
        name: [given.python, HERE / script, *flags]
        for name, (script, *flags) in PEERS.items()
        if not (given.without_jax and script == "jax_loop.py")
    }
    given.executables, given.criterion = build(BUILDS)
    differences = check(peers, given.executables)
    rounds = [one_round(peers, given) for _ in range(given.rounds)]
    found = summary(rounds)
    show(found, differences)
    if given.all:
        found["circuits"] = show_all(given)
    found |= {"rounds": rounds, "differences": differences} | surroundings(given)
    versions = "import numpy; print('numpy', numpy.__version__)"
    if not given.without_jax:
        versions += "; import jax; print('jax', jax.__version__)"
    lines = output_of(["rustc", "--version"]) + output_of([given.python, "-c", versions])
    found["versions"] = lines.split("\n")[:-1]
    keep(found, given.out)


if __name__ == "__main__":
    main()
