//! Changes in place, after the backward pass.

use apical_kernels::{Real, add_scaled};
use candle_core::{CpuStorage, InplaceOp2, InplaceOp3, Layout, Result};

use super::{dtype, values, values_mut, with_element};

/// a ← a + factor · b.
pub(crate) struct AddScaled {
    pub(crate) factor: f64,
}

impl InplaceOp2 for AddScaled {
    fn name(&self) -> &'static str {
        "add_scaled"
    }

    fn cpu_fwd(
        &self,
        a: &mut CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<()> {
        with_element!(dtype(b), "add_scaled", T => {
            let b = values::<T>(b, b_layout)?;
            add_scaled(values_mut::<T>(a, a_layout)?, T::of(self.factor), b);
            Ok(())
        })
    }
}

/// m ← keep · m + gain · g: velocities and first moments.
pub(crate) struct FollowGradient {
    pub(crate) keep: f64,
    pub(crate) gain: f64,
}

impl InplaceOp2 for FollowGradient {
    fn name(&self) -> &'static str {
        "follow_gradient"
    }

    fn cpu_fwd(
        &self,
        m: &mut CpuStorage,
        m_layout: &Layout,
        g: &CpuStorage,
        g_layout: &Layout,
    ) -> Result<()> {
        with_element!(dtype(g), "follow_gradient", T => {
            let (keep, gain) = (T::of(self.keep), T::of(self.gain));
            let g = values::<T>(g, g_layout)?;
            for (m, &g) in values_mut::<T>(m, m_layout)?.iter_mut().zip(g) {
                *m = keep * *m + gain * g;
            }
            Ok(())
        })
    }
}

/// s ← keep · s + (1 − keep) · (scale · g)²: second moments.
pub(crate) struct FollowSquare {
    pub(crate) keep: f64,
    pub(crate) scale: f64,
}

impl InplaceOp2 for FollowSquare {
    fn name(&self) -> &'static str {
        "follow_square"
    }

    fn cpu_fwd(
        &self,
        s: &mut CpuStorage,
        s_layout: &Layout,
        g: &CpuStorage,
        g_layout: &Layout,
    ) -> Result<()> {
        with_element!(dtype(g), "follow_square", T => {
            let (keep, gain) = (T::of(self.keep), T::of(1.0 - self.keep));
            let scale = T::of(self.scale);
            let g = values::<T>(g, g_layout)?;
            for (s, &g) in values_mut::<T>(s, s_layout)?.iter_mut().zip(g) {
                let g = scale * g;
                *s = keep * *s + gain * (g * g);
            }
            Ok(())
        })
    }
}

/// a ← a + factor · (m · m_correction) / (√(s · s_correction) + ε).
pub(crate) struct AddNormalised {
    pub(crate) factor: f64,
    pub(crate) m_correction: f64,
    pub(crate) s_correction: f64,
    pub(crate) epsilon: f64,
}

impl InplaceOp3 for AddNormalised {
    fn name(&self) -> &'static str {
        "add_normalised"
    }

    fn cpu_fwd(
        &self,
        a: &mut CpuStorage,
        a_layout: &Layout,
        m: &CpuStorage,
        m_layout: &Layout,
        s: &CpuStorage,
        s_layout: &Layout,
    ) -> Result<()> {
        with_element!(dtype(m), "add_normalised", T => {
            let factor = T::of(self.factor);
            let m_correction = T::of(self.m_correction);
            let s_correction = T::of(self.s_correction);
            let epsilon = T::of(self.epsilon);
            let m = values::<T>(m, m_layout)?;
            let s = values::<T>(s, s_layout)?;
            for ((a, &m), &s) in values_mut::<T>(a, a_layout)?.iter_mut().zip(m).zip(s) {
                let root = (s * s_correction).sqrt();
                *a += factor * (m * m_correction / (root + epsilon));
            }
            Ok(())
        })
    }
}
