//! How large feedback is that keeps the length of an error, while it is no transpose of anything.
//!
//! Independent entries of B_{k,k+1}, of variance b², take an error of length ‖e_{k+1}‖ to one of
//! √(n_k b² ⟨φ′²⟩) ‖e_{k+1}‖, which is the same where ‖B‖² = n_k n_{k+1} b² = n_{k+1} / ⟨φ′²⟩. Potentials of a
//! deep network at its start spread by √q, with q = g² ⟨φ(√q z)²⟩ for a Gaussian z and g² = ‖W‖² / n_{k+1};
//! the slopes are taken there. Source: the mean-field theory of Poole et al. (2016) and Schoenholz et al.
//! (2017), with feedback in place of the transpose.

use apical_kernels::Transfer;

/// ‖B_{k,k+1}‖ for ‖W_{k+1,k}‖ and n_{k+1}.
pub(super) fn norm(transfer: Transfer, forward: f64, n_above: usize) -> f64 {
    /// Rates of a function that nothing bounds may grow from layer to layer; slopes do not then.
    const LARGEST: f64 = 1e6;
    let n_above = n_above as f64;
    let gain = forward * forward / n_above;
    let mut spread = 1.0_f64;
    for _ in 0..60 {
        let next = gain * mean(|z| transfer.rate(spread.sqrt() * z).powi(2));
        let is_settled = (next - spread).abs() <= 1e-9 * spread;
        spread = next.min(LARGEST);
        if is_settled {
            break;
        }
    }
    let slopes = mean(|z| transfer.slope(spread.sqrt() * z).powi(2));
    (n_above / slopes).sqrt()
}

/// The mean over a standard normal z; none of its places is 0, where φ may have two slopes.
fn mean(f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 0.25;
    let weights = (-32..32)
        .map(|i| STEP * (f64::from(i) + 0.5))
        .map(|z| (z, (-0.5 * z * z).exp()));
    let (sum, total) = weights.fold((0.0, 0.0), |(sum, total), (z, weight)| {
        (sum + weight * f(z), total + weight)
    });
    sum / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_those_of_a_gaussian() {
        assert!((mean(|z| z * z) - 1.0).abs() < 1e-12);
        assert!((mean(|z| z.powi(4)) - 3.0).abs() < 1e-10);
        assert!((mean(f64::cos) - (-0.5_f64).exp()).abs() < 1e-12);
    }

    #[test]
    fn slopes_are_those_of_potentials_that_spread_as_in_a_deep_network() {
        // Half of the slopes of ReLU are 1, whatever the spread.
        let relu = norm(Transfer::Relu, 30.0, 50);
        assert!((relu - 10.0).abs() < 1e-9, "{relu}");
        // Small weights leave tanh at its slope of 1.
        let tanh = norm(Transfer::Tanh, 0.5 * 50.0_f64.sqrt(), 50);
        assert!((tanh - 50.0_f64.sqrt()).abs() < 1e-3, "{tanh}");
        // U(±√(6/25)·2) of 50 inputs: q = 5.8554, √⟨φ′²⟩ = 0.157892, by another program.
        let logistic = norm(Transfer::Logistic, 4.0 * 50.0_f64.sqrt(), 50);
        assert!(
            (logistic - 50.0_f64.sqrt() / 0.157_892_172).abs() < 1e-4,
            "{logistic}"
        );
    }
}
