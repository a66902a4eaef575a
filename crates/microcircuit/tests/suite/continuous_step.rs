//! A step of neurons against the equations, on every instruction set.

use apical_kernels::{Curve, InstructionSet, Real, Strip, Transfer};
use apical_microcircuit::circuit::sacramento_2018::step::{
    Constants, NeuronStep, NeuronStrips, NotedStrips,
};
use pulp::{Simd, WithSimd};

const CURVES: [Transfer; 4] = [
    Transfer::Logistic,
    Transfer::Tanh,
    Transfer::Relu,
    Transfer::Softplus {
        gamma: 0.1,
        beta: 1.3,
        theta: 3.0,
    },
];
/// A value of neuron `i`, other for every `what`.
fn value(what: usize, i: usize) -> f64 {
    3.0 * ((7 * what + 5 * i) as f64).sin()
}

fn constants(i: usize) -> Constants<f64> {
    let near_half = |what| 0.5 + 0.1 * value(what, i);
    Constants {
        keep: near_half(10),
        of_dendrite: near_half(11),
        of_other: near_half(12),
        of_noise: near_half(13),
        attenuation: near_half(14),
        mask: f64::from(!i.is_multiple_of(5)),
    }
}

fn strip<T: Real>(n: usize, what: usize) -> Strip<T> {
    let mut strip = Strip::zeros(n);
    (0..n).for_each(|i| strip[i] = T::of(value(what, i)));
    strip
}

struct Step<T> {
    n: usize,
    transfer: Transfer,
    now: NeuronStep<T>,
}

impl<T: Real> WithSimd for Step<T> {
    /// Somata, rates, and in slot 1 rates before and both factors.
    type Output = (bool, [Strip<T>; 5]);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let n = self.n;
        let [mut soma, mut rate, mut dendrite, mut other, mut noise] =
            [0, 1, 2, 3, 4].map(|what| strip(n, what));
        let mut noted = [(); 6].map(|()| Strip::zeros(n));
        let constant = |of: fn(Constants<f64>) -> f64| {
            let mut strip = Strip::zeros(n);
            (0..n).for_each(|i| strip[i] = T::of(of(constants(i))));
            strip
        };
        let mut constants = Constants {
            keep: constant(|c| c.keep),
            of_dendrite: constant(|c| c.of_dendrite),
            of_other: constant(|c| c.of_other),
            of_noise: constant(|c| c.of_noise),
            attenuation: constant(|c| c.attenuation),
            mask: constant(|c| c.mask),
        };
        let [a, b, c, d, e, f] = noted.each_mut().map(|strip| strip.cells());
        let slot = |rate_before, post, post_of_other| NotedStrips {
            rate_before,
            post,
            post_of_other,
        };
        let strips = NeuronStrips {
            soma: soma.cells(),
            rate: rate.cells(),
            dendrite: dendrite.cells(),
            other: other.cells(),
            noise: noise.cells(),
            constants: constants.cells(),
            noted: [slot(a, b, c), slot(d, e, f)],
        };
        let curve = Curve::new(self.transfer);
        let is_within = strips.bind().step(simd, &curve, self.now);
        let [_, _, _, before, post, of_other] = noted;
        (is_within, [soma, rate, before, post, of_other])
    }
}

fn check<T: Real>(bound: f64) {
    for (set, transfer) in
        (InstructionSet::all().into_iter()).flat_map(|set| CURVES.map(|own| (set, own)))
    {
        for (n, is_noisy, is_noted) in [
            (16, false, false),
            (32, true, true),
            (48, false, true),
            (80, true, false),
        ] {
            let scale = 0.3;
            let step = Step {
                n,
                transfer,
                now: NeuronStep {
                    noted: is_noted.then_some((T::of(scale), 1)),
                    is_noisy,
                    limit: T::of(100.0),
                },
            };
            let (is_within, found) = set.run(step);
            assert!(is_within);
            for i in 0..n {
                let c = constants(i);
                let [u, r, v, other, z] = [0, 1, 2, 3, 4].map(|what| value(what, i));
                let noise = if is_noisy { z } else { 0.0 };
                let soma = c.keep * u + c.of_dendrite * v + c.of_other * other + c.of_noise * noise;
                let rate = c.mask * transfer.rate(soma);
                let post = scale * (r - transfer.rate(c.attenuation * v));
                let noted = match is_noted {
                    true => [r, post, -scale * other],
                    false => [0.0; 3],
                };
                let [before, post, of_other] = noted;
                let expected = [soma, rate, before, post, of_other];
                for (found, expected) in found.iter().zip(expected) {
                    let error = (found[i].wide() - expected).abs();
                    assert!(error < bound, "{set:?} {transfer:?} {i}: {expected}");
                }
            }
        }
    }
}

#[test]
fn a_step_of_neurons_is_that_of_the_equations() {
    check::<f64>(1e-12);
    check::<f32>(1e-5);
}

#[test]
fn a_soma_beyond_the_limit_is_found() {
    for set in InstructionSet::all() {
        let step = Step {
            n: 80,
            transfer: Transfer::Relu,
            now: NeuronStep {
                noted: None,
                is_noisy: false,
                limit: 0.5,
            },
        };
        assert!(!set.run(step).0);
    }
}
