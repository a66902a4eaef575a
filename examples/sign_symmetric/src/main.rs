//! `apical` with a learner of one's own: all commands, specifications and reports know it.

use std::process::ExitCode;

use sign_symmetric::SIGN_SYMMETRIC;

fn main() -> ExitCode {
    apical::Program::standard().learner(&SIGN_SYMMETRIC).run()
}
