#!/usr/bin/env python3
"""Backprop's step of 784-500-500-10, and bare products, in NumPy, JAX or PyTorch on one thread.

    step_peers.py numpy|jax|torch|onednn [--products] --samples N [--repetitions R]

PyTorch's own products are those of the library that it was built with, MKL where its wheels come from PyPI; onednn is
oneDNN within it, for bare products alone, with weights in the layout that it asks for. Logistic units, loss half the squared error, plain descent in place, f32, dense inputs. Prints a JSON
object: best and median milliseconds, and what computes the products.
"""

import argparse
import io
import json
import os
import statistics
import time
from contextlib import redirect_stdout

import numpy as np

SIZES = (784, 500, 500, 10)
RATE = np.float32(1e-3)
ROUNDS = 9


def timed(step, repetitions):
    for _ in range(20):
        step()
    found = []
    for _ in range(ROUNDS):
        since = time.perf_counter()
        for _ in range(repetitions):
            step()
        found.append(1e3 * (time.perf_counter() - since) / repetitions)
    return {"best": min(found), "median": statistics.median(found)}


def start(n):
    rng = np.random.default_rng(0)
    draw = lambda low, high, *shape: rng.uniform(low, high, shape).astype(np.float32)
    weights = [draw(-0.1, 0.1, a, b) for a, b in zip(SIZES, SIZES[1:])]
    thresholds = [np.zeros(b, np.float32) for b in SIZES[1:]]
    return weights, thresholds, draw(0.0, 1.0, n, SIZES[0]), draw(0.2, 0.8, n, SIZES[-1])


def numpy_step(n):
    weights, thresholds, x, target = start(n)

    def step():
        rates = [x]
        for w, b in zip(weights, thresholds):
            rates.append(1.0 / (1.0 + np.exp(-(rates[-1] @ w + b))))
        delta = (target - rates[-1]) * rates[-1] * (1.0 - rates[-1])
        for k in reversed(range(len(weights))):
            below = (delta @ weights[k].T) * rates[k] * (1.0 - rates[k]) if k else None
            scaled = delta * (RATE / n)
            weights[k] += rates[k].T @ scaled
            thresholds[k] += scaled.sum(0)
            delta = below

    return step


def jax_step(n):
    one_thread = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {one_thread}".strip()
    import jax
    import jax.numpy as jnp

    weights, thresholds, x, target = start(n)

    def loss(parameters, x, target):
        rates = x
        for w, b in parameters:
            rates = jax.nn.sigmoid(rates @ w + b)
        return 0.5 * ((target - rates) ** 2).sum() / n

    def learn(parameters, x, target):
        gradient = jax.grad(loss)(parameters, x, target)
        return jax.tree.map(lambda a, g: a - RATE * g, parameters, gradient)

    learn = jax.jit(learn, donate_argnums=0)
    state = {"parameters": [(jnp.array(w), jnp.array(b)) for w, b in zip(weights, thresholds)]}
    x, target = jnp.array(x), jnp.array(target)

    def step():
        state["parameters"] = learn(state["parameters"], x, target)
        jax.block_until_ready(state["parameters"])

    return step


def torch_step(n):
    import torch

    torch.set_num_threads(1)
    _, _, x, target = start(n)
    layers = []
    for a, b in zip(SIZES, SIZES[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers)
    descent = torch.optim.SGD(model.parameters(), lr=float(RATE))
    x, target = torch.from_numpy(x), torch.from_numpy(target)

    def step():
        descent.zero_grad()
        loss = 0.5 * ((model(x) - target) ** 2).sum() / n
        loss.backward()
        descent.step()

    return step


def products(peer, n, n_pre, n_post):
    """The three products of a layer, by name."""
    rng = np.random.default_rng(0)
    x, w, d = (
        rng.uniform(-1e-3, 1e-3, shape).astype(np.float32)
        for shape in [(n, n_pre), (n_pre, n_post), (n, n_post)]
    )
    if peer == "torch":
        import torch

        torch.set_num_threads(1)
        x, w, d = map(torch.from_numpy, (x, w, d))
        out, back = torch.empty(n, n_post), torch.empty(n, n_pre)
        return {
            "multiply": lambda: torch.mm(x, w, out=out),
            "multiply_transposed": lambda: torch.mm(d, w.t(), out=back),
            "rank_update": lambda: w.addmm_(x.t(), d),
        }
    if peer == "onednn":
        import torch

        torch.set_num_threads(1)
        ordered = torch.ops.mkldnn._reorder_linear_weight
        x, w, d = map(torch.from_numpy, (x, w, d))
        there = ordered(w.t().contiguous(), n)
        back = ordered(w, n)

        def linear(rows, weights):
            return torch.ops.mkldnn._linear_pointwise(rows, weights, None, "none", [], "")

        return {
            "multiply": lambda: linear(x, there),
            "multiply_transposed": lambda: linear(d, back),
        }
    out, back = np.empty_like(d), np.empty_like(x)

    def update():
        nonlocal w
        w += x.T @ d

    return {
        "multiply": lambda: np.matmul(x, w, out=out),
        "multiply_transposed": lambda: np.matmul(d, w.T, out=back),
        "rank_update": update,
    }


def kernel(peer):
    """What computes the products, in the peer's own words."""
    if peer == "numpy":
        blas = np.__config__.show(mode="dicts")["Build Dependencies"]["blas"]
        return f"numpy {np.__version__}, {blas['name']} {blas['version']}"
    if peer == "jax":
        import jax

        return f"jax {jax.__version__}, XLA on {jax.devices()[0].platform}"
    import torch

    with redirect_stdout(io.StringIO()):
        lines = torch.__config__.show().splitlines()
    naming = ("MKL", "Math Kernel", "CPU capability")
    named = [line.strip(" -") for line in lines if any(word in line for word in naming)]
    return f"torch {torch.__version__}; " + "; ".join(line for line in named if len(line) < 200)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=["numpy", "jax", "torch", "onednn"])
    parser.add_argument("--samples", type=int, required=True)
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--products", action="store_true")
    given = parser.parse_args()
    if given.products:
        found = {}
        for n_pre, n_post in zip(SIZES, SIZES[1:]):
            for name, step in products(given.peer, given.samples, n_pre, n_post).items():
                found[f"{name}/{given.samples}x{n_pre}x{n_post}"] = timed(step, given.repetitions)
    else:
        step = {"numpy": numpy_step, "jax": jax_step, "torch": torch_step}[given.peer]
        found = timed(step(given.samples), given.repetitions)
    print(json.dumps({"milliseconds": found, "kernel": kernel(given.peer)}))


if __name__ == "__main__":
    main()
