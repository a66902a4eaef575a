//! Angles, norms and signs of updates, in double precision.

use ndarray::ArrayView2;

/// Norms at or below this give no angle: there is nothing to measure.
///
/// It catches what vanishes, also through underflow, and no more: it lies far below the rounding of
/// any learner, whose size depends on the numbers that the learner added up and is not known here.
/// An angle of an update that consists of rounding is therefore given as measured; the norm ratio
/// beside it tells how small the update is.
pub const NORM_FLOOR: f64 = 1e-30;

/// Inner product and squared norms of two lists of matrices, read as one long vector each.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Products {
    /// ⟨a, b⟩.
    pub ab: f64,
    /// ⟨a, a⟩.
    pub aa: f64,
    /// ⟨b, b⟩.
    pub bb: f64,
}

impl Products {
    /// The products of `a` and `b`, which have the same shape.
    pub fn of(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Self {
        let mut sum = Self::default();
        ndarray::Zip::from(a).and(b).for_each(|&a, &b| {
            sum.ab += a * b;
            sum.aa += a * a;
            sum.bb += b * b;
        });
        sum
    }

    /// The products of two longer vectors, each made of these and those of `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            ab: self.ab + other.ab,
            aa: self.aa + other.aa,
            bb: self.bb + other.bb,
        }
    }

    /// ∠(a, b) in degrees: arccos of the clipped cosine; an error names the vector that is too
    /// short to have a direction.
    pub fn angle_degrees(self) -> Result<f64, String> {
        let (a, b) = self.norms()?;
        Ok((self.ab / (a * b)).clamp(-1.0, 1.0).acos().to_degrees())
    }

    /// ‖a‖ / ‖b‖.
    pub fn norm_ratio(self) -> Result<f64, String> {
        self.norms().map(|(a, b)| a / b)
    }

    fn norms(self) -> Result<(f64, f64), String> {
        let (a, b) = (self.aa.sqrt(), self.bb.sqrt());
        for (norm, what) in [(a, "the learner's"), (b, "the reference's")] {
            if !norm.is_finite() {
                return Err(format!("{what} norm is {norm}"));
            }
            if norm <= NORM_FLOOR {
                return Err(format!("{what} norm {norm:e} is not above {NORM_FLOOR:e}"));
            }
        }
        Ok((a, b))
    }
}

/// Share of the entries, among those where neither is zero, whose signs agree.
pub fn sign_agreement(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> (u64, u64) {
    let (mut agree, mut all) = (0, 0);
    ndarray::Zip::from(a).and(b).for_each(|&a, &b| {
        if a != 0.0 && b != 0.0 {
            all += 1;
            agree += u64::from((a > 0.0) == (b > 0.0));
        }
    });
    (agree, all)
}

/// The mean over rows of the Euclidean norm of each row.
pub fn mean_row_norm(rows: ArrayView2<'_, f64>) -> f64 {
    let norms: f64 = rows
        .rows()
        .into_iter()
        .map(|row| row.dot(&row).sqrt())
        .sum();
    norms / rows.nrows() as f64
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn angle(a: &ndarray::Array2<f64>, b: &ndarray::Array2<f64>) -> Result<f64, String> {
        Products::of(a.view(), b.view()).angle_degrees()
    }

    #[test]
    fn angles_of_known_vectors() {
        let a = array![[1.0, 0.0]];
        assert!((angle(&a, &array![[1.0, 1.0]]).expect("both have a norm") - 45.0).abs() < 1e-12);
        assert!((angle(&a, &array![[0.0, 3.0]]).expect("both have a norm") - 90.0).abs() < 1e-12);
        assert!((angle(&a, &array![[-2.0, 0.0]]).expect("both have a norm") - 180.0).abs() < 1e-12);
    }

    #[test]
    fn a_vanishing_or_broken_vector_has_no_angle() {
        let a = array![[1.0, 0.0]];
        let zero = angle(&array![[0.0, 0.0]], &a).expect_err("no direction");
        assert!(zero.contains("the learner's norm 0e0"), "{zero}");
        assert!(angle(&a, &array![[f64::NAN, 1.0]]).is_err());
    }

    #[test]
    fn signs_are_compared_where_both_have_one() {
        let a = array![[1.0, -2.0, 0.0, 3.0]];
        let b = array![[2.0, 1.0, 5.0, 1.0]];
        assert_eq!(sign_agreement(a.view(), b.view()), (2, 3));
    }

    #[test]
    fn row_norms_are_averaged() {
        assert!((mean_row_norm(array![[3.0, 4.0], [0.0, 1.0]].view()) - 3.0).abs() < 1e-15);
    }
}
