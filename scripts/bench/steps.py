#!/usr/bin/env python3
"""A learning step of 784-500-500-10 beside NumPy's, JAX's, PyTorch's and burn's backprop, and the bare products,
in one run on one core.

    python3 scripts/bench/steps.py [--python VENV/bin/python] [--rounds 3] [--core 1] [--instruction-set avx2]
                                   [--out FILE]

Every round runs each peer once and the program after it, so that ratios compare neighbours in time.
"""

import argparse
import json
import statistics
import sys

from harness import HERE, bench, build, keep, on_one_core, output_of, surroundings

SAMPLES = (10, 32, 128)
SIZES = (784, 500, 500, 10)
PEERS = ("numpy", "jax", "torch", "burn")
BURN = HERE / "burn"
BUILDS = [
    ["bench", "-p", "apical-kernels", "--bench", "ceilings", "--bench", "products", "--no-run"],
    ["bench", "-p", "apical-experiment", "--bench", "step", "--no-run"],
]


def multiply_adds():
    """Necessary multiply-adds of a sample: products and updates of plastic weights, nothing else."""
    pairs = [a * b for a, b in zip(SIZES, SIZES[1:])]
    forward, above = sum(pairs), sum(pairs[1:])
    # Potentials, errors or apical dendrites through the weights above, updates.
    backprop = forward + above + forward
    # And interneurons: their potentials and their updates. One product serves apical dendrites, where
    # interneurons' weights to them are the negative of the top-down ones.
    circuit = backprop + 2 * above
    return {
        "random": circuit,
        "tied": circuit,
        "error_neurons": backprop,
        "kernel_backprop": backprop,
        "candle": backprop,
    }


def ours(given, n):
    """Best and median milliseconds of every learner."""
    found = bench("step", f"step_784_500_500_10/.*/{n}$", given)
    return {name: (best / 1e6, median / 1e6) for name, _, best, median, _ in found}


def products_of(peers):
    """Who has bare products: not JAX, whose compiler joins them with what is around; oneDNN within PyTorch."""
    return [peer for peer in peers if peer in ("numpy", "torch")] + ["onednn"] * ("torch" in peers)


def command_of(peer, given):
    """What runs the peer's step."""
    if peer == "burn":
        return [BURN / "target" / "release" / "burn-step"]
    return [given.python, HERE / "step_peers.py", peer]


def one_round(given, peers):
    steps, kernels = {}, {}
    for n in SAMPLES:
        steps[n] = {}
        for peer in peers:
            asked = ["--samples", str(n), "--repetitions", str(400 // n)]
            theirs = json.loads(output_of([*given.pin, *command_of(peer, given), *asked]))
            kernels[peer] = theirs["kernel"]
            steps[n][peer] = {
                "peer": tuple(theirs["milliseconds"].values()),
                "learners": ours(given, n),
            }
    products = {}
    for n in SAMPLES:
        theirs = {}
        for peer in products_of(peers):
            command = [given.python, HERE / "step_peers.py", peer, "--products"]
            command += ["--samples", str(n), "--repetitions", str(2000 // n)]
            theirs[peer] = json.loads(output_of([*given.pin, *command]))["milliseconds"]
        for name, shape, best, median, _ in bench("products", f"products/.*/{n}x", given):
            of = f"{name}/{shape}"
            products[of] = {"apical": (best / 1e6, median / 1e6)}
            having = {peer: times[of] for peer, times in theirs.items() if of in times}
            products[of] |= {peer: tuple(times.values()) for peer, times in having.items()}
    [ceiling] = bench("ceilings", "ceilings/multiply_adds", given)
    _, n_lanes, best, _, amount = ceiling
    return {
        "steps": steps,
        "products": products,
        "kernels": kernels,
        "peak_per_ns": amount / best,
        "n_lanes": int(n_lanes),
    }


def summary(rounds):
    peak = max(r["peak_per_ns"] for r in rounds)
    needed = multiply_adds()
    steps = {}
    for n in SAMPLES:
        of = [r["steps"][n] for r in rounds]
        names = next(iter(of[0].values()))["learners"]
        times = {
            name: {
                "best_ms": min(peer["learners"][name][0] for r in of for peer in r.values()),
                "median_ms": statistics.median(
                    peer["learners"][name][1] for r in of for peer in r.values()
                ),
            }
            for name in names
        }
        for name, time in times.items():
            time["share_of_peak"] = n * needed[name] / (time["best_ms"] * 1e6) / peak
            to = lambda other: statistics.median(
                peer["learners"][name][1] / peer["learners"][other][1]
                for r in of
                for peer in r.values()
            )
            time["to_kernel_backprop"], time["to_candle"] = to("kernel_backprop"), to("candle")
            for peer in of[0]:
                ratios = [r[peer]["learners"][name][1] / r[peer]["peer"][1] for r in of]
                time[f"to_{peer}"] = statistics.median(ratios)
        for peer in of[0]:
            times[peer] = {
                "best_ms": min(r[peer]["peer"][0] for r in of),
                "median_ms": statistics.median(r[peer]["peer"][1] for r in of),
            }
        steps[n] = times
    products = {}
    for name in rounds[0]["products"]:
        of = [r["products"][name] for r in rounds]
        kernel, shape = name.split("/")
        n, n_pre, n_post = map(int, shape.split("x"))
        best = {by: min(times[by][0] for times in of) for by in of[0]}
        products.setdefault(kernel, {})[shape] = {
            "best_ms": best,
            "share_of_peak": {
                by: n * n_pre * n_post / (ms * 1e6) / peak for by, ms in best.items()
            },
        }
    return {"steps": steps, "products": products, "peak_per_ns": peak}


def show(found):
    print(f"\npeak {found['peak_per_ns']:.1f} multiply-adds/ns; ratios of medians within a round\n")
    for n, times in found["steps"].items():
        print(f"{n} samples{'':<10}{'best ms':>9}{'median':>9}{'of peak':>9}  ratios")
        for name, time in times.items():
            share = f"{time['share_of_peak']:>9.2f}" if "share_of_peak" in time else " " * 9
            ratios = [f"{key[3:]} {value:.2f}" for key, value in time.items() if key[:3] == "to_"]
            row = f"{name:<20}{time['best_ms']:>9.3f}{time['median_ms']:>9.3f}{share}"
            print(row, " ", ", ".join(ratios))
        print()
    print(f"{'product':<34}best ms, share of peak")
    for kernel, shapes in found["products"].items():
        for shape, product in shapes.items():
            row = [
                f"{by} {ms:.4f} {product['share_of_peak'][by]:.2f}"
                for by, ms in product["best_ms"].items()
            ]
            print(f"{kernel + '/' + shape:<34}{', '.join(row)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="with requirements.txt installed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=",".join(PEERS), help="those that are installed")
    given = on_one_core(parser)
    given.executables, given.criterion = build(BUILDS)
    peers = given.peers.split(",")
    if "burn" in peers:
        manifest = str(BURN / "Cargo.toml")
        output_of(["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", manifest])
    rounds = [one_round(given, peers) for _ in range(given.rounds)]
    found = summary(rounds)
    show(found)
    found |= {
        "n_lanes": rounds[0]["n_lanes"],
        "kernels": rounds[0]["kernels"],
        **surroundings(given),
        "rustc": output_of(["rustc", "--version"]).strip(),
        "rounds": rounds,
    }
    keep(found, given.out)


if __name__ == "__main__":
    main()
