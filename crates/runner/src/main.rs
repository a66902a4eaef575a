//! The program `apical`.

use std::process::ExitCode;

/// Short-lived arrays dominate candle's time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(
    unsafe_code,
    reason = "the environment is set before there is a second thread"
)]
fn main() -> ExitCode {
    // A run has one thread; runs are what is done in parallel. candle asks for its number of threads
    // before every product, and without the first variable it reads /proc/cpuinfo each time: a step
    // of 64-100-10 then takes six times as long.
    // SAFETY: no other thread runs yet.
    unsafe {
        std::env::set_var("RAYON_NUM_THREADS", "1");
        std::env::set_var("CANDLE_NUM_THREADS", "1");
    }
    apical::main()
}
