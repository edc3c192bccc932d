//! `cargo xtask bench`: the release binary against tools that answer the same question.
//!
//! Absolute times belong to a machine, so every figure that counts is a ratio of two runs that followed each other.
//! What is measured, against what, and how good it must be is the table in `bench/rows.rs`.
//! A row whose command or peer does not exist is skipped, and says so.

mod beside;
mod database;
mod discovery;
mod generate;
mod measure;
mod peers;
mod place;
mod prose;
mod report;
mod rows;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::project;
use measure::measure_row;
use place::{Place, Scale};

pub(crate) use generate::tree as generate_tree;
pub(crate) use measure::measure_one;
pub(crate) use peers::run as run_peer;

pub(crate) const USAGE: &str = "\
Usage: cargo xtask bench [ROW]... [--scale small|100mb|1gb|full|huge] [--runs N] [--json] [--list]

Trees and databases are generated once per scale, under target/bench, and reused.
100mb and 1gb have the tree of small and databases of that size; full and huge have large trees.
";

struct Options {
    /// All if empty.
    rows: Vec<String>,
    scale: Scale,
    /// Pairs per peer; by default as many as a few seconds allow.
    runs: Option<usize>,
    is_json: bool,
}

/// Builds what is measured and ourselves in release mode, then lets the release build do the work.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    if arguments.iter().any(|argument| argument == "--list") {
        print!("{}", rows::list());
        return Ok(ExitCode::SUCCESS);
    }
    parse(arguments)?;
    let drift = project::build("drift-cli", "drift", project::Profile::Release)?;
    let helper = project::build_example("drift-db", "bench_database")?;
    let xtask = project::build("xtask", "xtask", project::Profile::Release)?;
    let mut command = Command::new(&xtask);
    command.arg("bench-run").arg(drift).arg(helper).args(arguments);
    let status = command.status().with_context(|| format!("cannot run {}", xtask.display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The work itself: the paths of the drift binary and of the helper, then the arguments of `bench`.
pub(crate) fn run_release(arguments: &[String]) -> Result<ExitCode> {
    let [drift, helper, arguments @ ..] = arguments else { bail!("bench-run needs two binaries") };
    let options = parse(arguments)?;
    let place = Place::prepare(drift.into(), helper.into(), options.scale)?;
    let mut report = report::Report::new(options.scale, &place);
    let all = options.rows.is_empty();
    for row in rows::all().filter(|row| all || options.rows.iter().any(|name| name == row.name)) {
        eprintln!("bench: {}", row.name);
        let results = if beside::ROWS.iter().any(|other| other.name == row.name) {
            beside::measure(row, &place, options.runs)
        } else {
            measure_row(row, &place, options.runs)
        };
        report.add(row, results);
    }
    print!("{}", if options.is_json { report.json() } else { report.text() });
    Ok(if report.all_met() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn parse(arguments: &[String]) -> Result<Options> {
    let mut options = Options { rows: Vec::new(), scale: Scale::SMALL, runs: None, is_json: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--scale" => {
                let name = rest.next().map_or("", String::as_str);
                options.scale =
                    Scale::named(name).with_context(|| format!("no such scale: {name:?}\n\n{USAGE}"))?;
            }
            "--runs" => {
                let number = rest.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                options.runs = Some(number.context("--runs takes a positive number")?);
            }
            "--json" => options.is_json = true,
            name if rows::all().any(|row| row.name == name) => options.rows.push(name.to_owned()),
            other => bail!("no such row or option: {other}\n\n{USAGE}\nRows:\n{}", rows::list()),
        }
    }
    Ok(options)
}
