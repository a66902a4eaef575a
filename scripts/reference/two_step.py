#!/usr/bin/env python3
"""Golden values of the two-step microcircuit, written from the equations with NumPy alone.

One minibatch of four samples on 5-7-6-3 in float64: all potentials and all weight changes, with
every connection plastic. Source of the equations: Sacramento et al. (2018), eqs. 1-4 and 7-10.

    python3 scripts/reference/two_step.py > crates/microcircuit/tests/golden/two_step_5_7_6_3.json
"""

import json
import sys

import numpy as np

SIZES = [5, 7, 6, 3]
N = len(SIZES) - 1
BATCH = 4
LAMBDA_OUT = 0.25
LAMBDA_APICAL = {1: 0.3, 2: 0.6}
LAMBDA_INTER = {1: 0.1, 2: 0.2}
ETA_FORWARD = {1: 0.7, 2: 0.2, 3: 0.05}
ETA_INTER = {1: 0.3, 2: 0.4}
ETA_APICAL = {1: 0.11, 2: 0.13}
ETA_TOPDOWN = {1: 0.17, 2: 0.19}

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
r0 = np.abs(draw(BATCH, SIZES[0]))
r0[:, 2] = 0.0
u_trgt = 2.0 * draw(BATCH, SIZES[N])

tensors, potentials, changes = {}, {}, {}
for k in range(1, N + 1):
    tensors[f"pyramidal_from_pyramidal.{k}_{k - 1}"] = w[k]
    tensors[f"pyramidal_threshold.{k}"] = b[k]
for k in range(1, N):
    tensors[f"pyramidal_from_pyramidal.{k}_{k + 1}"] = w_td[k]
    tensors[f"interneuron_from_pyramidal.{k}"] = w_ip[k]
    tensors[f"interneuron_threshold.{k}"] = b_i[k]
    tensors[f"pyramidal_from_interneuron.{k}"] = w_pi[k]

# One sample at a time, so that nothing is shared with a batched code.
v_b = {k: np.zeros((BATCH, SIZES[k])) for k in range(1, N + 1)}
u = {k: np.zeros((BATCH, SIZES[k])) for k in range(1, N + 1)}
v_a = {k: np.zeros((BATCH, SIZES[k])) for k in range(1, N)}
v_i = {k: np.zeros((BATCH, SIZES[k + 1])) for k in range(1, N)}
u_i = {k: np.zeros((BATCH, SIZES[k + 1])) for k in range(1, N)}
for name, tensor in tensors.items():
    changes[name] = np.zeros_like(tensor)

for s in range(BATCH):
    r = {0: r0[s]}
    for k in range(1, N + 1):
        v_b[k][s] = w[k] @ r[k - 1] + b[k]
        u[k][s] = v_b[k][s]
        r[k] = phi(u[k][s])
    for k in range(1, N):
        v_i[k][s] = w_ip[k] @ r[k] + b_i[k]
    u[N][s] = (1.0 - LAMBDA_OUT) * v_b[N][s] + LAMBDA_OUT * u_trgt[s]
    r[N] = phi(u[N][s])
    r_i = {}
    for k in range(N - 1, 0, -1):
        u_i[k][s] = (1.0 - LAMBDA_INTER[k]) * v_i[k][s] + LAMBDA_INTER[k] * u[k + 1][s]
        r_i[k] = phi(u_i[k][s])
        v_a[k][s] = w_td[k] @ r[k + 1] + w_pi[k] @ r_i[k]
        u[k][s] = v_b[k][s] + LAMBDA_APICAL[k] * v_a[k][s]
        r[k] = phi(u[k][s])
    for k in range(1, N + 1):
        post = ETA_FORWARD[k] * (phi(u[k][s]) - phi(v_b[k][s])) / BATCH
        changes[f"pyramidal_from_pyramidal.{k}_{k - 1}"] += np.outer(post, r[k - 1])
        changes[f"pyramidal_threshold.{k}"] += post
    for k in range(1, N):
        post = ETA_INTER[k] * (phi(u_i[k][s]) - phi(v_i[k][s])) / BATCH
        changes[f"interneuron_from_pyramidal.{k}"] += np.outer(post, r[k])
        changes[f"interneuron_threshold.{k}"] += post
        post = ETA_APICAL[k] * (0.0 - v_a[k][s]) / BATCH
        changes[f"pyramidal_from_interneuron.{k}"] += np.outer(post, r_i[k])
        v_td = w_td[k] @ r[k + 1]
        post = ETA_TOPDOWN[k] * (phi(u[k][s]) - phi(v_td)) / BATCH
        changes[f"pyramidal_from_pyramidal.{k}_{k + 1}"] += np.outer(post, r[k + 1])

for k in range(1, N + 1):
    potentials[f"basal.{k}"] = v_b[k]
    potentials[f"soma.{k}"] = u[k]
for k in range(1, N):
    potentials[f"apical.{k}"] = v_a[k]
    potentials[f"dendrite.{k}"] = v_i[k]
    potentials[f"interneuron.{k}"] = u_i[k]


def listed(arrays):
    return {name: {"shape": list(a.shape), "values": a.ravel().tolist()} for name, a in arrays.items()}


json.dump(
    {
        "sizes": SIZES,
        "inputs": listed({"x": r0})["x"],
        "target_potentials": listed({"x": u_trgt})["x"],
        "tensors": listed(tensors),
        "potentials": listed(potentials),
        "changes": listed(changes),
    },
    sys.stdout,
    indent=1,
)
print()
