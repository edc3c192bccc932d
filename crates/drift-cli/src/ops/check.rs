//! Check: what is wrong with how the projects fit together, judged per project and over the workspace.
//!
//! Manifests are read afresh and nothing is written, unless the result is to be kept: then under `writer.lock`, in
//! one transaction with the event and the context.

mod compare;
mod explain;
mod judge;
mod policy;
mod record;
mod view;

use std::collections::BTreeSet;
use std::path::Path;

use drift_db::{Database, DatabaseKind, LockName, Need, lock_exclusive};
use drift_discover::{CheckInput, Examined, Git, Head, RepoPath, Tree, check, find_top};

use super::base::BaseOptions;
use super::project::{Known, find};
use super::scan::{self, Record, Rehash, ScanOptions};
use super::workspace::{Workspace, unfinished};
use super::{Session, Warning, tree};
use crate::error::CommandError;

pub(crate) use explain::{RuleReport, explain};
pub(crate) use policy::Policy;
pub(crate) use view::{CheckReport, FindingView, ResultView};

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct CheckOptions {
    /// How the tree is read, and how it is scanned where a result is kept of projects that no scan has seen.
    pub(crate) scan: ScanOptions,
    pub(crate) base: BaseOptions,
    pub(crate) policy: Policy,
    pub(crate) scope: Scope,
    pub(crate) keep: Keep,
    /// Only these projects, by id, path or name; none for all.
    pub(crate) projects: Vec<String>,
}

/// Which findings are told and judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    All,
    /// Those that the earlier result does not have.
    NewOnly,
}

/// What becomes of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Nothing,
    Record,
    /// Recorded, and what this branch is measured by from now on.
    Baseline,
}

/// What git and the CI provider say of the state that is checked.
#[derive(Clone, Debug, Default)]
struct Revision {
    commit: Option<String>,
    /// `None` outside git, and where nobody names one.
    branch: Option<String>,
    pull_request: bool,
    in_git: bool,
}

/// `drift workspace check`.
pub(crate) fn run(session: &Session<'_>, options: &CheckOptions) -> Result<CheckReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let root = workspace.paths.root().to_path_buf();
    let tree = tree::read(session, &root, &options.scan.tree, Examined::Manifests)?;
    session.check()?;
    let revision = Revision::read(&root, &options.base)?;
    let shown = selection(&tree, &options.projects)?;
    warn_of_strangers(session, &tree, &options.policy);
    let input =
        CheckInput { graph: &tree.graph, facts: &tree.facts, owners: &tree.owners, problems: &tree.problems };
    let mut findings = check(input);
    judge::place(&root, &mut findings);
    let below_top = below_top(&root);
    session.check()?;
    if options.keep == Keep::Nothing {
        let database = workspace.reader(DatabaseKind::Drift)?;
        let earlier = compare::find(&database, &tree, &root, &revision, &options.base)?;
        warn_if_everything_is_new(session, options.scope, &earlier);
        let asked = judge::Asked { policy: &options.policy, scope: options.scope, shown: shown.as_ref() };
        return Ok(CheckReport { below_top, ..judge::judge(&tree, &findings, &earlier, asked) });
    }
    if options.keep == Keep::Baseline && revision.in_git && revision.branch.is_none() {
        return Err(CommandError::usage("no branch is checked out, so nothing says whose baseline this is")
            .with_hint("check out a branch first; in CI the provider names it"));
    }
    let writer = lock_exclusive(&workspace.paths, LockName::Writer, &session.lock_request())?;
    workspace.inspection.check_before_writing(
        session.databases.startup,
        session.interrupt.shared(),
        &writer,
    )?;
    let database = workspace.inspection.writer(DatabaseKind::Drift, &writer)?;
    let database = database.ok_or_else(|| unfinished(&root))?;
    scan_if_needed(session, &workspace, &database, &tree, options)?;
    let earlier = compare::find(&database, &tree, &root, &revision, &options.base)?;
    warn_if_everything_is_new(session, options.scope, &earlier);
    // All of it is kept, whatever is shown.
    let all = judge::Asked { policy: &options.policy, scope: Scope::All, shown: None };
    let whole = judge::judge(&tree, &findings, &earlier, all);
    let baseline = record::record(session, &database, &whole, &earlier, &revision, options.keep)?;
    let shown = judge::Asked { scope: options.scope, shown: shown.as_ref(), ..all };
    let report = judge::judge(&tree, &findings, &earlier, shown);
    Ok(CheckReport { recorded: true, baseline, below_top, ..report })
}

impl Revision {
    fn read(root: &Path, base: &BaseOptions) -> Result<Revision, CommandError> {
        let in_git = find_top(root).is_some();
        // Without git a check is as good; it then says nothing of a commit.
        let head = if in_git { Git::new(root).head().unwrap_or_default() } else { Head::default() };
        let ci = base.ci.as_ref().filter(|_| in_git);
        let of_ci = ci.and_then(|ci| Some(ci.branch.as_ref()?.value.clone()));
        let pull_request = ci.is_some_and(|ci| ci.pull_request);
        // A build often has no branch checked out; of a pull request the provider names the source.
        let branch = if pull_request { of_ci.or(head.branch) } else { head.branch.or(of_ci) };
        Ok(Revision { commit: head.commit, branch, pull_request, in_git })
    }
}

/// Overrides for what is no project here do nothing, which is hardly ever meant.
fn warn_of_strangers(session: &Session<'_>, tree: &Tree, policy: &Policy) {
    let paths = tree.graph.projects.iter().map(|project| project.path.to_string());
    let mut known: BTreeSet<String> = paths.collect();
    for project in &tree.graph.projects {
        known.insert(project.id.to_string());
        known.extend(project.name.clone());
    }
    for (section, name) in policy.named_projects().filter(|(_, name)| !known.contains(*name)) {
        session.warn(
            Warning::new(
                "config.unknown_project",
                format!("`{section}` names `{name}`, which is no project"),
            )
            .with_hint("see `drift workspace projects`"),
        );
    }
}

/// The path of the root in its git work tree.
fn below_top(root: &Path) -> RepoPath {
    let below = find_top(root)
        .and_then(|top| RepoPath::new(root.strip_prefix(top).ok()?.to_str()?.replace('\\', "/")));
    below.unwrap_or_default()
}

/// The places of the projects that are asked for.
fn selection(tree: &Tree, wanted: &[String]) -> Result<Option<BTreeSet<usize>>, CommandError> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let paths: Vec<String> = tree.graph.projects.iter().map(|project| project.path.to_string()).collect();
    let known: Vec<Known<'_>> = (tree.graph.projects.iter().zip(&paths))
        .map(|(project, path)| Known { id: &project.id.0, path, name: project.name.as_deref() })
        .collect();
    wanted.iter().map(|given| find(given, &known)).collect::<Result<_, _>>().map(Some)
}

/// A result names projects by their keys, which a scan gives them; one that no scan has seen is scanned first.
fn scan_if_needed(
    session: &Session<'_>,
    workspace: &Workspace,
    database: &Database,
    tree: &Tree,
    options: &CheckOptions,
) -> Result<(), CommandError> {
    let stored = database.read(drift_db::store::graph::projects)?;
    let stored: BTreeSet<&str> = stored.iter().map(|row| row.id.as_str()).collect();
    let fresh: BTreeSet<&str> = tree.graph.projects.iter().map(|project| project.id.0.as_str()).collect();
    if stored == fresh {
        return Ok(());
    }
    session.note("projects came or went since the last scan; they are scanned first");
    let options = ScanOptions { rehash: Rehash::Changed, ..options.scan.clone() };
    let paths = &workspace.paths;
    let known = scan::Known::read(session, paths.root(), &options, database)?;
    scan::store(session, paths, || Ok(known), || Ok(database), &options, "scan", Record::IfChanged).map(drop)
}

fn warn_if_everything_is_new(session: &Session<'_>, scope: Scope, earlier: &compare::Earlier) {
    if scope == Scope::NewOnly && earlier.against.is_none() {
        let message = "there is no earlier result to compare with, so everything is new";
        session.warn(Warning::new("check.no_baseline", message).with_hint(
            "keep one with `drift workspace check --baseline` on the base branch, or with `--record`",
        ));
    }
}
