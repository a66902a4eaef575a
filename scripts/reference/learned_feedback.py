#!/usr/bin/env python3
"""Golden values of what the two-step forms can learn by, written from the equations with NumPy alone.

5-7-6-3 in float64 with thresholds, logistic, two minibatches of four samples one after the other. For
each set of keys, all tensors after the second minibatch. Interneuron circuit: slopes in place of rate
differences, presynaptic rates of the bottom-up pass, presynaptic rates less their running means,
reciprocal feedback with each rule for W^PI, sign-concordant feedback. Error neurons, with one-to-one
lateral connections: reciprocal and sign-concordant feedback, the former also with presynaptic rates less
their running means.

Sources of the equations: Sacramento et al. (2018), eqs. 1-4 and 7-9; Max et al. (2026), as their
program has them; Kolen and Pollack (1994); docs/notation.md.

    python3 scripts/reference/learned_feedback.py > crates/microcircuit/tests/golden/learned_feedback_5_7_6_3.json
"""

import json
import sys

import numpy as np

SIZES = [5, 7, 6, 3]
N = len(SIZES) - 1
LAYERS = range(1, N + 1)
HIDDEN = range(1, N)
BATCH = 4

rng = np.random.default_rng(19940606)


def phi(u):
    return 1.0 / (1.0 + np.exp(-u))


def slope(u):
    return phi(u) * (1.0 - phi(u))


def draw(*shape, scale=1.0):
    """Numbers that float32 holds exactly."""
    return rng.uniform(-scale, scale, shape).astype(np.float32).astype(np.float64)


def listed(arrays):
    return {name: {"shape": list(x.shape), "values": x.ravel().tolist()} for name, x in arrays.items()}


W = {k: draw(SIZES[k], SIZES[k - 1]) for k in LAYERS}
B = {k: draw(SIZES[k]) for k in LAYERS}
W_TD = {k: draw(SIZES[k], SIZES[k + 1]) for k in HIDDEN}
W_IP = {k: draw(SIZES[k + 1], SIZES[k]) for k in HIDDEN}
B_I = {k: draw(SIZES[k + 1]) for k in HIDDEN}
W_PI = {k: draw(SIZES[k], SIZES[k + 1]) for k in HIDDEN}
INPUTS = [np.abs(draw(BATCH, SIZES[0])) for _ in range(2)]
INPUTS[0][:, 2] = 0.0
TARGETS = [draw(BATCH, SIZES[N], scale=2.0) for _ in range(2)]
TARGET_RATES = [np.abs(draw(BATCH, SIZES[N])) for _ in range(2)]


def copied(arrays):
    return {k: x.copy() for k, x in arrays.items()}


def imitating(size, forward, matched):
    """Top-down weights of these sizes with the signs of the transposed forward weights."""
    signed = np.abs(size) * np.where(forward.T < 0.0, -1.0, 1.0)
    if matched:
        signed *= np.sqrt(np.sum(forward**2)) / np.sqrt(np.sum(size**2))
    return signed


def interneurons(keys):
    nudging, apical_mixing, interneuron_nudging = 0.25, {1: 0.3, 2: 0.6}, {1: 0.1, 2: 0.2}
    eta = {1: 0.7, 2: 0.2, 3: 0.05}
    eta_ip = {1: 0.3, 2: 0.4}
    eta_pi = {1: 0.11, 2: 0.13}
    has_slope = keys.get("plasticity") == "slope"
    is_bottom_up = keys.get("presynaptic") == "bottom_up"
    share = keys.get("centring", 0.0)
    reciprocal = keys["feedback"].get("reciprocal") if isinstance(keys["feedback"], dict) else None
    signs = keys["feedback"].get("sign_concordant") if isinstance(keys["feedback"], dict) else None
    matched = keys.get("feedback_scale") == "matched"
    rule = keys.get("lateral_rule", "paired" if reciprocal is not None else "eq9")
    mirrors = signs is not None or rule == "paired"
    gamma = reciprocal["decay"] if reciprocal is not None else 0.0
    learns_pi = not mirrors and (rule == "own" or "apical_rates" in keys)

    w, b, w_td, w_ip, b_i, w_pi = (copied(x) for x in (W, B, W_TD, W_IP, B_I, W_PI))
    if signs is not None:
        w_td = {k: imitating(w_td[k], w[k + 1], matched) for k in HIDDEN}
    mean = {k: np.full(SIZES[k], 0.5) for k in HIDDEN}

    def error(u, v):
        return slope(v) * (u - v) if has_slope else phi(u) - phi(v)

    for inputs, targets in zip(INPUTS, TARGETS):
        if mirrors:
            w_pi = {k: -w_td[k] for k in HIDDEN}
        d_w, d_b, d_td, d_ip, d_bi, d_pi = ({k: np.zeros_like(x[k]) for k in x} for x in (w, b, w_td, w_ip, b_i, w_pi))
        rates = {k: [] for k in HIDDEN}
        for r_0, u_trgt in zip(inputs, targets):
            v, bottom = {}, {0: r_0}
            for k in LAYERS:
                v[k] = w[k] @ bottom[k - 1] + b[k]
                bottom[k] = phi(v[k])
            u, v_i, u_i, v_a = {}, {}, {}, {}
            u[N] = (1.0 - nudging) * v[N] + nudging * u_trgt
            for k in reversed(HIDDEN):
                v_i[k] = w_ip[k] @ bottom[k] + b_i[k]
                u_i[k] = (1.0 - interneuron_nudging[k]) * v_i[k] + interneuron_nudging[k] * u[k + 1]
                v_a[k] = w_td[k] @ phi(u[k + 1]) + w_pi[k] @ phi(u_i[k])
                u[k] = v[k] + apical_mixing[k] * v_a[k]
            # Presynaptic factors, and what of a threshold's change the weights do not take.
            pre, rest = {0: r_0}, {0: 1.0}
            for k in HIDDEN:
                rates[k].append(bottom[k] if is_bottom_up else phi(u[k]))
                pre[k] = rates[k][-1] - (mean[k] if share > 0.0 else 0.0)
                rest[k] = 1.0 - (pre[k] @ mean[k] if share > 0.0 else 0.0)
            for k in LAYERS:
                post = eta[k] * error(u[k], v[k]) / BATCH
                d_w[k] += np.outer(post, pre[k - 1])
                d_b[k] += rest[k - 1] * post
            for k in HIDDEN:
                post = eta_ip[k] * error(u_i[k], v_i[k]) / BATCH
                d_ip[k] += np.outer(post, pre[k])
                d_bi[k] += rest[k] * post
                d_i = error(u_i[k], v_i[k]) / interneuron_nudging[k]
                if reciprocal is not None:
                    d = d_i if rule == "paired" else error(u[k + 1], v[k + 1])
                    d_td[k] += eta[k + 1] / BATCH * np.outer(pre[k], d)
                if learns_pi and rule == "own":
                    d_pi[k] -= eta[k + 1] / BATCH * np.outer(pre[k], d_i)
                elif learns_pi:
                    d_pi[k] -= eta_pi[k] / BATCH * np.outer(v_a[k], phi(u_i[k]))
        for k in HIDDEN:
            # The pair, and what mirrors it.
            d_w[k + 1] -= gamma * w[k + 1]
            d_td[k] -= gamma * w_td[k]
            d_ip[k] -= gamma * w_ip[k]
            if learns_pi:
                d_pi[k] -= gamma * w_pi[k]
            if share > 0.0:
                mean[k] = (1.0 - share) * mean[k] + share * np.mean(rates[k], axis=0)
        for x, d in [(w, d_w), (b, d_b), (w_td, d_td), (w_ip, d_ip), (b_i, d_bi), (w_pi, d_pi)]:
            for k in x:
                x[k] = x[k] + d[k]
        if signs is not None:
            w_td = {k: imitating(w_td[k], w[k + 1], matched) for k in HIDDEN}
    named = forward(w, b)
    for k in HIDDEN:
        named[f"pyramidal_from_pyramidal.{k}_{k + 1}"] = w_td[k]
        named[f"interneuron_from_pyramidal.{k}"] = w_ip[k]
        named[f"interneuron_threshold.{k}"] = b_i[k]
        if not mirrors:
            named[f"pyramidal_from_interneuron.{k}"] = w_pi[k]
        if share > 0.0:
            named[f"mean_rate.{k}"] = mean[k]
    return {"keys": keys, "after": listed(named)}


def error_neurons(keys):
    alpha, lam_a, lam_d = {1: 0.5, 2: 0.75, 3: 0.625}, {1: 0.3, 2: 0.2, 3: 0.1}, {1: 0.9, 2: 0.7}
    lam_t = 0.6
    eta = {1: 0.7, 2: 0.2, 3: 0.05}
    is_bottom_up = keys["presynaptic"] == "bottom_up"
    reciprocal = keys["feedback"].get("reciprocal")
    matched = keys.get("feedback_scale") == "matched"
    share = keys.get("centring", 0.0)
    gamma = reciprocal["decay"] if reciprocal is not None else 0.0
    w, b, feedback = copied(W), copied(B), copied(W_TD)
    mean = {k: np.full(SIZES[k], 0.5) for k in HIDDEN}
    if reciprocal is None:
        feedback = {k: imitating(feedback[k], w[k + 1], matched) for k in HIDDEN}
    for inputs, targets in zip(INPUTS, TARGET_RATES):
        d_w, d_b, d_f = ({k: np.zeros_like(x[k]) for k in x} for x in (w, b, feedback))
        rates = {k: [] for k in HIDDEN}
        for r_0, r_trgt in zip(inputs, targets):
            v, bottom, e, nudged = {}, {0: r_0}, {}, {0: r_0}
            for k in LAYERS:
                v[k] = alpha[k] * (w[k] @ bottom[k - 1] + b[k])
                bottom[k] = phi(v[k])
            e[N] = lam_t * slope(v[N]) * (r_trgt - bottom[N])
            for k in reversed(HIDDEN):
                e[k] = lam_d[k] * slope(v[k]) * (feedback[k] @ e[k + 1])
            for k in LAYERS:
                nudged[k] = phi(v[k] + lam_a[k] * e[k])
            pre, rest = dict(bottom if is_bottom_up else nudged), dict.fromkeys(range(N), 1.0)
            if share > 0.0:
                for k in HIDDEN:
                    rates[k].append(pre[k])
                    pre[k] = pre[k] - mean[k]
                    rest[k] = 1.0 - pre[k] @ mean[k]
            for k in LAYERS:
                d_w[k] += eta[k] / BATCH * np.outer(e[k], pre[k - 1])
                d_b[k] += eta[k] / BATCH * rest[k - 1] * e[k]
            for k in HIDDEN:
                if reciprocal is not None:
                    d_f[k] += eta[k + 1] / BATCH * np.outer(pre[k], e[k + 1])
        for k in HIDDEN:
            d_w[k + 1] -= gamma * w[k + 1]
            d_f[k] -= gamma * feedback[k]
            if share > 0.0:
                mean[k] = (1.0 - share) * mean[k] + share * np.mean(rates[k], axis=0)
        for x, d in [(w, d_w), (b, d_b), (feedback, d_f)]:
            for k in x:
                x[k] = x[k] + d[k]
        if reciprocal is None:
            feedback = {k: imitating(feedback[k], w[k + 1], matched) for k in HIDDEN}
    named = forward(w, b)
    for k in HIDDEN:
        named[f"error_from_error.{k}_{k + 1}"] = feedback[k]
        if share > 0.0:
            named[f"mean_rate.{k}"] = mean[k]
    return {"keys": keys, "after": listed(named)}


def forward(w, b):
    named = {f"pyramidal_from_pyramidal.{k}_{k - 1}": w[k] for k in LAYERS}
    return named | {f"pyramidal_threshold.{k}": b[k] for k in LAYERS}


def before():
    named = forward(W, B)
    for k in HIDDEN:
        named[f"pyramidal_from_pyramidal.{k}_{k + 1}"] = W_TD[k]
        named[f"error_from_error.{k}_{k + 1}"] = W_TD[k]
        named[f"interneuron_from_pyramidal.{k}"] = W_IP[k]
        named[f"interneuron_threshold.{k}"] = B_I[k]
        named[f"pyramidal_from_interneuron.{k}"] = W_PI[k]
    return listed(named)


PI = {"apical_rates": [0.11, 0.13]}
PAIR = {"reciprocal": {"decay": 0.01}}
SIGNS = {"sign_concordant": {"magnitudes": "random", "signs": "tracked"}}
BOTTOM_UP = {"presynaptic": "bottom_up"}

json.dump(
    {
        "sizes": SIZES,
        "inputs": [listed({"x": x})["x"] for x in INPUTS],
        "target_potentials": [listed({"x": x})["x"] for x in TARGETS],
        "target_rates": [listed({"x": x})["x"] for x in TARGET_RATES],
        "before": before(),
        "interneurons": [
            interneurons(keys)
            for keys in [
                {"feedback": "random", "plasticity": "slope", **PI},
                {"feedback": "random", **BOTTOM_UP, **PI},
                {"feedback": "random", "centring": 0.25, **PI},
                {"feedback": "random", "plasticity": "slope", "centring": 0.25, **BOTTOM_UP, **PI},
                {"feedback": PAIR, "plasticity": "slope"},
                {"feedback": PAIR, "centring": 0.25, "lateral_rule": "own", **BOTTOM_UP},
                {"feedback": PAIR, "lateral_rule": "eq9", **PI},
                {"feedback": SIGNS},
                {"feedback": SIGNS, "feedback_scale": "matched", "plasticity": "slope"},
            ]
        ],
        "error_neurons": [
            error_neurons(keys)
            for keys in [
                {"feedback": PAIR, "presynaptic": "nudged"},
                {"feedback": PAIR, "presynaptic": "bottom_up"},
                {"feedback": SIGNS, "presynaptic": "nudged"},
                {"feedback": SIGNS, "feedback_scale": "matched", "presynaptic": "bottom_up"},
                {"feedback": PAIR, "centring": 0.25, "presynaptic": "nudged"},
                {"feedback": PAIR, "centring": 0.25, "presynaptic": "bottom_up"},
            ]
        ],
    },
    sys.stdout,
)
print()
