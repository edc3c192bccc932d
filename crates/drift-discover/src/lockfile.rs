//! What a changed lock file means: which packages changed, and which projects use them.
//!
//! One file per format turns the text into a [`Lock`]: packages, what each needs, and which projects start
//! where. Two locks are then compared project by project: a project is touched if the packages that it reaches,
//! directly or through others, are not the same, or need each other differently. Projects that a project depends on are not followed
//! here: the graph does that.
//! Invariant: where a lock does not tell (unreadable, a format of its own, settings that change how
//! everything resolves), every project it governs is touched and the reason says so; never fewer.

mod cargo;
mod composer;
mod gemfile;
mod go;
mod gradle;
mod mix;
mod npm;
mod nuget;
mod pnpm;
mod poetry;
mod pubspec;
mod swift;
mod uv;
mod yarn;
mod yarn_classic;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::context::MAX_NESTING;
use crate::graph::{Project, ProjectGraph, ProjectId};
use crate::path::RepoPath;

/// A lock file larger than this is not compared; everything it governs is then touched.
pub const MAX_LOCK_BYTES: u64 = 64 << 20;

/// The text of a lock file; `None` if there is none, an error if it cannot be read.
pub type LockText = Result<Option<String>, String>;

/// A changed lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockChange {
    pub file: RepoPath,
    /// What it means for the projects that it governs.
    pub touched: Touched,
}

/// The projects that a lock file's change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    /// Those that use a changed package, each with what it uses, sorted by name.
    Users(BTreeMap<ProjectId, Vec<PackageChange>>),
    /// All it governs, since it does not tell which.
    Everything { reason: String, projects: Vec<ProjectId> },
}

/// A package that is not locked as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageChange {
    pub name: String,
    /// The versions before that are not the same now, sorted; none if it is new.
    pub from: Vec<String>,
    /// The versions now, sorted; none if it is gone. As before where only the content changed.
    pub to: Vec<String>,
}

/// Reads a text; the projects to start at are those of the scope.
type Parse = fn(&str, &Scope) -> Result<Lock, String>;

struct Format {
    file: &'static str,
    /// The ecosystems whose projects it governs.
    ecosystems: &'static [&'static str],
    /// `None` for a format that drift does not read.
    parse: Option<Parse>,
}

const JS: &[&str] = &["npm", "nx"];

/// Every lock file drift knows by name, sorted by it.
const FORMATS: &[Format] = &[
    Format { file: "Cargo.lock", ecosystems: &["cargo"], parse: Some(cargo::parse) },
    Format { file: "Gemfile.lock", ecosystems: &["ruby"], parse: Some(gemfile::parse) },
    Format { file: "Package.resolved", ecosystems: &["swift"], parse: Some(swift::parse) },
    Format { file: "Pipfile.lock", ecosystems: &["python"], parse: None },
    Format { file: "bun.lock", ecosystems: JS, parse: None },
    Format { file: "bun.lockb", ecosystems: JS, parse: None },
    Format { file: "composer.lock", ecosystems: &["composer"], parse: Some(composer::parse) },
    Format { file: "deno.lock", ecosystems: &["deno"], parse: None },
    Format { file: "gems.locked", ecosystems: &["ruby"], parse: Some(gemfile::parse) },
    Format { file: "go.sum", ecosystems: &["go"], parse: Some(go::parse_module) },
    Format { file: "go.work.sum", ecosystems: &["go"], parse: Some(go::parse_workspace) },
    Format { file: "gradle.lockfile", ecosystems: &["gradle"], parse: Some(gradle::parse) },
    Format { file: "mix.lock", ecosystems: &["elixir"], parse: Some(mix::parse) },
    Format { file: "npm-shrinkwrap.json", ecosystems: JS, parse: Some(npm::parse) },
    Format { file: "package-lock.json", ecosystems: JS, parse: Some(npm::parse) },
    Format { file: "packages.lock.json", ecosystems: &["dotnet"], parse: Some(nuget::parse) },
    Format { file: "pdm.lock", ecosystems: &["python"], parse: None },
    Format { file: "pnpm-lock.yaml", ecosystems: JS, parse: Some(pnpm::parse) },
    Format { file: "poetry.lock", ecosystems: &["python"], parse: Some(poetry::parse) },
    Format { file: "pubspec.lock", ecosystems: &["dart"], parse: Some(pubspec::parse) },
    Format { file: "uv.lock", ecosystems: &["python"], parse: Some(uv::parse) },
    Format { file: "yarn.lock", ecosystems: JS, parse: Some(yarn::parse) },
];

/// Whether `path` is a lock file by its name.
pub fn is_lock_file(path: &RepoPath) -> bool {
    format_of(path).is_some()
}

/// What the change of the lock file `file` means. `base` and `head` are the projects before and after; where
/// those before are not known, those after serve for both. `None` if `file` is no lock file.
pub fn lock_change(
    file: &RepoPath,
    before: LockText,
    after: LockText,
    base: &ProjectGraph,
    head: &ProjectGraph,
) -> Option<LockChange> {
    let format = format_of(file)?;
    let scope = Scope::new(file, format, head);
    let touched = compare(format, before, after, &Scope::new(file, format, base), &scope)
        .map_or_else(|reason| Touched::Everything { reason, projects: scope.all() }, Touched::Users);
    Some(LockChange { file: file.clone(), touched })
}

fn format_of(path: &RepoPath) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.file.as_bytes() == path.file_name())
}

fn compare(
    format: &Format,
    before: LockText,
    after: LockText,
    base: &Scope,
    head: &Scope,
) -> Result<BTreeMap<ProjectId, Vec<PackageChange>>, String> {
    let Some(parse) = format.parse else {
        return Err(format!("drift does not read {}", format.file));
    };
    let read = |when: &str, text: LockText, scope: &Scope| match text {
        Ok(Some(text)) => {
            parse(&text, scope).map_err(|why| format!("the lock file {when} cannot be read: {why}"))
        }
        Ok(None) => Ok(Lock::default()),
        Err(why) => Err(format!("the lock file {when} cannot be read: {why}")),
    };
    let (was, is) = (before.as_ref().is_ok_and(Option::is_some), after.as_ref().is_ok_and(Option::is_some));
    let (before, after) = (read("at the base", before, base)?, read("now", after, head)?);
    if was && is {
        let setting = before.settings.iter().find(|(name, value)| after.settings.get(*name) != Some(*value));
        let setting =
            setting.or_else(|| after.settings.iter().find(|(name, _)| !before.settings.contains_key(*name)));
        if let Some((name, _)) = setting {
            return Err(format!("`{name}` changed, on which everything in it depends"));
        }
    }
    Ok(difference(&before, &after))
}

/// The projects that a lock file governs: those of its ecosystems at and below its directory.
struct Scope<'a> {
    dir: RepoPath,
    projects: Vec<&'a Project>,
}

impl<'a> Scope<'a> {
    fn new(file: &RepoPath, format: &Format, graph: &'a ProjectGraph) -> Scope<'a> {
        let dir = file.parent().unwrap_or_default();
        let governs = |project: &&Project| {
            format.ecosystems.contains(&&*project.ecosystem.0) && project.path.starts_with(&dir)
        };
        Scope { projects: graph.projects.iter().filter(governs).collect(), dir }
    }

    fn all(&self) -> Vec<ProjectId> {
        self.projects.iter().map(|project| project.id.clone()).collect()
    }

    /// The projects at `path`, relative to the lock file.
    fn at(&self, path: &str) -> Vec<ProjectId> {
        let Some(path) = self.dir.join(path) else { return Vec::new() };
        self.projects
            .iter()
            .filter(|project| project.path == path)
            .map(|project| project.id.clone())
            .collect()
    }

    /// The project beside the lock and, where it is the root of a workspace, the members.
    fn sharing_projects(&self) -> impl Iterator<Item = &&'a Project> {
        let shares = |project: &&&'a Project| {
            let home = project.workspace.as_ref().and_then(|id| id.split_once(':'));
            project.path == self.dir || home.is_some_and(|(_, root)| root == self.dir.display())
        };
        self.projects.iter().filter(shares)
    }

    /// The ids of [`Scope::sharing_projects`].
    fn sharing(&self) -> Vec<ProjectId> {
        self.sharing_projects().map(|project| project.id.clone()).collect()
    }

    /// The projects called `name`.
    fn named(&self, name: &str) -> impl Iterator<Item = &&'a Project> {
        self.projects.iter().filter(move |project| project.name.as_deref() == Some(name))
    }
}

/// What a lock file says, in no format's words.
#[derive(Debug, Default)]
struct Lock {
    packages: Vec<Package>,
    /// Where each project starts: places in `packages`.
    users: BTreeMap<ProjectId, Vec<usize>>,
    /// What everything depends on, as text.
    settings: BTreeMap<&'static str, String>,
}

#[derive(Debug)]
struct Package {
    name: String,
    version: String,
    /// Of everything that the lock says about the package itself.
    digest: blake3::Hash,
    needs: Vec<usize>,
}

impl Lock {
    fn add(
        &mut self,
        name: impl Into<String>,
        version: impl Into<String>,
        content: impl AsRef<[u8]>,
    ) -> usize {
        let digest = blake3::hash(content.as_ref());
        self.packages.push(Package { name: name.into(), version: version.into(), digest, needs: Vec::new() });
        self.packages.len() - 1
    }

    fn start(&mut self, users: impl IntoIterator<Item = ProjectId>, at: &[usize]) {
        for user in users {
            self.users.entry(user).or_default().extend_from_slice(at);
        }
    }
}

/// For each project that does not reach the same packages in both, or reaches them on other ways, those that
/// differ.
fn difference(before: &Lock, after: &Lock) -> BTreeMap<ProjectId, Vec<PackageChange>> {
    let mut numbers = Numbers::default();
    let (mut old, mut new) = (Side::new(before, &mut numbers), Side::new(after, &mut numbers));
    let users: BTreeSet<&ProjectId> = before.users.keys().chain(after.users.keys()).collect();
    let mut touched = BTreeMap::new();
    for (at, user) in users.into_iter().enumerate() {
        let (was, is) = (old.reached(user, at + 1), new.reached(user, at + 1));
        // A package that is itself another says most; then one that needs others than before; then what the
        // project itself starts at.
        let changes = [Reached::packages, Reached::wired, Reached::starts].iter().find_map(|by| {
            let changes = changes(&old, by(&was), &new, by(&is));
            (!changes.is_empty()).then_some(changes)
        });
        if let Some(changes) = changes {
            touched.insert(user.clone(), changes);
        }
    }
    touched
}

/// The packages that are under a number on one side only.
fn changes(
    old: &Side,
    was: &BTreeMap<usize, usize>,
    new: &Side,
    is: &BTreeMap<usize, usize>,
) -> Vec<PackageChange> {
    let mut changes: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for (_, &at) in was.iter().filter(|(number, _)| !is.contains_key(number)) {
        let package = &old.lock.packages[at];
        changes.entry(&package.name).or_default().0.insert(&package.version);
    }
    for (_, &at) in is.iter().filter(|(number, _)| !was.contains_key(number)) {
        let package = &new.lock.packages[at];
        changes.entry(&package.name).or_default().1.insert(&package.version);
    }
    let owned = |versions: BTreeSet<&str>| versions.into_iter().map(str::to_owned).collect();
    let changes = changes.into_iter();
    changes
        .map(|(name, (from, to))| PackageChange { name: name.into(), from: owned(from), to: owned(to) })
        .collect()
}

/// Numbers that are the same for the same thing in both locks.
#[derive(Default)]
struct Numbers<'l> {
    /// A package by itself.
    packages: HashMap<(&'l str, &'l str, blake3::Hash), usize>,
    /// A package with those it needs.
    wired: HashMap<(usize, Vec<usize>), usize>,
}

/// One of the two locks.
struct Side<'l> {
    lock: &'l Lock,
    packages: Vec<usize>,
    wired: Vec<usize>,
    seen: Vec<usize>,
}

/// What a project reaches: places in the lock by number.
#[derive(Default)]
struct Reached {
    packages: BTreeMap<usize, usize>,
    wired: BTreeMap<usize, usize>,
    starts: BTreeMap<usize, usize>,
}

impl Reached {
    fn packages(&self) -> &BTreeMap<usize, usize> {
        &self.packages
    }

    fn wired(&self) -> &BTreeMap<usize, usize> {
        &self.wired
    }

    fn starts(&self) -> &BTreeMap<usize, usize> {
        &self.starts
    }
}

impl<'l> Side<'l> {
    fn new(lock: &'l Lock, numbers: &mut Numbers<'l>) -> Side<'l> {
        let mut number = |package: &'l Package| {
            let next = numbers.packages.len();
            *numbers.packages.entry((&package.name, &package.version, package.digest)).or_insert(next)
        };
        let packages: Vec<usize> = lock.packages.iter().map(&mut number).collect();
        let mut wire = |(at, package): (usize, &Package)| {
            let mut needs: Vec<usize> = package.needs.iter().map(|&need| packages[need]).collect();
            needs.sort_unstable();
            needs.dedup();
            let next = numbers.wired.len();
            *numbers.wired.entry((packages[at], needs)).or_insert(next)
        };
        let wired = lock.packages.iter().enumerate().map(&mut wire).collect();
        Side { lock, wired, seen: vec![0; packages.len()], packages }
    }

    /// What `user` reaches; `stamp` is another for each.
    fn reached(&mut self, user: &ProjectId, stamp: usize) -> Reached {
        let mut reached = Reached::default();
        let Some(starts) = self.lock.users.get(user) else { return reached };
        reached.starts = starts.iter().map(|&at| (self.packages[at], at)).collect();
        let mut open = starts.clone();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut self.seen[at], stamp) != stamp {
                reached.packages.insert(self.packages[at], at);
                reached.wired.insert(self.wired[at], at);
                open.extend_from_slice(&self.lock.packages[at].needs);
            }
        }
        reached
    }
}

/// Parses YAML that may be as large as a lock file.
fn yaml(text: &str) -> Result<serde_json::Value, String> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_NESTING,
            max_events: 20_000_000,
            max_nodes: 10_000_000,
            // Keys of virtual packages list all their peers.
            simple_key_max_lookahead: 1 << 16,
        },
    };
    let parsed: Result<serde_json::Value, _> = serde_saphyr::from_str_with_options(text, options);
    parsed.map_err(|why| {
        let why = why.without_snippet().to_string();
        why.lines().next().unwrap_or("not YAML").to_owned()
    })
}

#[cfg(test)]
mod tests;
