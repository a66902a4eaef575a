//! One copy of equal values, for what thousands of records share.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Values that are shared by all that are equal.
pub(crate) struct Pool<T: ?Sized>(LazyLock<Mutex<Kept<T>>>);

struct Kept<T: ?Sized> {
    values: HashSet<Arc<T>>,
    /// As many values as are looked through for those that nobody has any more.
    limit: usize,
}

impl<T: ?Sized + Eq + Hash> Pool<T> {
    /// One without values.
    pub(crate) const fn new() -> Self {
        Self(LazyLock::new(|| {
            Mutex::new(Kept {
                values: HashSet::new(),
                limit: 64,
            })
        }))
    }

    /// The copy of `value` that all share.
    pub(crate) fn shared(&self, value: Arc<T>) -> Arc<T> {
        // Whatever a thread that panicked left is whole.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.values.get(&value) {
            return known.clone();
        }
        if kept.values.len() >= kept.limit {
            kept.values.retain(|value| Arc::strong_count(value) > 1);
            kept.limit = 64.max(2 * kept.values.len());
        }
        kept.values.insert(value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_and_those_of_nobody_go() {
        let pool: Pool<str> = Pool::new();
        let first = pool.shared("a".into());
        assert!(Arc::ptr_eq(&first, &pool.shared("a".into())));
        for n in 0..1000 {
            pool.shared(n.to_string().into());
        }
        assert!(Arc::ptr_eq(&first, &pool.shared("a".into())));
        let kept = pool.0.lock().expect("no panic");
        assert!(kept.values.len() <= 65, "{}", kept.values.len());
    }
}
