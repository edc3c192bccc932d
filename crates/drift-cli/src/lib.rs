//! The command line of drift.
//!
//! `commands/` parses, calls one operation and hands its report to `ui/`; `ops/` does the work that needs
//! several crates, and knows neither clap nor the terminal; `env.rs` alone reads the process.
//! Invariants: the result goes to stdout and everything else to stderr; in JSON mode stdout carries exactly
//! one document, whatever happens; the exit code follows from the error code in one place, `error.rs`.

mod args;
mod commands;
mod env;
mod error;
mod logging;
mod ops;
mod panics;
mod shell;
mod signals;
mod suggest;
mod ui;
mod usage;

use std::ffi::OsString;

use clap::Parser as _;

pub use env::Env;

use crate::shell::Shell;
use crate::ui::{Settings, Ui};

/// Runs one command line, program name first, and returns the exit code.
pub fn run(mut env: Env, args: Vec<OsString>) -> u8 {
    panics::install_hook();
    let args = args::prepare(args);
    let streams = env.take_streams();
    match args::Cli::try_parse_from(&args) {
        Ok(cli) => {
            let ui = Ui::new(Settings::resolve(&cli.global, &env), streams);
            let result = panics::guard(|| {
                let shell = Shell::new(&ui, cli.global, env, command_line(&args))?;
                commands::run(cli.command, &shell)
            });
            ui.conclude(result)
        }
        Err(error) => {
            let ui = Ui::new(Settings::scan(&args, &env), streams);
            let result = panics::guard(|| usage::answer(&error, &args, &ui));
            ui.conclude(result)
        }
    }
}

/// The command line as typed, with the program by its plain name.
fn command_line(args: &[OsString]) -> String {
    let words = args.iter().skip(1).map(|arg| arg.to_string_lossy());
    std::iter::once("drift".into()).chain(words).collect::<Vec<_>>().join(" ")
}
