//! What fast code is tested against: the equations written out, one file a form.
//!
//! The plain loop in continuous time ([`super::continuous`]'s `form`) is not here: it is no oracle alone
//! but carries minibatches, sweeps and the adaptive integrator. It is held against [`continuous`] too.

pub(crate) mod continuous;
pub(crate) mod two_step;

pub use continuous::Oracle;
