#!/usr/bin/env python3
"""The loop in JAX: jit and scan over the 1000 steps of a presentation, state donated. Prints JSON.

    python3 -m venv /path/to/venv && /path/to/venv/bin/pip install -r scripts/bench/requirements.txt
    /path/to/venv/bin/python scripts/bench/jax_loop.py [--no-split] [--stacked] [--dtype float64]

Increments are summed apart from the weights and folded in after every presentation, as single
precision needs; --no-split leaves that out. With --stacked, matrices that share an input are one array and one
product, and phi is taken of all potentials at once.
"""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NPROC"]:
    os.environ[name] = "1"
for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
    os.environ.pop(name, None)

from functools import partial

import jax
import jax.numpy as jnp

from circuit import *

given = arguments(__doc__.splitlines()[0], split_is_there=True)
IS_SPLIT = not given.no_split
jax.config.update("jax_enable_x64", given.dtype == "float64")
SHARE = DT / TAU_W


def phi(u):
    return GAMMA * jnp.logaddexp(BETA * (u - THETA), 0.0)


class Plain:
    """A matrix, a product and a transfer function at a time."""

    # Steps in one pass of the compiled loop: of 1, 2, 4 and 10 the fastest.
    UNROLL = 2
    RATES = [ETA_10, ETA_21, ETA_IP, ETA_PI]

    @staticmethod
    def pack(w_10, w_21, w_12, w_ip, w_pi):
        """The fixed matrix and the plastic ones."""
        return w_12, [w_10, w_21, w_ip, w_pi]

    @staticmethod
    def unpack(w_12, plastic):
        w_10, w_21, w_ip, w_pi = plastic
        return w_10, w_21, w_12, w_ip, w_pi

    @staticmethod
    def rest():
        return tuple(jnp.zeros(n, given.dtype) for n in [N_1, N_2, N_2])

    @staticmethod
    def step(w_12, plastic, x, target, r_0, u):
        """Potentials of t + dt, and (post, pre) of every plastic matrix at t."""
        w_10, w_21, w_ip, w_pi = plastic
        u_1, u_2, u_i = u
        # Rates and dendrites of time t (eqs. 3-5).
        r_1, r_2, r_i = phi(u_1), phi(u_2), phi(u_i)
        v_b1, v_b2, v_i = w_10 @ r_0, w_21 @ r_1, w_ip @ r_1
        v_a1 = w_12 @ r_2 + w_pi @ r_i
        # Induction of plasticity (eqs. 7-9).
        induction = [
            (r_1 - phi(ATTENUATION_1 * v_b1), r_0),
            (r_2 - phi(ATTENUATION_2 * v_b2), r_1),
            (r_i - phi(ATTENUATION_I * v_i), r_1),
            (-v_a1, r_i),
        ]
        # Somata (eqs. 1 and 2).
        u = (
            KEEP_1 * u_1 + DT * (G_BASAL * v_b1 + G_APICAL * v_a1),
            KEEP_2 * u_2 + DT * (G_BASAL * v_b2 + G_SOMATIC * target),
            KEEP_I * u_i + DT * (G_DENDRITIC * v_i + G_SOMATIC * u_2),
        )
        return u, induction


def per_neuron(hidden, output, interneuron):
    return np.repeat(np.array([hidden, output, interneuron], given.dtype), [N_1, N_2, N_2])


class Stacked:
    """Potentials lie in one array [u_1, u_2, u_I], and W_21 and W^IP in another."""

    UNROLL = 4
    RATES = [ETA_10, per_neuron(0.0, ETA_21, ETA_IP)[N_1:, None], ETA_PI]
    KEEP = per_neuron(KEEP_1, KEEP_2, KEEP_I)
    GAIN = per_neuron(DT * G_BASAL, DT * G_BASAL, DT * G_DENDRITIC)
    ATTENUATION = per_neuron(ATTENUATION_1, ATTENUATION_2, ATTENUATION_I)

    @staticmethod
    def pack(w_10, w_21, w_12, w_ip, w_pi):
        return w_12, [w_10, jnp.vstack([w_21, w_ip]), w_pi]

    @staticmethod
    def unpack(w_12, plastic):
        w_10, w_up, w_pi = plastic
        return w_10, w_up[:N_2], w_12, w_up[N_2:], w_pi

    @staticmethod
    def rest():
        return jnp.zeros(N_1 + 2 * N_2, given.dtype)

    @staticmethod
    def step(w_12, plastic, x, target, r_0, u):
        w_10, w_up, w_pi = plastic
        r, u_2 = phi(u), u[N_1 : N_1 + N_2]
        r_1, r_2, r_i = r[:N_1], r[N_1 : N_1 + N_2], r[N_1 + N_2 :]
        v = jnp.concatenate([w_10 @ r_0, w_up @ r_1])
        v_a1 = w_12 @ r_2 + w_pi @ r_i
        post = r - phi(Stacked.ATTENUATION * v)
        induction = [(post[:N_1], r_0), (post[N_1:], r_1), (-v_a1, r_i)]
        currents = [DT * G_APICAL * v_a1, DT * G_SOMATIC * target, DT * G_SOMATIC * u_2]
        return Stacked.KEEP * u + Stacked.GAIN * v + jnp.concatenate(currents), induction


Form = Stacked if given.stacked else Plain


def step(w_12, weights, x, target, carry, _):
    r_0, u, increments, filters = carry
    plastic = [w + a for w, a in zip(weights, increments)] if IS_SPLIT else increments
    u, induction = Form.step(w_12, plastic, x, target, r_0, u)
    increments = [a + DT * rate * d for a, rate, d in zip(increments, Form.RATES, filters)]
    filters = [
        (1.0 - SHARE) * d + (SHARE * post)[:, None] * pre[None, :]
        for d, (post, pre) in zip(filters, induction)
    ]
    return (r_0 + DT / TAU_0 * (x - r_0), u, increments, filters), None


@partial(jax.jit, donate_argnums=0)
def present(state, x, target):
    w_12, weights, r_0, u, increments, filters = state
    carry = (r_0, u, increments if IS_SPLIT else weights, filters)
    body = partial(step, w_12, weights, x, target)
    carry, _ = jax.lax.scan(body, carry, None, length=N_STEPS, unroll=Form.UNROLL)
    r_0, u, increments, filters = carry
    if not IS_SPLIT:
        return w_12, increments, r_0, u, [], filters
    folded = [w + a for w, a in zip(weights, increments)]
    rests = [a - (new - w) for a, new, w in zip(increments, folded, weights)]
    return w_12, folded, r_0, u, rests, filters


class Loop:
    def __init__(self):
        weights, inputs, targets = start(given.dtype)
        self.patterns = [(jnp.asarray(x), jnp.asarray(u)) for x, u in zip(inputs, targets)]
        w_12, plastic = Form.pack(*map(jnp.array, weights.values()))
        zeros = lambda: [jnp.zeros_like(w) for w in plastic]
        increments = zeros() if IS_SPLIT else []
        r_0 = jnp.zeros(N_0, given.dtype)
        self.now = (w_12, plastic, r_0, Form.rest(), increments, zeros())

    def present(self, pattern):
        self.now = present(self.now, *self.patterns[pattern])
        jax.block_until_ready(self.now)

    def state(self):
        w_12, plastic, _, u = self.now[:4]
        u = jnp.concatenate(u) if isinstance(u, tuple) else u
        somata = zip(["soma.1", "soma.2", "interneuron.1"], jnp.split(u, [N_1, N_1 + N_2]))
        return {**dict(zip(SHAPES, Form.unpack(w_12, plastic))), **dict(somata)}


loop = Loop()
name = "jax" + ("_stacked" if given.stacked else "") + ("" if IS_SPLIT else "_without_split")
report(loop.present, loop.state, given, name)
