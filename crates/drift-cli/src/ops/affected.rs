//! Affected: which projects the changes since a base touch, and why.
//!
//! Manifests are read afresh, from the work tree or from the commit that is asked about; nothing is written.
//! The database is needed only where the last scan is what changes are counted from.

mod last_scan;
mod view;

use std::path::{Path, PathBuf};

use drift_db::{DatabaseKind, Need, canonical};
use drift_discover::{
    AffectedInput, ChangeKind, ChangedFile, DiskSource, Examined, Git, Problem, ProjectGraph, RepoPath,
    RevisionSource, Source, Tree, TreeOptions, discover, is_lock_file,
};
use jiff::Timestamp;

use super::base::{self, BaseOptions};
use super::workspace::Workspace;
use super::{Session, Warning, tree};
use crate::error::CommandError;

pub(crate) use view::{AffectedReport, AffectedView, BaseView, ReasonView};

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct AffectedOptions {
    pub(crate) tree: TreeOptions,
    pub(crate) base: BaseOptions,
    pub(crate) changes: Changes,
    /// Patterns of files that concern every project.
    pub(crate) globals: Vec<String>,
    /// How many steps of dependents are followed; `None` for all.
    pub(crate) depth: Option<usize>,
}

/// Where the changes come from.
#[derive(Clone, Debug)]
pub(crate) enum Changes {
    /// From the base up to the work tree.
    WorkTree,
    /// From the base up to a revision.
    Head(String),
    /// What is not committed.
    Uncommitted(Uncommitted),
    /// These files, relative to the current directory (`named`) or to the root (`listed`).
    Files { named: Vec<PathBuf>, listed: Vec<Vec<u8>> },
    /// Since the last scan.
    LastScan,
}

/// Which of the files that are not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uncommitted {
    Tracked,
    Untracked,
    Both,
}

/// `drift workspace affected`.
pub(crate) fn run(session: &Session<'_>, options: &AffectedOptions) -> Result<AffectedReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let root = workspace.paths.root().to_path_buf();
    let git = Git::new(&root);
    let head = match &options.changes {
        Changes::Head(name) => Some(Commit::read(&git, &git.commit(name)?, options)?),
        _ => None,
    };
    let told = compare(session, &workspace, &git, options)?;
    // Only what is stored of a file is compared with its metadata.
    let examined = if told.is_some() { Examined::Manifests } else { Examined::Files };
    let tree = match head {
        Some(_) => Tree::default(),
        None => tree::read(session, &root, &options.tree, examined)?,
    };
    let disk = DiskSource::new(&root, &tree.files);
    let (source, graph): (&dyn Source, _) = match &head {
        Some(head) => (&head.source, &head.graph),
        None => (&disk, &tree.graph),
    };
    session.check()?;

    let found = match told {
        Some(found) => found,
        None => since_scan(session, &mut workspace, &git, &tree, options)?,
    };
    let base = match &found.against {
        Against::Nothing => None,
        Against::Commit(commit) => {
            Some(Before::at(&git, commit, &found.changed, &tree, head.is_some(), options)?)
        }
        Against::Scan(before) => Some(Before::Scan(before)),
    };
    session.check()?;
    let (affected, problems) = drift_discover::affected(&AffectedInput {
        head: (source, graph),
        base: base.as_ref().map(|base| base.side(graph)),
        changed: &found.changed,
        globals: &options.globals,
        depth: options.depth,
    });
    for Problem { code, message, file, .. } in &problems {
        session.warn(Warning::new(code, format!("{file}: {message}")));
    }
    let problems = head.as_ref().map_or(&tree.problems, |head| &head.problems);
    Ok(view::report(found.base, &found.changed, &affected, graph, problems))
}

/// What differs, and what it is compared with.
struct Found {
    base: BaseView,
    changed: Vec<ChangedFile>,
    against: Against,
}

enum Against {
    Nothing,
    /// The id of a commit.
    Commit(String),
    Scan(Box<last_scan::LastScan>),
}

/// Finds the changes that the options ask for; `None` if they are those since the last scan.
fn compare(
    session: &Session<'_>,
    workspace: &Workspace,
    git: &Git,
    options: &AffectedOptions,
) -> Result<Option<Found>, CommandError> {
    let head = match &options.changes {
        Changes::LastScan => return Ok(None),
        Changes::Uncommitted(which) => return uncommitted(git, *which).map(Some),
        Changes::Files { named, listed } => {
            let changed = listed_files(session, workspace.paths.root(), named, listed)?;
            // Nobody says what these files are compared with, unless the flag does.
            let named = BaseOptions { flag: options.base.flag.clone(), ..BaseOptions::default() };
            let base = match named.flag {
                Some(_) => base::resolve(session, git, "HEAD", &named)?,
                None => None,
            };
            return Ok(Some(match base {
                Some(base) => {
                    Found { against: Against::Commit(base.commit.clone()), base: base.into(), changed }
                }
                None => Found { base: BaseView::of_rule("files"), against: Against::Nothing, changed },
            }));
        }
        Changes::WorkTree => "HEAD",
        Changes::Head(name) => name,
    };
    let Some(base) = base::resolve(session, git, head, &options.base)? else {
        // The last scan is of the work tree, which a comparison of commits leaves out.
        if matches!(options.changes, Changes::Head(_)) {
            return Err(CommandError::usage(format!("nothing says what `{head}` is to be compared with"))
                .with_hint("name a revision with --base"));
        }
        return Ok(None);
    };
    let changed = match &options.changes {
        Changes::Head(name) => git.changed_between(&base.commit, &git.commit(name)?)?,
        _ => git.changed_since(&base.commit)?,
    };
    Ok(Some(Found { against: Against::Commit(base.commit.clone()), base: base.into(), changed }))
}

fn uncommitted(git: &Git, which: Uncommitted) -> Result<Found, CommandError> {
    let head = git.head()?.commit.ok_or_else(|| {
        CommandError::usage("nothing is committed yet").with_hint("commit first, or use --since-scan")
    })?;
    let changed = match which {
        Uncommitted::Tracked => git.tracked_since(&head)?,
        Uncommitted::Untracked => git.untracked()?,
        Uncommitted::Both => git.changed_since(&head)?,
    };
    let rule = if which == Uncommitted::Untracked { "untracked" } else { "uncommitted" };
    let base = BaseView { rev: Some(head.clone()), ..BaseView::of_rule(rule) };
    Ok(Found { base, changed, against: Against::Commit(head) })
}

fn since_scan(
    session: &Session<'_>,
    workspace: &mut Workspace,
    git: &Git,
    tree: &Tree,
    options: &AffectedOptions,
) -> Result<Found, CommandError> {
    let database = workspace.reader(DatabaseKind::Drift)?;
    let scan = last_scan::LastScan::read(&database)?.ok_or_else(|| {
        CommandError::usage("there is no base to compare with, and nothing was scanned yet")
            .with_hint("name a revision with --base, or run `drift workspace scan` first")
    })?;
    let base = BaseView { scanned_at: Some(scan.at().to_owned()), ..BaseView::of_rule("last_scan") };
    if !matches!(options.changes, Changes::LastScan) {
        let at = scan.at();
        let at = at.parse::<Timestamp>().map_or_else(|_| at.to_owned(), |time| format!("{time:.0}"));
        session.note(&format!("no base was found; these are the changes since the scan of {at}"));
    }
    let (changed, scan) = scan.changes(session, &database, (workspace.paths.root(), tree), git, options)?;
    Ok(Found { base, changed, against: Against::Scan(Box::new(scan)) })
}

/// The files that were named, as they are in the tree.
fn listed_files(
    session: &Session<'_>,
    root: &Path,
    named: &[PathBuf],
    listed: &[Vec<u8>],
) -> Result<Vec<ChangedFile>, CommandError> {
    let cwd = canonical(&session.place.cwd)?;
    let named = named.iter().map(|path| {
        let path = cwd.join(path);
        let below = path.strip_prefix(root).ok().map(|below| below.as_os_str().as_encoded_bytes().to_vec());
        (path.display().to_string(), below)
    });
    let listed = listed.iter().map(|path| (String::from_utf8_lossy(path).into_owned(), Some(path.clone())));
    let mut paths = Vec::new();
    for (shown, below) in named.chain(listed) {
        let below = below.map(|bytes| match cfg!(windows) {
            true => bytes.iter().map(|&b| if b == b'\\' { b'/' } else { b }).collect(),
            false => bytes,
        });
        match below.and_then(RepoPath::new).filter(|path| !path.is_root()) {
            Some(path) => paths.push(path),
            None => session.warn(Warning::new(
                "affected.outside",
                format!("{shown} is not a file of the workspace, and is passed over"),
            )),
        }
    }
    paths.sort();
    paths.dedup();
    let kind = |path: &RepoPath| match path.to_fs(root).symlink_metadata() {
        Ok(_) => ChangeKind::Modified,
        Err(_) => ChangeKind::Deleted,
    };
    Ok(paths.into_iter().map(|path| ChangedFile { kind: kind(&path), path }).collect())
}

/// A commit and its projects.
struct Commit {
    source: RevisionSource,
    graph: ProjectGraph,
    problems: Vec<Problem>,
}

impl Commit {
    fn read(git: &Git, commit: &str, options: &AffectedOptions) -> Result<Commit, CommandError> {
        let source = RevisionSource::new(git, commit)?;
        let found = discover(&source, &options.tree.discover);
        Ok(Commit { source, graph: found.graph, problems: found.problems })
    }
}

/// What the head is compared with.
enum Before<'a> {
    Commit(Commit),
    /// A commit with the projects of the head: no file that projects are read from differs.
    SameProjects(RevisionSource),
    Scan(&'a last_scan::LastScan),
}

impl Before<'_> {
    fn at(
        git: &Git,
        commit: &str,
        changed: &[ChangedFile],
        tree: &Tree,
        is_commit: bool,
        options: &AffectedOptions,
    ) -> Result<Self, CommandError> {
        let is_manifest = options.tree.discover.manifests();
        let shapes = |file: &ChangedFile| {
            tree.inputs.binary_search_by(|input| input.path.cmp(&file.path)).is_ok()
                || is_manifest(file.path.file_name())
        };
        if is_commit || changed.iter().any(|file| shapes(file) && !is_lock_file(&file.path)) {
            return Ok(Before::Commit(Commit::read(git, commit, options)?));
        }
        Ok(Before::SameProjects(RevisionSource::new(git, commit)?))
    }

    fn side<'s>(&'s self, head: &'s ProjectGraph) -> (&'s dyn Source, &'s ProjectGraph) {
        match self {
            Before::Commit(commit) => (&commit.source, &commit.graph),
            Before::SameProjects(source) => (source, head),
            Before::Scan(scan) => (scan.source(), scan.graph()),
        }
    }
}
