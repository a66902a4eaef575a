//! The losses that the references descend, and how much they fall.
//!
//! Of the `squared_error` it is ½‖r* − r_N‖² per sample; of the `potential` ∫ φ′(v)(v − u*) dv from u* to u_N, summed over
//! outputs, whose slope is the output delta φ′(u_N)(u* − u_N). Falls are computed as such, not as differences of losses, so that
//! small ones keep their digits.

use apical_kernels::Transfer;
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

use crate::{Batch, ForwardPass, OutputError};

/// −∂L/∂u_N per sample, `[n_samples, n_N]`.
pub(super) fn output_delta(pass: &ForwardPass, of: OutputError, batch: Batch<'_>) -> Array2<f64> {
    let n = pass.potentials.len();
    let (now, targets) = match of {
        OutputError::Potential => (&pass.potentials[n - 1], batch.target_potentials),
        OutputError::SquaredError => (&pass.rates[n], batch.target_rates),
    };
    (targets.mapv(f64::from) - now) * pass.slope(n)
}

/// The mean loss over samples at output potentials `u`, `[n_samples, n_N]`.
pub(super) fn loss(
    transfer: Transfer,
    of: OutputError,
    u: ArrayView2<'_, f64>,
    batch: Batch<'_>,
) -> f64 {
    let falls = match of {
        OutputError::Potential => falls(
            transfer,
            of,
            u,
            batch.target_potentials.mapv(f64::from).view(),
            batch,
        ),
        OutputError::SquaredError => {
            let mut sums = Array1::zeros(u.nrows());
            for (sum, (u, target)) in sums
                .iter_mut()
                .zip(u.rows().into_iter().zip(batch.target_rates.rows()))
            {
                let pairs = u.iter().zip(target);
                *sum = pairs
                    .map(|(u, t)| (f64::from(*t) - transfer.rate(*u)).powi(2) / 2.0)
                    .sum();
            }
            sums
        }
    };
    falls.mean().unwrap_or(0.0)
}

/// How much the loss of every sample falls from output potentials `from` to `to`, `[n_samples]`.
pub(super) fn falls(
    transfer: Transfer,
    of: OutputError,
    from: ArrayView2<'_, f64>,
    to: ArrayView2<'_, f64>,
    batch: Batch<'_>,
) -> Array1<f64> {
    let targets = match of {
        OutputError::Potential => batch.target_potentials,
        OutputError::SquaredError => batch.target_rates,
    };
    let mut falls = Array2::zeros(from.dim());
    Zip::from(&mut falls)
        .and(from)
        .and(to)
        .and(targets)
        .for_each(|fall, &from, &to, &target| {
            let target = f64::from(target);
            *fall = match of {
                OutputError::SquaredError => {
                    let (from, to) = (transfer.rate(from), transfer.rate(to));
                    (to - from) * (target - (from + to) / 2.0)
                }
                OutputError::Potential => integral(to, from, |v| transfer.slope(v) * (v - target)),
            };
        });
    falls.sum_axis(Axis(1))
}

/// ∫ f from `low` to `high`, by Gauss and Legendre's rule of three points on each of eight equal parts.
fn integral(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    const N_PARTS: usize = 8;
    const NODE: f64 = 0.774_596_669_241_483_4;
    let half = (high - low) / (2.0 * N_PARTS as f64);
    let part = |index: usize| {
        let middle = low + half * (2 * index + 1) as f64;
        8.0 * f(middle) + 5.0 * (f(middle - half * NODE) + f(middle + half * NODE))
    };
    (0..N_PARTS).map(part).sum::<f64>() * half / 9.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_integrates_polynomials_of_degree_five() {
        let found = integral(-1.0, 2.0, |x| 6.0 * x.powi(5) + x);
        assert!((found - (63.0 + 1.5)).abs() < 1e-12, "{found}");
    }

    /// Logistic: ∫ φ′(v)(v − u*) dv = φ(u)(u − u*) − log(1 + eᵘ) + log(1 + e^{u*}).
    #[test]
    fn the_loss_of_the_potential_error_is_its_integral() {
        let (u, target) = (1.7, -2.0_f64);
        let u_and_target = [ndarray::array![[u]], ndarray::array![[target]]];
        let single = ndarray::array![[target as f32]];
        let rates = single.mapv(|u| Transfer::Logistic.rate(u));
        let batch = Batch {
            inputs: single.view(),
            target_potentials: single.view(),
            target_rates: rates.view(),
            labels: None,
        };
        let rate = Transfer::Logistic.rate(u);
        let expected = rate * (u - target) - u.exp().ln_1p() + target.exp().ln_1p();
        let found = loss(
            Transfer::Logistic,
            OutputError::Potential,
            u_and_target[0].view(),
            batch,
        );
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        let squared = (f64::from(rates[[0, 0]]) - rate).powi(2) / 2.0;
        let found = loss(
            Transfer::Logistic,
            OutputError::SquaredError,
            u_and_target[0].view(),
            batch,
        );
        assert!((found - squared).abs() < 1e-12, "{found} {squared}");
        // A fall is the difference of losses.
        let to = ndarray::array![[1.2]];
        for of in OutputError::ALL {
            let fall = falls(
                Transfer::Logistic,
                of,
                u_and_target[0].view(),
                to.view(),
                batch,
            )[0];
            let difference = loss(Transfer::Logistic, of, u_and_target[0].view(), batch)
                - loss(Transfer::Logistic, of, to.view(), batch);
            assert!(
                (fall - difference).abs() < 1e-6,
                "{of:?} {fall} {difference}"
            );
        }
    }
}
