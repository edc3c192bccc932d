//! `drift workspace affected`: the projects that changes touch, for scripts that build and test only those.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::options;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS};
use crate::ops;
use crate::ops::affected::{AffectedReport, AffectedView, Changes, ReasonView, Uncommitted};
use crate::ops::config::Anchor;
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text, Tone, human, styled};

/// A list of changed files that is longer is a mistake.
const MAX_LIST_BYTES: u64 = 1 << 30;

/// List the projects that changes touch
///
/// Prints one project path per line. By default the changes are those since the merge base of HEAD with its
/// base branch, up to the work tree: committed, staged, unstaged and untracked. A project is affected if it
/// owns a changed file, uses a package that a lock file changed, is concerned by a global file, or depends on
/// an affected project.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace affected
  drift workspace affected --base origin/main --explain
  drift workspace affected -0 | xargs -0 -n1 make -C
  git diff --name-only HEAD~3 | drift workspace affected --files -")]
pub(crate) struct Args {
    /// Count changes since REV and HEAD were the same [env: DRIFT_BASE]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Compare the base with the commit REV, not with the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Look only at what differs from HEAD, staged or not
    #[arg(long, conflicts_with_all = ["base", "head"])]
    uncommitted: bool,
    /// Look only at files that git neither tracks nor ignores; with --uncommitted, at both
    #[arg(long, conflicts_with_all = ["base", "head"])]
    untracked: bool,
    /// Take these files as the changed ones; `-` reads a list, relative to the root, from stdin
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = ["head", "uncommitted", "untracked", "since_scan"]
    )]
    files: Vec<PathBuf>,
    /// Look at what changed since the last scan
    #[arg(long, conflicts_with_all = ["base", "head", "uncommitted", "untracked"])]
    since_scan: bool,
    /// Follow dependents N steps; 0 lists only what the changes touch directly
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// Show the base, and why each project is affected
    #[arg(long)]
    explain: bool,
    /// Exit with 3 if any project is affected
    #[arg(long)]
    exit_code: bool,
    /// End each path with a NUL byte instead of a line feed
    #[arg(short = '0', long, conflicts_with = "explain")]
    null: bool,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let style = match (args.explain, args.null) {
        (true, _) => Style::Explained,
        (_, true) => Style::Null,
        _ => Style::Lines,
    };
    let exit = if args.exit_code { EXIT_FOUND_PROBLEMS } else { 0 };
    let (base, depth) = (args.base.clone(), args.depth);
    let options = options::affected(&config, shell, base, changes(args, shell)?, depth);
    let report = ops::affected::run(&shell.session_with(&config), &options)?;
    shell.ui.report(&View { report, style, exit })
}

fn changes(args: Args, shell: &Shell<'_>) -> Result<Changes, CommandError> {
    let uncommitted = match (args.uncommitted, args.untracked) {
        (true, true) => Some(Uncommitted::Both),
        (true, false) => Some(Uncommitted::Tracked),
        (false, true) => Some(Uncommitted::Untracked),
        (false, false) => None,
    };
    if let Some(which) = uncommitted {
        return Ok(Changes::Uncommitted(which));
    }
    if args.since_scan {
        return Ok(Changes::LastScan);
    }
    if let Some(name) = args.head {
        return Ok(Changes::Head(name));
    }
    if args.files.is_empty() {
        return Ok(Changes::WorkTree);
    }
    let (dash, named): (Vec<_>, Vec<_>) = args.files.into_iter().partition(|path| path == Path::new("-"));
    let listed = if dash.is_empty() { Vec::new() } else { records(&shell.stdin(MAX_LIST_BYTES)?) };
    Ok(Changes::Files { named, listed })
}

/// The paths of a list: what `-z` of git ends with NUL bytes, or lines.
fn records(list: &[u8]) -> Vec<Vec<u8>> {
    let end = if list.contains(&0) { b'\0' } else { b'\n' };
    let records = list.split(|&b| b == end).map(|record| match end {
        b'\n' => record.strip_suffix(b"\r").unwrap_or(record),
        _ => record,
    });
    records.filter(|record| !record.is_empty()).map(<[u8]>::to_vec).collect()
}

#[derive(Clone, Copy, Debug)]
enum Style {
    Lines,
    Null,
    Explained,
}

#[derive(schemars::JsonSchema, serde::Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: AffectedReport,
    #[serde(skip)]
    style: Style,
    /// If anything is affected.
    #[serde(skip)]
    exit: u8,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.affected/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let affected = &self.report.affected;
        match self.style {
            Style::Explained => explain(&self.report, out),
            // One directory can hold several projects.
            Style::Lines => {
                let paths: BTreeSet<_> = affected.iter().map(|project| &project.path).collect();
                paths.into_iter().try_for_each(|path| out.line(path))
            }
            Style::Null => {
                let paths: BTreeSet<_> = affected.iter().map(|project| &project.dir).collect();
                paths.into_iter().try_for_each(|path| {
                    let bytes = if path.is_root() { b"." } else { path.as_bytes() };
                    out.raw([bytes, b"\0"].concat())
                })
            }
        }
    }

    fn exit(&self) -> u8 {
        if self.report.affected.is_empty() { 0 } else { self.exit }
    }
}

fn explain(report: &AffectedReport, out: &mut Text) -> io::Result<()> {
    let base = &report.base;
    let what = match (&base.rev, &base.name, &base.scanned_at) {
        (_, _, Some(at)) => format!("the scan of {}", human::moment(at)),
        (Some(rev), Some(name), _) => format!("{rev} (merge base with {name})"),
        (Some(rev), None, _) => rev.clone(),
        (None, _, _) => "none".to_owned(),
    };
    out.line(format_args!("Base: {what}, by the rule {}", base.rule))?;
    out.line(format_args!("Changed files: {}", report.changed_files.len()))?;
    for project in &report.affected {
        out.blank()?;
        title(project, out)?;
        project.reasons.iter().try_for_each(|reason| out.line(format_args!("  {}", sentence(reason))))?;
    }
    Ok(())
}

fn title(project: &AffectedView, out: &mut Text) -> io::Result<()> {
    match &project.name {
        Some(name) => out.line(format_args!("{} ({name})", styled(Tone::Heading, &project.id))),
        None => out.line(styled(Tone::Heading, &project.id)),
    }
}

fn sentence(reason: &ReasonView) -> String {
    match reason {
        ReasonView::File { file, change } => format!("{file} was {change}"),
        ReasonView::Global { file, pattern, named_by: None } => {
            format!("{file} concerns every project, by the pattern {pattern}")
        }
        ReasonView::Global { file, pattern, named_by: Some(by) } => {
            format!("{file} concerns every project, by the pattern {pattern} of {by}")
        }
        ReasonView::Lockfile { file, packages } => {
            let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
            format!("{file} changed {}, which it uses", names.join(", "))
        }
        ReasonView::LockfileEverything { file, because } => format!("{file} changed: {because}"),
        ReasonView::Deleted { project, edge } => format!("depended on {project}, which is gone ({edge})"),
        ReasonView::Dependency { project, edge } => format!("depends on {project} ({edge})"),
    }
}
