//! Normal variates: the integers behind them, and their distribution.

use apical_kernels::{InstructionSet, Normals, next_integers};
use pulp::{Simd, WithSimd};

fn stream(seed: u32) -> Normals {
    let mut n = seed;
    Normals::new(|| {
        n = n.wrapping_mul(0x9e37_79b9).wrapping_add(0x7f4a_7c15);
        n ^ (n >> 15)
    })
}

fn sample(n: usize) -> Vec<f32> {
    let mut values = vec![0.0; n];
    // Short pieces, as the steps of a simulation ask for them.
    let mut normals = stream(1);
    values.chunks_mut(96).for_each(|chunk| normals.fill(chunk));
    values
}

#[test]
fn the_integers_are_those_of_xoshiro128_plus_plus() {
    // The reference implementation's first outputs from the state 1, 2, 3, 4.
    struct First<'a>(&'a mut [u32]);
    impl WithSimd for First<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let mut s = [1, 2, 3, 4].map(|word| simd.splat_u32s(word));
            for out in self.0 {
                let mut lanes = vec![0; S::U32_LANES];
                simd.partial_store_u32s(&mut lanes, next_integers(simd, &mut s));
                *out = lanes[0];
            }
        }
    }
    for set in InstructionSet::all() {
        let mut found = [0; 4];
        set.run(First(&mut found));
        assert_eq!(found, [641, 1_573_767, 3_222_811_527, 3_517_856_514]);
    }
}

#[test]
fn variates_agree_on_every_instruction_set() {
    let expected = InstructionSet::Plain.scope(|| sample(960));
    for set in InstructionSet::all() {
        let found = set.scope(|| sample(960));
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 2e-6, "{set}: {found} {expected}");
        }
    }
}

#[test]
fn variates_are_the_same_bits_wherever_multiply_adds_are_fused() {
    let fused = InstructionSet::all().split_off(1);
    let found: Vec<_> = fused.iter().map(|set| set.scope(|| sample(960))).collect();
    assert!(found.windows(2).all(|two| two[0] == two[1]));
}

#[test]
fn moments_and_tails_are_those_of_the_normal_distribution() {
    let values = sample(96 * 20_000);
    let n = values.len() as f64;
    let moment = |p: i32| values.iter().map(|&z| f64::from(z).powi(p)).sum::<f64>() / n;
    for (p, expected, variance) in [
        (1, 0.0, 1.0),
        (2, 1.0, 2.0),
        (3, 0.0, 15.0),
        (4, 3.0, 96.0),
        (6, 15.0, 10_170.0),
    ] {
        let error = (moment(p) - expected) / (variance / n).sqrt();
        assert!(
            error.abs() < 4.0,
            "moment {p} is off by {error} standard errors"
        );
    }
    for (z, share) in [
        (1.0, 0.158_655_25),
        (2.0, 0.022_750_13),
        (3.0, 0.001_349_898),
    ] {
        let found = values.iter().filter(|&&v| f64::from(v) > z).count() as f64 / n;
        let error = (found - share) / (share / n).sqrt();
        assert!(error.abs() < 4.0, "beyond {z}: {found}, expected {share}");
    }
}

#[test]
fn variates_do_not_depend_on_earlier_ones_nor_on_their_neighbours() {
    let values = sample(96 * 10_000);
    let bound = 4.5 / (values.len() as f64).sqrt();
    // Within a draw, between lanes, from draw to draw and from step to step.
    for lag in [1, 2, 8, 15, 16, 17, 31, 32, 33, 48, 64, 96, 97, 192] {
        let (of_values, of_squares) =
            values
                .iter()
                .zip(&values[lag..])
                .fold((0.0, 0.0), |(linear, square), (&a, &b)| {
                    let (a, b) = (f64::from(a), f64::from(b));
                    (linear + a * b, square + (a * a - 1.0) * (b * b - 1.0) / 2.0)
                });
        let n = (values.len() - lag) as f64;
        assert!(
            (of_values / n).abs() < bound,
            "lag {lag}: {}",
            of_values / n
        );
        assert!(
            (of_squares / n).abs() < bound,
            "lag {lag}, squares: {}",
            of_squares / n
        );
    }
}

#[test]
fn a_stream_goes_on_where_it_stopped() {
    let (mut whole, mut pieces) = ([0.0; 128], [0.0; 128]);
    stream(3).fill(&mut whole);
    let mut normals = stream(3);
    pieces.chunks_mut(32).for_each(|piece| normals.fill(piece));
    assert_eq!(whole, pieces);
    let mut other = [0.0; 128];
    stream(4).fill(&mut other);
    assert_ne!(whole, other);
}
