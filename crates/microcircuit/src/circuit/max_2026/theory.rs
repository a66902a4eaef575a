//! What theory says of the circuit's updates.

/// The factor by which the negative gradient of ½‖r_trgt − r_N‖² is multiplied to give the update of layer `k`, where
/// lateral connections are one to one, feedback is the forward transpose, and presynaptic rates are
/// those of the bottom-up pass or the coupling is weak:
///
///   λ_T Π_{j=k}^{N−1} λ_D,j / Π_{j=k}^{N} α_j
///
/// `error_mixing` holds λ_D,j of hidden layers and `attenuation` α_j of layers 1…N, at index `j − 1`.
/// With δ_k = −∂L/∂u_k of the network u_j = α_j W_j r_{j−1}, e_N = λ_T δ_N and e_k = (λ_D,k / α_{k+1})
/// (e_{k+1} / δ_{k+1}) δ_k, whereas the gradient with respect to W_{k,k−1} is α_k δ_k r_{k−1}ᵀ.
pub fn update_factor(k: usize, nudging: f64, error_mixing: &[f64], attenuation: &[f64]) -> f64 {
    let passed: f64 = error_mixing[k - 1..].iter().product();
    nudging * passed / attenuation[k - 1..].iter().product::<f64>()
}
