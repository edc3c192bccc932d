//! The `drift` binary. Everything it does is in the library, so that tests can call it too.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(drift_cli::run(drift_cli::Env::from_process(), std::env::args_os().collect()))
}
