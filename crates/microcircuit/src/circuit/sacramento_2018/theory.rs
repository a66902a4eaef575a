//! What theory says of the circuit's updates.

/// The factor by which the negative gradient is multiplied to give the update of layer `k`, in the limit of weak
/// coupling, with a self-predicting circuit and feedback that is the forward transpose:
///
///   λ_N Π_{j=k}^{N−1} λ_j (1 − λ_I,j) / Π_{j=k}^{N} α_j
///
/// for the loss whose output delta is φ′(u_N)(u_trgt − u_N). `mixing` holds λ_j and `interneuron`
/// λ_I,j of hidden layers (index `j − 1`); `attenuation` holds α_j of layers 1…N (index `j − 1`).
/// With δ_j = u_j − v̂_B,j self-prediction gives u_{k+1} − u^I_k = (1 − λ_I) δ_{k+1}, hence
/// v_A,k = W_{k,k+1} [φ(u_{k+1}) − φ(u_{k+1} − (1 − λ_I) δ_{k+1})].
pub fn update_factor(
    k: usize,
    nudging: f64,
    mixing: &[f64],
    interneuron: &[f64],
    attenuation: &[f64],
) -> f64 {
    let passed: f64 = mixing[k - 1..]
        .iter()
        .zip(&interneuron[k - 1..])
        .map(|(lambda, lambda_i)| lambda * (1.0 - lambda_i))
        .product();
    nudging * passed / attenuation[k - 1..].iter().product::<f64>()
}
