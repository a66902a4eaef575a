#!/usr/bin/env python3
"""The loop in NumPy, vectorised, in place. Prints JSON.

    python3 scripts/bench/numpy_loop.py [--dtype float64] [--stacked]

With --stacked, matrices that share an input are one array and one product, and phi is taken of all
potentials at once: what is left to gain within NumPy.
"""

import os

for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = "1"
# Either would pin OpenBLAS to kernels of an older processor.
for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
    os.environ.pop(name, None)

import numpy as np

from circuit import *


def phi(u, out):
    np.subtract(u, THETA, out=out)
    if BETA != 1.0:
        out *= BETA
    np.logaddexp(out, 0, out=out)
    out *= GAMMA
    return out


class Plastic:
    """A connection that learns: W += eta dt D, then D += dt / tau_w (post preT - D)."""

    def __init__(self, weights, rate):
        self.weights, self.step = weights, weights.dtype.type(DT * rate)
        self.filter, self.scratch = np.zeros_like(weights), np.empty_like(weights)

    def advance(self, post, pre):
        """`post` is already multiplied by dt / tau_w; `step` may be a column."""
        np.multiply(self.filter, self.step, out=self.scratch)
        self.weights += self.scratch
        self.filter *= 1.0 - DT / TAU_W
        np.multiply(post[:, None], pre[None, :], out=self.scratch)
        self.filter += self.scratch


class Plain:
    """A matrix, a product and a transfer function at a time."""

    def __init__(self, dtype):
        self.weights, self.inputs, self.targets = start(dtype)
        w_10, w_21, self.w_12, w_ip, w_pi = self.weights.values()
        self.w_10, self.w_21 = Plastic(w_10, ETA_10), Plastic(w_21, ETA_21)
        self.w_ip, self.w_pi = Plastic(w_ip, ETA_IP), Plastic(w_pi, ETA_PI)
        hidden = lambda: np.zeros(N_1, dtype)
        output = lambda: np.zeros(N_2, dtype)
        self.r_0, self.scratch_0 = np.zeros(N_0, dtype), np.zeros(N_0, dtype)
        self.u_1, self.r_1, self.v_b1, self.v_a1 = (hidden() for _ in range(4))
        self.u_2, self.r_2, self.v_b2 = (output() for _ in range(3))
        self.u_i, self.r_i, self.v_i = (output() for _ in range(3))
        self.post_1, self.post_2, self.post_i, self.post_a = hidden(), output(), output(), hidden()
        self.scratch_1, self.scratch_2 = hidden(), output()

    def present(self, pattern):
        x, teacher = self.inputs[pattern], DT * G_SOMATIC * self.targets[pattern]
        for _ in range(N_STEPS):
            self.step(x, teacher)

    def step(self, x, teacher):
        r_0, u_1, u_2, u_i = self.r_0, self.u_1, self.u_2, self.u_i
        # Rates and dendrites of time t (eqs. 3-5).
        r_1, r_2, r_i = phi(u_1, self.r_1), phi(u_2, self.r_2), phi(u_i, self.r_i)
        v_b1 = np.dot(self.w_10.weights, r_0, out=self.v_b1)
        v_b2 = np.dot(self.w_21.weights, r_1, out=self.v_b2)
        v_i = np.dot(self.w_ip.weights, r_1, out=self.v_i)
        v_a1 = np.dot(self.w_12, r_2, out=self.v_a1)
        v_a1 += np.dot(self.w_pi.weights, r_i, out=self.scratch_1)
        # Plasticity (eqs. 7-9).
        share = DT / TAU_W
        for r, factor, v, post in [
            (r_1, ATTENUATION_1, v_b1, self.post_1),
            (r_2, ATTENUATION_2, v_b2, self.post_2),
            (r_i, ATTENUATION_I, v_i, self.post_i),
        ]:
            np.multiply(v, factor, out=post)
            phi(post, post)
            np.subtract(r, post, out=post)
            post *= share
        self.w_10.advance(self.post_1, r_0)
        self.w_21.advance(self.post_2, r_1)
        self.w_ip.advance(self.post_i, r_1)
        self.w_pi.advance(np.multiply(v_a1, -share, out=self.post_a), r_i)
        # Somata of time t + dt (eqs. 1 and 2); interneurons read u_2 of time t.
        u_i *= KEEP_I
        v_i *= DT * G_DENDRITIC
        u_i += v_i
        u_i += np.multiply(u_2, DT * G_SOMATIC, out=self.scratch_2)
        u_1 *= KEEP_1
        v_b1 *= DT * G_BASAL
        u_1 += v_b1
        v_a1 *= DT * G_APICAL
        u_1 += v_a1
        u_2 *= KEEP_2
        v_b2 *= DT * G_BASAL
        u_2 += v_b2
        u_2 += teacher
        np.subtract(x, r_0, out=self.scratch_0)
        self.scratch_0 *= DT / TAU_0
        r_0 += self.scratch_0

    def state(self):
        somata = {"soma.1": self.u_1, "soma.2": self.u_2, "interneuron.1": self.u_i}
        return {**self.weights, **somata}


class Stacked:
    """Potentials lie in one array [u_1, u_2, u_I], so that phi, decay and rates are one call each."""

    def __init__(self, dtype):
        weights, self.inputs, self.targets = start(dtype)
        w_10, w_21, w_12, w_ip, w_pi = weights.values()
        # From layer 1: outputs and interneurons. To apical dendrites: from outputs and interneurons.
        rates = np.repeat(np.array([ETA_21, ETA_IP], dtype), N_2)
        self.w_10 = Plastic(w_10, ETA_10)
        self.w_up = Plastic(np.vstack([w_21, w_ip]), ETA_21)
        self.w_up.step = (DT * rates)[:, None].astype(dtype)
        self.w_down = np.hstack([w_12, w_pi])
        self.w_pi = Plastic(w_pi, ETA_PI)
        self.w_pi.weights = self.w_down[:, N_2:]
        n = N_1 + 2 * N_2
        per_neuron = lambda a, b, c: np.repeat(np.array([a, b, c], dtype), [N_1, N_2, N_2])
        self.u, self.r, self.v, self.post = (np.zeros(n, dtype) for _ in range(4))
        self.v_a1, self.post_a = np.zeros(N_1, dtype), np.zeros(N_1, dtype)
        self.r_0, self.scratch_0 = np.zeros(N_0, dtype), np.zeros(N_0, dtype)
        self.keep = per_neuron(KEEP_1, KEEP_2, KEEP_I)
        self.gain = per_neuron(DT * G_BASAL, DT * G_BASAL, DT * G_DENDRITIC)
        self.attenuation = per_neuron(ATTENUATION_1, ATTENUATION_2, ATTENUATION_I)
        # Currents from outside the dendrites; the last N_2 are those from u_2.
        self.current = np.zeros(2 * N_2, dtype)

    def present(self, pattern):
        x, current = self.inputs[pattern], self.current
        current[:N_2] = DT * G_SOMATIC * self.targets[pattern]
        r_0, u, r, v, post, v_a1 = self.r_0, self.u, self.r, self.v, self.post, self.v_a1
        u_1, u_2, u_above = u[:N_1], u[N_1 : N_1 + N_2], u[N_1:]
        r_1, r_above, r_i = r[:N_1], r[N_1:], r[N_1 + N_2 :]
        v_1, v_above, post_1, post_above = v[:N_1], v[N_1:], post[:N_1], post[N_1:]
        share = DT / TAU_W
        for _ in range(N_STEPS):
            phi(u, r)
            np.dot(self.w_10.weights, r_0, out=v_1)
            np.dot(self.w_up.weights, r_1, out=v_above)
            np.dot(self.w_down, r_above, out=v_a1)
            np.multiply(v, self.attenuation, out=post)
            phi(post, post)
            np.subtract(r, post, out=post)
            post *= share
            self.w_10.advance(post_1, r_0)
            self.w_up.advance(post_above, r_1)
            self.w_pi.advance(np.multiply(v_a1, -share, out=self.post_a), r_i)
            np.multiply(u_2, DT * G_SOMATIC, out=current[N_2:])
            u *= self.keep
            v *= self.gain
            u += v
            u_above += current
            v_a1 *= DT * G_APICAL
            u_1 += v_a1
            np.subtract(x, r_0, out=self.scratch_0)
            self.scratch_0 *= DT / TAU_0
            r_0 += self.scratch_0

    def state(self):
        w_up, w_down = self.w_up.weights, self.w_down
        values = [self.w_10.weights, w_up[:N_2], w_down[:, :N_2], w_up[N_2:], w_down[:, N_2:]]
        names = ["soma.1", "soma.2", "interneuron.1"]
        somata = dict(zip(names, np.split(self.u, [N_1, N_1 + N_2])))
        return {**dict(zip(SHAPES, values)), **somata}


given = arguments(__doc__.splitlines()[0])
loop = (Stacked if given.stacked else Plain)(given.dtype)
report(loop.present, loop.state, given, "numpy_stacked" if given.stacked else "numpy")
