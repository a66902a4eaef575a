//! Several tests at once.

/// The p values `p` adjusted so that, with probability 0.95, none that is false of all is at most 0.05; in
/// the order of `p`.
///
/// The i-th smallest of m becomes the largest of (m − j + 1) · p_j over j ≤ i, and at most 1. Source: Holm
/// (1979).
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![1.0; p.len()];
    let mut most = 0.0_f64;
    for (rank, index) in order.into_iter().enumerate() {
        most = most.max((p.len() - rank) as f64 * p[index]).min(1.0);
        adjusted[index] = most;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::holm;

    #[test]
    fn a_family_by_hand() {
        assert_eq!(holm(&[0.25, 0.015625, 0.0625]), [0.25, 0.046875, 0.125]);
        // What is smaller takes what is larger along.
        assert_eq!(holm(&[0.25, 0.1875, 0.25]), [0.5625, 0.5625, 0.5625]);
        assert_eq!(holm(&[0.75, 0.75]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
