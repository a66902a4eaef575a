//! Element-by-element kernels.

use apical_kernels::{
    InstructionSet, Transfer, add_scaled, all_finite, mix, rate_difference, rates, scaled_product,
    subtract, times_slope,
};

const ALL: [Transfer; 4] = [
    Transfer::Logistic,
    Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    },
    Transfer::Tanh,
    Transfer::Relu,
];

fn on_every_instruction_set(test: impl Fn()) {
    for set in InstructionSet::all() {
        set.scope(&test);
    }
}

#[test]
fn rates_agree_with_the_plain_transfer_functions() {
    on_every_instruction_set(check_rates);
}

fn check_rates() {
    let u: Vec<f64> = (-2000..2000).map(|i| f64::from(i) / 50.0).collect();
    let narrow: Vec<f32> = u.iter().map(|&u| u as f32).collect();
    for transfer in ALL {
        let mut r = vec![0.0; u.len()];
        rates(transfer, &u, &mut r);
        for (&u, r) in u.iter().zip(&r) {
            assert!((r - transfer.rate(u)).abs() < 1e-14, "{transfer:?} at {u}");
        }
        let mut r = vec![0.0; u.len()];
        rates(transfer, &narrow, &mut r);
        for (&u, r) in narrow.iter().zip(&r) {
            let bound = 3e-7 * transfer.rate(u).abs().max(1.0);
            assert!((r - transfer.rate(u)).abs() < bound, "{transfer:?} at {u}");
        }
    }
}

#[test]
fn rates_are_the_same_bits_wherever_multiply_adds_are_fused() {
    let u: Vec<f64> = (-2000..2000).map(|i| f64::from(i) / 37.0).collect();
    let narrow: Vec<f32> = u.iter().map(|&u| u as f32).collect();
    for transfer in ALL {
        let of_set = |set: &InstructionSet| {
            let (mut double, mut single) = (vec![0.0; u.len()], vec![0.0; u.len()]);
            set.scope(|| {
                rates(transfer, &u, &mut double);
                rates(transfer, &narrow, &mut single);
            });
            (double, single)
        };
        let fused = InstructionSet::all().split_off(1);
        let found: Vec<_> = fused.iter().map(of_set).collect();
        assert!(found.windows(2).all(|two| two[0] == two[1]), "{transfer:?}");
    }
}

#[test]
fn slopes_agree_with_those_of_the_plain_transfer_functions() {
    on_every_instruction_set(|| {
        let u: Vec<f64> = (-200..201).map(|i| f64::from(i) / 20.0).collect();
        for transfer in ALL {
            let mut r = vec![0.0; u.len()];
            rates(transfer, &u, &mut r);
            let mut x = vec![3.0; u.len()];
            times_slope(transfer, (&u, &r), 0.5, &mut x);
            for (&u, x) in u.iter().zip(x) {
                let expected = 1.5 * transfer.slope(u);
                assert!((x - expected).abs() < 1e-14, "{transfer:?} at {u}");
            }
        }
    });
}

#[test]
fn a_broken_potential_stays_broken() {
    on_every_instruction_set(|| {
        for transfer in ALL {
            let mut r = [0.0_f32];
            rates(transfer, &[f32::NAN], &mut r);
            assert!(r[0].is_nan(), "{transfer:?}");
        }
    });
}

#[test]
fn non_finite_values_are_found_anywhere() {
    on_every_instruction_set(check_all_finite);
}

fn check_all_finite() {
    for n in [1, 31, 32, 33, 100] {
        let mut values = vec![1.0_f32; n];
        assert!(all_finite(&values));
        for i in 0..n {
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                values[i] = bad;
                assert!(!all_finite(&values), "{bad} at {i} of {n}");
            }
            values[i] = 1.0;
        }
    }
}

#[test]
fn linear_kernels() {
    on_every_instruction_set(check_linear);
}

fn check_linear() {
    let (a, b) = ([1.0, 2.0], [10.0, 20.0]);
    let mut out = [0.0; 2];
    mix(2.0, &a, 0.5, &b, &mut out);
    assert_eq!(out, [7.0, 14.0]);
    rate_difference(&b, &a, 0.1, &mut out);
    assert_eq!(out, [0.1 * 9.0, 0.1 * 18.0]);
    subtract(&b, &a, &mut out);
    assert_eq!(out, [9.0, 18.0]);
    add_scaled(&mut out, -1.0, &a);
    assert_eq!(out, [8.0, 16.0]);
    scaled_product(0.5, &a, &b, &mut out);
    assert_eq!(out, [5.0, 20.0]);
}

#[test]
fn factors_of_saturated_neurons_are_normal_numbers_or_zero() {
    on_every_instruction_set(|| {
        // Long enough for vectors, and a rest.
        let of = |value: f32| [value; 70];
        let (smallest, nan) = (f32::MIN_POSITIVE, f32::NAN);
        for (scale, expected) in [(0.4, 0.0), (-0.4, 0.0), (2.0, 2.0 * smallest)] {
            let mut out = of(1.0);
            rate_difference(&of(smallest), &of(0.0), scale, &mut out);
            assert_eq!(out, of(expected), "difference times {scale}");
            scaled_product(scale, &of(smallest), &of(1.0), &mut out);
            assert_eq!(out, of(expected), "product times {scale}");
            out = of(smallest);
            times_slope(Transfer::Relu, (&of(1.0), &of(1.0)), scale, &mut out);
            assert_eq!(out, of(expected), "slope times {scale}");
        }
        let mut out = of(1.0);
        times_slope(Transfer::Logistic, (&of(0.0), &of(smallest)), 0.4, &mut out);
        assert_eq!(out, of(0.0), "slope of a saturated neuron");
        rate_difference(&of(nan), &of(0.0), 0.4, &mut out);
        assert!(
            out.iter().all(|x| x.is_nan()),
            "what is broken stays broken"
        );
    });
}
