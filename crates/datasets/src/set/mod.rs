//! The data sets: a file each, which says all of its set, and a line that lists it.

use crate::{AnyDataKind, Documented};

/// Declares the modules, and the list of the kinds that each holds as `KIND`.
macro_rules! sets {
    ($($set:ident),* $(,)?) => {
        $(pub mod $set;)*

        /// The kinds of this crate, in the order of listings.
        pub(crate) static KINDS: &[&dyn AnyDataKind] = &[$(&Documented(&$set::KIND)),*];
    };
}

sets!(
    digits,
    yin_yang,
    mnist,
    fashion_mnist,
    kmnist,
    emnist_digits,
    teacher_student,
    csv,
    npz,
);
