#!/usr/bin/env python3
"""Golden values of the error-neuron microcircuit, written from the equations with NumPy alone.

5-7-6-3 in float64 with thresholds, lateral weights that are not exactly one to one, and feedback
with an offset. `two_step`: one minibatch of four samples, all potentials and all changes, also with
presynaptic rates less their running means.
`continuous`: two patterns in turn, plasticity always on, in both orders of update. There the
potentials that lag are integrated by Euler steps and rates are those of u + tau du/dt, which the
program under test replaces by the steady state that it equals.

Source of the equations: Max, Jaras, Granier, Wilmes and Petrovici (2026), as their program has them.

    python3 scripts/reference/error_neurons.py > crates/microcircuit/tests/golden/error_neurons_5_7_6_3.json
"""

import json
import sys

import numpy as np

SIZES = [5, 7, 6, 3]
N = len(SIZES) - 1
LAYERS = range(1, N + 1)
BATCH = 4

rng = np.random.default_rng(20260417)


def phi(u):
    return 1.0 / (1.0 + np.exp(-u))


def slope(u):
    return phi(u) * (1.0 - phi(u))


def draw(*shape, scale=1.0):
    """Numbers that float32 holds exactly."""
    return rng.uniform(-scale, scale, shape).astype(np.float32).astype(np.float64)


w = {k: draw(SIZES[k], SIZES[k - 1]) for k in LAYERS}
b = {k: draw(SIZES[k]) for k in LAYERS}
feedback = {k: draw(SIZES[k], SIZES[k + 1]) for k in range(1, N)}
offset = {k: draw(SIZES[k], SIZES[k + 1], scale=0.5) for k in range(1, N)}
q = {k: np.eye(SIZES[k]) + draw(SIZES[k], SIZES[k], scale=0.25) for k in LAYERS}
a = {k: np.eye(SIZES[k]) + draw(SIZES[k], SIZES[k], scale=0.25) for k in LAYERS}
r0 = np.abs(draw(BATCH, SIZES[0]))
r0[:, 2] = 0.0
target = np.abs(draw(BATCH, SIZES[N]))


def listed(arrays):
    return {name: {"shape": list(x.shape), "values": np.asarray(x).ravel().tolist()} for name, x in arrays.items()}


def tensors():
    named = {}
    for k in LAYERS:
        named[f"pyramidal_from_pyramidal.{k}_{k - 1}"] = w[k]
        named[f"pyramidal_threshold.{k}"] = b[k]
        named[f"error_from_pyramidal.{k}"] = q[k]
        named[f"pyramidal_from_error.{k}"] = a[k]
    for k in range(1, N):
        named[f"error_from_error.{k}_{k + 1}"] = feedback[k]
        named[f"feedback_offset.{k}"] = offset[k]
    return listed(named)


def two_step(presynaptic, share=0.0):
    alpha = {1: 0.5, 2: 0.75, 3: 0.625}
    lam_a = {1: 0.3, 2: 0.2, 3: 0.1}
    lam_d = {1: 0.9, 2: 0.7}
    lam_t = 0.6
    eta = {1: 0.7, 2: 0.2, 3: 0.05}
    state = {name: np.zeros((BATCH, SIZES[k])) for name, k in
             [(f"{kind}.{k}", k) for kind in ("prediction", "soma", "error") for k in LAYERS]
             + [(f"arriving.{k}", k) for k in range(1, N)]}
    changes = {f"pyramidal_from_pyramidal.{k}_{k - 1}": np.zeros_like(w[k]) for k in LAYERS}
    changes |= {f"pyramidal_threshold.{k}": np.zeros_like(b[k]) for k in LAYERS}
    means = {k: 0.4 + 0.03 * np.arange(SIZES[k]) for k in range(1, N)} if share > 0.0 else {}
    rates = {k: [] for k in means}
    for s in range(BATCH):
        r, v, e, u = {0: r0[s]}, {}, {}, {}
        for k in LAYERS:
            v[k] = alpha[k] * (w[k] @ r[k - 1] + b[k])
            r[k] = phi(v[k])
        e[N] = lam_t * (q[N] @ (slope(v[N]) * (target[s] - r[N])))
        for k in range(N - 1, 0, -1):
            arriving = (feedback[k] + offset[k]) @ e[k + 1]
            state[f"arriving.{k}"][s] = arriving
            e[k] = lam_d[k] * (q[k] @ slope(v[k])) * arriving
        for k in LAYERS:
            u[k] = v[k] + lam_a[k] * (a[k] @ e[k])
            state[f"prediction.{k}"][s] = v[k]
            state[f"soma.{k}"][s] = u[k]
            state[f"error.{k}"][s] = e[k]
        for k in LAYERS:
            below = r[k - 1] if k == 1 or presynaptic == "bottom_up" else phi(u[k - 1])
            post = eta[k] * (u[k] - v[k]) / lam_a[k] / BATCH
            mean = means.get(k - 1)
            if mean is None:
                changes[f"pyramidal_from_pyramidal.{k}_{k - 1}"] += np.outer(post, below)
                changes[f"pyramidal_threshold.{k}"] += post
            else:
                # What is taken off the rates is left to the threshold.
                of_weights = np.outer(post, below - mean)
                changes[f"pyramidal_from_pyramidal.{k}_{k - 1}"] += of_weights
                changes[f"pyramidal_threshold.{k}"] += post - of_weights @ mean
                rates[k - 1].append(below)
    after = {k: (1.0 - share) * means[k] + share * np.mean(rates[k], axis=0) for k in means}
    named = lambda rows: listed({f"mean_rate.{k}": row for k, row in rows.items()})
    return {
        "presynaptic": presynaptic,
        "centring": share,
        "means": named(means),
        "means_after": named(after),
        "state": listed(state),
        "changes": listed(changes),
    }


def continuous(order, reads, delay):
    dt, n_steps, n_presentations = 0.01, 6, 12
    g_l, g_b, g_d, g_t = 0.03, 0.1, 0.1, 0.06
    g_a = {1: 0.06, 2: 0.05, 3: 0.04}
    eta = {1: 20.0, 2: 8.0, 3: 4.0}
    total = {k: g_l + g_b + g_a[k] for k in LAYERS}
    g_e = {k: g_l + (g_t if k == N else g_d) for k in LAYERS}
    own = {"w": {k: w[k].copy() for k in LAYERS}, "b": {k: b[k].copy() for k in LAYERS}}
    # Lagging potentials, and the prospective ones that rates and errors are made of.
    lag_u = {k: np.zeros(SIZES[k]) for k in LAYERS}
    lag_e = {k: np.zeros(SIZES[k]) for k in LAYERS}
    u = {k: np.zeros(SIZES[k]) for k in LAYERS}
    e = {k: np.zeros(SIZES[k]) for k in LAYERS}
    acting = None

    def soma(k, r_below, e_k):
        v_b = own["w"][k] @ r_below + own["b"][k]
        v_a = a[k] @ e_k
        du = -total[k] * lag_u[k] + g_b * v_b + g_a[k] * v_a
        prospective = lag_u[k] + du / total[k]
        lag_u[k] = lag_u[k] + dt * du
        return prospective, v_a

    def error(k, u_k, above):
        if k < N:
            drive = g_d * (q[k] @ slope(u_k)) * ((feedback[k] + offset[k]) @ above)
        elif acting is None:
            drive = np.zeros(SIZES[N])
        else:
            drive = g_t * (q[N] @ (slope(u_k) * (acting - phi(u_k))))
        de = -g_e[k] * lag_e[k] + drive
        prospective = lag_e[k] + de / g_e[k]
        lag_e[k] = lag_e[k] + dt * de
        return prospective

    def learn(k, v_a, r_below):
        # u - alpha v_B is lambda_A v_A.
        post = eta[k] * dt * g_a[k] / total[k] * v_a
        own["w"][k] = own["w"][k] + np.outer(post, r_below)
        own["b"][k] = own["b"][k] + post

    traces = {f"{kind}.{k}": [] for kind in ("soma", "error") for k in LAYERS}
    for presentation in range(n_presentations):
        pattern = presentation % 2
        for step in range(n_steps):
            if step >= delay:
                acting = target[pattern]
            if order == "simultaneous":
                r = {0: r0[pattern]} | {k: phi(u[k]) for k in LAYERS}
                somata = {k: soma(k, r[k - 1], e[k]) for k in LAYERS}
                errors = {k: error(k, u[k], e.get(k + 1)) for k in LAYERS}
                for k in LAYERS:
                    learn(k, somata[k][1], r[k - 1])
                u = {k: somata[k][0] for k in LAYERS}
                e = errors
            else:
                r, v_a = {0: r0[pattern]}, {}
                for k in LAYERS:
                    u[k], v_a[k] = soma(k, r[k - 1], e[k])
                    r[k] = phi(u[k])
                for k in range(N, 0, -1):
                    e[k] = error(k, u[k], e.get(k + 1))
                for k in LAYERS:
                    learn(k, v_a[k] if reads == "soma" else a[k] @ e[k], r[k - 1])
        for k in LAYERS:
            traces[f"soma.{k}"].append(u[k])
            traces[f"error.{k}"].append(e[k])
    weights = {f"pyramidal_from_pyramidal.{k}_{k - 1}": own["w"][k] for k in LAYERS}
    weights |= {f"pyramidal_threshold.{k}": own["b"][k] for k in LAYERS}
    return {
        "update_order": order,
        "plasticity_reads": reads,
        "target_delay_ms": delay * dt,
        "traces": listed({name: np.array(rows) for name, rows in traces.items()}),
        "weights": listed(weights),
    }


json.dump(
    {
        "sizes": SIZES,
        "inputs": listed({"x": r0})["x"],
        "target_rates": listed({"x": target})["x"],
        "tensors": tensors(),
        "two_step": [
            two_step("nudged"),
            two_step("bottom_up"),
            two_step("nudged", share=0.25),
            two_step("bottom_up", share=0.25),
        ],
        "continuous": [
            continuous("simultaneous", "soma", 2),
            continuous("layer_sweep", "soma", 0),
            continuous("layer_sweep", "apical_dendrite", 0),
        ],
    },
    sys.stdout,
)
print()
