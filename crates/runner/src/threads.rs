//! One thread to a run.

/// Says so to the libraries that make threads of their own.
#[expect(
    unsafe_code,
    reason = "the environment is set before there is a second thread"
)]
pub(crate) fn one_each() {
    // Runs are what is done in parallel. candle asks for its number of threads before every product,
    // and without the first variable it reads /proc/cpuinfo each time: a step of 64-100-10 then takes
    // six times as long.
    // SAFETY: the program has just begun, and no other thread runs yet.
    unsafe {
        std::env::set_var("RAYON_NUM_THREADS", "1");
        std::env::set_var("CANDLE_NUM_THREADS", "1");
    }
}
