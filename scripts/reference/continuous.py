#!/usr/bin/env python3
"""Golden traces of the microcircuit in continuous time, written from the equations with NumPy alone.

One copy of 5-7-6-3 in float64, 2000 Euler steps, every connection plastic, no noise; input and
target change after step 1000. Potentials every 100 steps; weights and filtered induction terms at
the end. Source of the equations: Sacramento et al. (2018), eqs. 1-5 and 7-10.

    python3 scripts/reference/continuous.py > crates/microcircuit/tests/golden/continuous_5_7_6_3.json
"""

import json
import sys

import numpy as np

SIZES = [5, 7, 6, 3]
N = len(SIZES) - 1
N_STEPS = 2000
CHANGE_AT = 1000
STORE_EVERY = 100
DT = 0.1
TAU_0 = 3.0
TAU_W = 30.0
G_LEAK, G_BASAL, G_DENDRITIC, G_SOMATIC = 0.1, 1.0, 0.9, 0.8
G_APICAL = {1: 0.8, 2: 0.5, 3: 0.0}
ETA_FORWARD = {1: 0.02, 2: 0.01, 3: 0.005}
ETA_INTER = {1: 0.02, 2: 0.01}
ETA_APICAL = {1: 0.004, 2: 0.006}
ETA_TOPDOWN = {1: 0.003, 2: 0.002}

rng = np.random.default_rng(20181026)


def phi(u):
    return 1.0 / (1.0 + np.exp(-u))


def draw(*shape):
    """Numbers that float32 holds exactly."""
    return rng.uniform(-1.0, 1.0, shape).astype(np.float32).astype(np.float64)


w, b, w_td, w_ip, b_i, w_pi = {}, {}, {}, {}, {}, {}
for k in range(1, N + 1):
    w[k] = draw(SIZES[k], SIZES[k - 1])
    b[k] = draw(SIZES[k])
for k in range(1, N):
    w_td[k] = draw(SIZES[k], SIZES[k + 1])
    w_ip[k] = draw(SIZES[k + 1], SIZES[k])
    b_i[k] = draw(SIZES[k + 1])
    w_pi[k] = draw(SIZES[k], SIZES[k + 1])
inputs = np.abs(draw(2, SIZES[0]))
targets = 2.0 * draw(2, SIZES[N])


def named():
    tensors = {}
    for k in range(1, N + 1):
        tensors[f"pyramidal_from_pyramidal.{k}_{k - 1}"] = w[k]
        tensors[f"pyramidal_threshold.{k}"] = b[k]
    for k in range(1, N):
        tensors[f"pyramidal_from_pyramidal.{k}_{k + 1}"] = w_td[k]
        tensors[f"interneuron_from_pyramidal.{k}"] = w_ip[k]
        tensors[f"interneuron_threshold.{k}"] = b_i[k]
        tensors[f"pyramidal_from_interneuron.{k}"] = w_pi[k]
    return tensors


def learning_rate(name):
    kind, place = name.split(".")
    layer = int(place.split("_")[0])
    if kind == "pyramidal_from_pyramidal":
        return (ETA_FORWARD if int(place.split("_")[1]) < layer else ETA_TOPDOWN)[layer]
    return {
        "pyramidal_threshold": ETA_FORWARD,
        "interneuron_from_pyramidal": ETA_INTER,
        "interneuron_threshold": ETA_INTER,
        "pyramidal_from_interneuron": ETA_APICAL,
    }[kind][layer]


def dendrites(r, r_i):
    """Basal, apical and interneuron dendritic potentials (eqs. 3-5)."""
    v_b = {k: w[k] @ r[k - 1] + b[k] for k in range(1, N + 1)}
    v_a = {k: w_td[k] @ r[k + 1] + w_pi[k] @ r_i[k] for k in range(1, N)}
    v_i = {k: w_ip[k] @ r[k] + b_i[k] for k in range(1, N)}
    return v_b, v_a, v_i


def listed(arrays):
    return {name: {"shape": list(a.shape), "values": a.ravel().tolist()} for name, a in arrays.items()}


start = listed(named())
delta = {name: np.zeros_like(tensor) for name, tensor in named().items()}
r_0 = np.zeros(SIZES[0])
u = {k: np.zeros(SIZES[k]) for k in range(1, N + 1)}
u_i = {k: np.zeros(SIZES[k + 1]) for k in range(1, N)}
traces = {}


def store():
    r = {0: r_0, **{k: phi(u[k]) for k in u}}
    v_b, v_a, v_i = dendrites(r, {k: phi(u_i[k]) for k in u_i})
    for quantity, values in [
        ("input", {0: r_0}),
        ("soma", u),
        ("interneuron", u_i),
        ("basal", v_b),
        ("apical", v_a),
        ("dendrite", v_i),
    ]:
        for k, value in values.items():
            traces.setdefault(f"{quantity}.{k}", []).append(value.copy())


for step in range(N_STEPS):
    pattern = 0 if step < CHANGE_AT else 1
    # Everything of time t.
    r = {0: r_0, **{k: phi(u[k]) for k in u}}
    r_i = {k: phi(u_i[k]) for k in u_i}
    v_b, v_a, v_i = dendrites(r, r_i)
    induction = {}
    for k in range(1, N + 1):
        v_hat = G_BASAL / (G_LEAK + G_BASAL + G_APICAL[k]) * v_b[k]
        post = phi(u[k]) - phi(v_hat)
        induction[f"pyramidal_from_pyramidal.{k}_{k - 1}"] = np.outer(post, r[k - 1])
        induction[f"pyramidal_threshold.{k}"] = post
    for k in range(1, N):
        v_hat = G_DENDRITIC / (G_LEAK + G_DENDRITIC) * v_i[k]
        post = phi(u_i[k]) - phi(v_hat)
        induction[f"interneuron_from_pyramidal.{k}"] = np.outer(post, r[k])
        induction[f"interneuron_threshold.{k}"] = post
        induction[f"pyramidal_from_interneuron.{k}"] = np.outer(0.0 - v_a[k], r_i[k])
        post = phi(u[k]) - phi(w_td[k] @ r[k + 1])
        induction[f"pyramidal_from_pyramidal.{k}_{k + 1}"] = np.outer(post, r[k + 1])
    du, du_i = {}, {}
    for k in range(1, N + 1):
        du[k] = -G_LEAK * u[k] + G_BASAL * (v_b[k] - u[k])
        if k < N:
            du[k] = du[k] + G_APICAL[k] * (v_a[k] - u[k])
        else:
            du[k] = du[k] + G_SOMATIC * (targets[pattern] - u[k])
    for k in range(1, N):
        du_i[k] = (
            -G_LEAK * u_i[k]
            + G_DENDRITIC * (v_i[k] - u_i[k])
            + G_SOMATIC * (u[k + 1] - u_i[k])
        )
    # Everything of time t + dt.
    for name, tensor in named().items():
        tensor += DT * learning_rate(name) * delta[name]
        delta[name] = delta[name] + DT / TAU_W * (induction[name] - delta[name])
    for k in u:
        u[k] = u[k] + DT * du[k]
    for k in u_i:
        u_i[k] = u_i[k] + DT * du_i[k]
    r_0 = r_0 + DT / TAU_0 * (inputs[pattern] - r_0)
    if (step + 1) % STORE_EVERY == 0:
        store()

json.dump(
    {
        "sizes": SIZES,
        "inputs": listed({"x": inputs})["x"],
        "target_potentials": listed({"x": targets})["x"],
        "start": start,
        "traces": listed({name: np.array(values) for name, values in traces.items()}),
        "weights": listed(named()),
        "filters": listed(delta),
    },
    sys.stdout,
)
print()
