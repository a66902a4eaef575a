//! A panic within one piece of work becomes its error, so that other work goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;

/// The program itself failed; nothing is known of the learner.
#[derive(Debug, thiserror::Error)]
#[error("the program failed within this run: {0}; please report this")]
pub(crate) struct Panicked(String);

/// Does `work`; a panic becomes [`Panicked`].
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Panicked(text.unwrap_or_else(|| "no message".into())).into())
    })
}
