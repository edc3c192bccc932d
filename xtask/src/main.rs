//! `cargo xtask`: the checks and measurements of drift, on every system and without other tools.
//!
//! This file only dispatches. Whatever a check in CI says can be asked at home with the same command.
//! Knows nothing about drift's crates: it reads their sources and runs their binary, so that it builds in seconds.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a command for developers talks to its terminal and reads its own environment"
)]

mod bench;
mod ci;
mod crash;
mod generate;
mod project;
mod release;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  ci [--skip STEP]...            what must pass before a merge: test, fmt, clippy, tidy, docs
  tidy [--bless]                 the rules of the house; --bless records new migrations as released
  bench [ROW]... [--scale S]     the release binary against other tools, in alternating pairs
  schema [--check]               write what is made from types: docs/schema, the reference of settings
  man [--check | --dir DIR]      write docs/cli.md, or the manual pages and completions of a release
  release-check [--dev]          the built binary end to end, and whether versions, changelog and files agree
  crash [SCENARIO]... [--quick]  kill or fail the binary at each of its system calls (Linux, strace)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("--help", [].as_slice()),
    };
    let outcome = match command {
        "ci" => ci::run(rest),
        "tidy" => tidy::run(rest),
        "bench" => bench::run(rest),
        "crash" => crash::run(rest),
        "schema" => generate::schema(rest),
        "man" => generate::man(rest),
        "release-check" => release::run(rest),
        // What `bench` starts as processes of their own.
        "bench-run" => bench::run_release(rest),
        "measure-one" => bench::measure_one(rest),
        "peer" => bench::run_peer(rest),
        "help" | "-h" | "--help" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(anyhow::anyhow!("no such command: {other}\n\n{USAGE}")),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
