//! The program `apical`.

use std::process::ExitCode;

/// Short-lived arrays dominate candle's time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    apical::Program::standard().allocator("mimalloc").run()
}
