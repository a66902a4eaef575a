//! Losses, summed over the samples of a minibatch.

use candle_core::{D, Result, Tensor};

/// ½ Σ ‖r_trgt − r_N‖²; both `[n_samples, n_outputs]`.
pub(crate) fn squared_error(rates: &Tensor, target_rates: &Tensor) -> Result<Tensor> {
    target_rates.sub(rates)?.sqr()?.sum_all()? * 0.5
}

/// −Σ log softmax(u_N) of the labelled class; both `[n_samples, n_outputs]`, the labels as ones
/// among zeros.
pub(crate) fn cross_entropy(potentials: &Tensor, labels: &Tensor) -> Result<Tensor> {
    // Shifting by a constant changes neither value nor gradient, and keeps exp finite.
    let largest = potentials.max_keepdim(D::Minus1)?.detach();
    let shifted = potentials.broadcast_sub(&largest)?;
    let log_total = shifted.exp()?.sum_keepdim(D::Minus1)?.log()?;
    log_total.sum_all()? - shifted.mul(labels)?.sum_all()?
}

/// Σ −r_N · (u_trgt − u_N), the last factor held constant: the loss whose output delta is the
/// circuit's own, φ′(u_N)(u_trgt − u_N). All `[n_samples, n_outputs]`.
pub(crate) fn potential_error(
    rates: &Tensor,
    potentials: &Tensor,
    target_potentials: &Tensor,
) -> Result<Tensor> {
    let error = target_potentials.sub(&potentials.detach())?;
    rates.mul(&error)?.sum_all()?.neg()
}
