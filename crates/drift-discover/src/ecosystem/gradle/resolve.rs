//! [`Resolver`]: what build files declare for a project: its own, those of others in the build, and the scripts and
//! plugins that they apply, each read as if it stood in the place that applies it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::applied::{Applied, What};
use super::build::{BuildFile, Reference, Target};
use super::catalog::Catalog;
use super::plugins::Plugins;
use super::settings::Build;
use crate::context::Context;
use crate::ecosystem::Link;
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;

/// How deep scripts that apply scripts are followed.
const MAX_DEPTH: usize = 20;
/// Most statements that are looked at for all projects. Each statement for others counts for each of them.
const MAX_STATEMENTS: usize = 5_000_000;
/// Most dependencies that all projects have together.
const MAX_FOUND: usize = 1_000_000;

/// What a project depends on.
pub(super) type Links = (Vec<Link>, Vec<ExternalDependency>);

/// All that is needed to resolve what build files declare.
pub(super) struct Resolver<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) builds: &'a [Build],
    /// The build file of each directory, with its path.
    pub(super) read: &'a BTreeMap<RepoPath, (RepoPath, BuildFile)>,
    pub(super) catalogs: &'a [Catalog],
    pub(super) plugins: &'a Plugins,
    /// The scripts that are applied; `None` where one cannot be read.
    scripts: RefCell<BTreeMap<RepoPath, Option<Rc<BuildFile>>>>,
    /// For each build, the projects whose build file says something for others.
    shared: Vec<Vec<usize>>,
    statements: Cell<usize>,
    found: Cell<usize>,
}

/// One project of a build whose dependencies are collected.
struct Own<'a> {
    build_at: usize,
    build: &'a Build,
    at: usize,
    path: String,
    links: Vec<Link>,
    external: Vec<ExternalDependency>,
    /// The scripts that were read, each for the project that applies it.
    seen: BTreeSet<(RepoPath, usize)>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        builds: &'a [Build],
        read: &'a BTreeMap<RepoPath, (RepoPath, BuildFile)>,
        catalogs: &'a [Catalog],
        plugins: &'a Plugins,
    ) -> Resolver<'a> {
        let (scripts, shared) = (RefCell::default(), Vec::new());
        let (statements, found) = (Cell::new(0), Cell::new(0));
        let mut resolver =
            Resolver { context, builds, read, catalogs, plugins, scripts, shared, statements, found };
        resolver.shared = (0..builds.len()).map(|build| resolver.sharing(build)).collect();
        resolver
    }

    /// The projects of a build whose build file, or what it applies, says something for others.
    fn sharing(&self, build: usize) -> Vec<usize> {
        let shares = |at: usize| {
            let file = self.builds[build].projects[at].dir.as_ref().and_then(|dir| self.read.get(dir));
            file.is_some_and(|(_, file)| self.shares(build, at, file, &mut BTreeSet::new(), 0))
        };
        (0..self.builds[build].projects.len()).filter(|&at| shares(at)).collect()
    }

    fn shares(
        &self,
        build: usize,
        at: usize,
        file: &BuildFile,
        seen: &mut BTreeSet<RepoPath>,
        depth: usize,
    ) -> bool {
        file.speaks_for_others()
            || file.applied.iter().any(|(_, applied)| {
                let Some(path) = self.target_of(build, at, applied) else { return false };
                depth < MAX_DEPTH
                    && seen.insert(path.clone())
                    && self.script(&path).is_some_and(|file| self.shares(build, at, &file, seen, depth + 1))
            })
    }

    /// What the build file of `dir`, and others in the build, declare for it.
    pub(super) fn links(&self, dir: &RepoPath, place: Option<(usize, usize)>) -> Links {
        let Some((build_at, at)) = place else {
            let mut external = Vec::new();
            if let Some((_, file)) = self.read.get(dir) {
                let none = Catalog::default();
                external.extend(file.external.iter().flat_map(|(_, found)| found.resolve(&none)));
            }
            return (Vec::new(), external);
        };
        let build = &self.builds[build_at];
        let path = build.path_of(at);
        let (links, external, seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut own = Own { build_at, build, at, path, links, external, seen };
        let shared = self.shared[build_at].iter().copied().filter(|&other| other != at);
        for from in shared.chain([at]) {
            let dir = build.projects[from].dir.as_ref();
            let Some((path, file)) = dir.and_then(|dir| self.read.get(dir)) else { continue };
            self.statements(&mut own, from, path, file, 0);
        }
        (own.links, own.external)
    }

    /// Takes what `file` declares for `own` when it is the script of the project `at`.
    fn statements(&self, own: &mut Own, at: usize, path: &RepoPath, file: &BuildFile, depth: usize) {
        let looked_at = file.projects.len() + file.external.len() + file.applied.len();
        self.statements.set(self.statements.get().saturating_add(looked_at));
        if self.is_spent(own) {
            return;
        }
        let from = own.build.path_of(at);
        for (target, reference) in &file.projects {
            if applies(own, at, &from, target) && !self.is_spent(own) {
                self.found.set(self.found.get() + 1);
                self.link(own, at, path, reference);
            }
        }
        for (target, dependency) in &file.external {
            if applies(own, at, &from, target) && !self.is_spent(own) {
                let found = dependency.resolve(&self.catalogs[own.build_at]);
                self.found.set(self.found.get() + found.len());
                own.external.extend(found);
            }
        }
        let build_at = own.build_at;
        let elsewhere =
            |what: &What| matches!(what, What::Plugin(id) if self.plugins.script(build_at, id).is_none());
        for (target, applied) in &file.applied {
            match target {
                // Most plugins are nothing of the repository.
                _ if elsewhere(&applied.what) => {}
                Some(target) => {
                    for base in bases(own, at, target) {
                        self.applied(own, base, path, applied, depth);
                    }
                }
                None => self.report_selected(own, at, path, applied),
            }
        }
    }

    /// Whether all projects together declare as much as is recorded; reported if so.
    fn is_spent(&self, own: &Own) -> bool {
        let is_spent = self.statements.get() > MAX_STATEMENTS || self.found.get() > MAX_FOUND;
        if is_spent {
            let message = "declares too much, for too many projects; what is left of it is not recorded";
            self.context.problem(&own.build.settings, None, "manifest.too_large", message.into());
        }
        is_spent
    }

    fn link(&self, own: &mut Own, at: usize, path: &RepoPath, reference: &Reference) {
        let to = match &reference.accessor {
            Some(accessor) => own.build.by_accessor(accessor),
            None => own.build.by_path(&own.build.absolute(at, &reference.path)),
        };
        match to.map(|to| &own.build.projects[to].dir) {
            Some(Some(to)) => {
                own.links.push(Link { ecosystem: None, to: to.clone(), kind: reference.kind });
            }
            Some(None) => {}
            // It may be one of those that code includes.
            None if own.build.has_unread => {}
            None => {
                let name = reference.accessor.as_ref().unwrap_or(&reference.path);
                let message = format!("there is no project `{name}` in the build at `{}`", own.build.root);
                self.context.problem(path, Some(reference.line), "dependency.missing", message);
            }
        }
    }

    /// Takes what the script or plugin that the project `at` applies declares.
    fn applied(&self, own: &mut Own, at: usize, path: &RepoPath, applied: &Applied, depth: usize) {
        let report = |code, message: String| self.context.problem(path, Some(applied.line), code, message);
        match &applied.what {
            What::ComputedScript => {
                let message =
                    "a script whose name is computed is applied here; what it declares is not recorded";
                report("script.computed", message.into());
            }
            What::ComputedPlugin => {
                let mut scripts = self.plugins.scripts(own.build_at);
                if scripts.any(|path| self.declares(own.build_at, at, path)) {
                    let message =
                        "a plugin whose id is computed is applied here; what it declares is not recorded";
                    report("plugin.computed", message.into());
                }
            }
            _ => {}
        }
        let Some(script_path) = self.target_of(own.build_at, at, applied) else { return };
        if depth >= MAX_DEPTH {
            report(
                "script.too_deep",
                format!("applies scripts nested more than {MAX_DEPTH} deep; it was not read"),
            );
            return;
        }
        if !own.seen.insert((script_path.clone(), at)) {
            return;
        }
        match self.script(&script_path) {
            Some(script) => self.statements(own, at, &script_path, &script, depth + 1),
            None if self.context.exclusions().hides(&script_path) || self.context.is_file(&script_path) => {}
            None => {
                let message = format!(
                    "the script `{script_path}` that is applied here is no file of the repository; what it declares is not recorded"
                );
                report("script.missing", message);
            }
        }
    }

    /// The file of the repository that the project `at` applies.
    fn target_of(&self, build: usize, at: usize, applied: &Applied) -> Option<RepoPath> {
        match &applied.what {
            What::Script { base, path } => {
                let dir = self.builds[build].projects[at].dir.as_ref()?;
                base.join(&self.builds[build].root, dir, path)
            }
            What::Plugin(id) => self.plugins.script(build, id).cloned(),
            What::Alias(alias) => {
                let plugin = self.catalogs[build].get(alias, EdgeKind::Plugin);
                self.plugins.script(build, &plugin.first()?.name).cloned()
            }
            What::ComputedScript | What::ComputedPlugin => None,
        }
    }

    /// Reports that code selects the projects that apply something, where that matters.
    fn report_selected(&self, own: &Own, at: usize, path: &RepoPath, applied: &Applied) {
        let target = self.target_of(own.build_at, at, applied);
        if target.is_some_and(|target| self.declares(own.build_at, at, &target)) {
            let message = "code selects the projects that apply a script with dependencies on projects here; \
                           they are not recorded";
            self.context.problem(path, Some(applied.line), "dependency.computed", message.into());
        }
    }

    /// Whether the script at `path`, or one that it applies, declares dependencies on projects.
    fn declares(&self, build: usize, at: usize, path: &RepoPath) -> bool {
        let mut todo = vec![path.clone()];
        let mut seen = BTreeSet::new();
        while let Some(path) = todo.pop() {
            let Some(file) = self.script(&path).filter(|_| seen.insert(path)) else { continue };
            if !file.projects.is_empty() {
                return true;
            }
            todo.extend(file.applied.iter().filter_map(|(_, applied)| self.target_of(build, at, applied)));
        }
        false
    }

    /// The script at `path`, read once.
    fn script(&self, path: &RepoPath) -> Option<Rc<BuildFile>> {
        if let Some(known) = self.scripts.borrow().get(path) {
            return known.clone();
        }
        self.context.input(path);
        let is_file = self.context.is_file(path);
        let script = is_file.then(|| BuildFile::read(self.context, path)).flatten().map(Rc::new);
        self.scripts.borrow_mut().insert(path.clone(), script.clone());
        script
    }
}

/// Whether a statement for `target`, in the script of the project `at` with the path `from`, is for `own`.
fn applies(own: &Own, at: usize, from: &str, target: &Target) -> bool {
    match target {
        Target::Own => at == own.at,
        Target::Project(name) => own.build.absolute(at, name) == own.path,
        Target::Below => at != own.at && is_below(&own.path, from),
        Target::All => is_below(&own.path, from),
    }
}

/// The projects for which a script that the project `at` applies to `target` can say something about `own`: those
/// above it that `target` holds, and the one it names.
fn bases(own: &Own, at: usize, target: &Target) -> BTreeSet<usize> {
    let build = own.build;
    let above = || std::iter::successors(Some(own.at), |&at| build.parent_of(at));
    let from = build.path_of(at);
    match target {
        Target::Own => BTreeSet::from([at]),
        Target::Project(name) => build.by_path(&build.absolute(at, name)).into_iter().collect(),
        Target::Below => above().filter(|&one| one != at && is_below(&build.path_of(one), &from)).collect(),
        Target::All => above().filter(|&one| is_below(&build.path_of(one), &from)).chain([at]).collect(),
    }
}

/// Whether the project `path` is `above` or below it.
fn is_below(path: &str, above: &str) -> bool {
    above == ":" || path == above || path.strip_prefix(above).is_some_and(|rest| rest.starts_with(':'))
}
