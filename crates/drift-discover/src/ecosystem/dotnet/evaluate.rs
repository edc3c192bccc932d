//! One project as MSBuild evaluates it: properties and imports in order, then items with the final values.
//!
//! Rules that must hold: a reference in the project file itself is declared, whatever its condition, because
//! properties given to a build decide it; a reference in an imported file counts only where its condition is
//! certain, because that file is shared by projects for which it does not hold.

mod around;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use around::Around;

use super::condition::{self, Scope, given_by_tools};
use super::file::{File, Item, ItemKind, Statement, What};
use super::files::Files;
use super::properties::{Properties, ROOT, Unknown, locate};
use crate::glob::{Budget, Glob, GlobOptions};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;
use crate::source::EntryKind;

/// Most files that one project may import, itself included.
const MAX_FILES: usize = 500;
/// Deepest chain of imports.
const MAX_DEPTH: usize = 50;
/// Most wildcards that one project may have evaluated.
const MAX_WILDCARDS: usize = 500;
/// The wildcards of items: `*`, `?` and `**`.
const GLOBS: GlobOptions =
    GlobOptions { dot: true, braces: false, extended: false, escapes: false, picomatch: false, never: &[] };

/// What a project file declares.
#[derive(Debug, Default)]
pub(super) struct Evaluated {
    pub(super) version: Option<String>,
    pub(super) private: bool,
    pub(super) references: BTreeSet<RepoPath>,
    pub(super) external: Vec<ExternalDependency>,
    /// Packages whose version depends on the build.
    pub(super) unsure: BTreeSet<String>,
}

/// Evaluates the project file at `path`; `None` if it cannot be read.
pub(super) fn evaluate(files: &Files, path: &RepoPath) -> Option<Evaluated> {
    let file = files.get(path)?;
    let mut pass = Pass {
        files,
        project: path.clone(),
        dir: path.parent().unwrap_or_default(),
        properties: Properties::of_project(path),
        items: Vec::new(),
        read: 0,
        wildcards: Cell::new(0),
        budget: Budget::default(),
        around: Around::default(),
        of_tools: BTreeSet::new(),
    };
    if file.in_sdk {
        pass.import_above("Directory.Build.props", "importdirectorybuildprops");
        pass.import_above("Directory.Packages.props", "importdirectorypackagesprops");
    }
    pass.run(&file, Certainty::Certain, 0);
    if file.in_sdk {
        pass.import_above("Directory.Build.targets", "importdirectorybuildtargets");
    }
    Some(pass.finish(&file))
}

/// Whether what is being read surely applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    Certain,
    Uncertain,
}

struct Pass<'a> {
    files: &'a Files<'a>,
    project: RepoPath,
    dir: RepoPath,
    properties: Properties,
    /// Items to evaluate at the end: the file, the statement in it, and whether the import was certain.
    items: Vec<(Arc<File>, usize, Certainty)>,
    read: usize,
    wildcards: Cell<usize>,
    /// What they may take together.
    budget: Budget,
    around: Around,
    /// Properties whose value lies with the tools wherever it is known from where it comes.
    of_tools: BTreeSet<String>,
}

impl Pass<'_> {
    /// Properties and imports of `file`, in order.
    fn run(&mut self, file: &Arc<File>, certainty: Certainty, depth: usize) {
        self.read += 1;
        let context = self.files.context;
        if depth > MAX_DEPTH || self.read > MAX_FILES {
            let message = format!("imports more files than drift follows ({MAX_FILES}, {MAX_DEPTH} deep)");
            context.problem(&self.project, None, "import.too_many", message);
            return;
        }
        for (at, statement) in file.statements.iter().enumerate() {
            self.properties.enter(&file.path);
            match &statement.what {
                What::Item(_) => self.items.push((file.clone(), at, certainty)),
                What::Property { name, value } => {
                    let holds = self.holds(statement, &self.dir, certainty);
                    let value = self.properties.expand(context, value);
                    if holds != Some(false) {
                        self.note_tools(name, &value);
                    }
                    let value = value.ok();
                    match holds {
                        Some(false) => {}
                        Some(true) => self.properties.set(name, value),
                        None if value.is_some() && self.properties.get(name) == value.as_deref() => {}
                        None => self.properties.set(name, None),
                    }
                }
                What::Import { project, sdk } => {
                    let dir = file.path.parent().unwrap_or_default();
                    let holds = self.holds(statement, &dir, certainty);
                    if holds == Some(false) || self.import_tools(project, sdk.as_deref()) {
                        continue;
                    }
                    let certainty = if holds == Some(true) { certainty } else { Certainty::Uncertain };
                    self.import(file, statement, project, certainty, depth);
                }
            }
        }
    }

    /// Notes whether what a property is set to lies with the tools.
    fn note_tools(&mut self, name: &str, value: &Result<String, Unknown>) {
        let is_theirs = matches!(value, Err(Unknown(of)) if self.lies_with_tools(of));
        let was_theirs = self.properties.is_unset(name) || self.of_tools.contains(name);
        if is_theirs && was_theirs {
            self.of_tools.insert(name.to_owned());
        } else {
            self.of_tools.remove(name);
        }
    }

    fn lies_with_tools(&self, name: &str) -> bool {
        given_by_tools(name) || self.of_tools.contains(&name.to_ascii_lowercase())
    }

    fn import(&mut self, file: &File, statement: &Statement, text: &str, certainty: Certainty, depth: usize) {
        let context = self.files.context;
        let line = Some(statement.line);
        let expanded = match self.properties.expand(context, text) {
            Ok(expanded) => expanded,
            // What lies with the tools, not in the repository, cannot refer to its projects.
            Err(Unknown(name)) if self.lies_with_tools(&name) => return,
            Err(Unknown(name)) => {
                let why =
                    if self.properties.is_unset(&name) { "no file sets" } else { "depends on the build" };
                let message =
                    format!("the import `{text}` needs `{name}`, which {why}; what it adds is not read");
                context.problem(&file.path, line, "import.computed", message);
                return;
            }
        };
        let dir = file.path.parent().unwrap_or_default();
        for part in expanded.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let paths = match self.paths(&dir, part) {
                Ok(paths) => paths,
                Err(why) => {
                    context.problem(
                        &file.path,
                        line,
                        "import.computed",
                        format!("the import `{text}` {why}"),
                    );
                    continue;
                }
            };
            for path in paths {
                context.input(&path);
                if let Some(file) = self.files.get(&path) {
                    self.run(&file, certainty, depth + 1);
                } else if certainty == Certainty::Certain && !context.is_file(&path) {
                    let message = format!("the import `{text}` names `{path}`, which is no file");
                    context.problem(&file.path, line, "import.missing", message);
                }
            }
        }
    }

    fn holds(&self, statement: &Statement, dir: &RepoPath, certainty: Certainty) -> Option<bool> {
        let scope = Scope { context: self.files.context, properties: &self.properties, dir };
        match condition::all(&scope, &statement.conditions) {
            Some(true) if certainty == Certainty::Uncertain => None,
            holds => holds,
        }
    }

    /// The files that one expanded entry names, wildcards evaluated.
    fn paths(&self, dir: &RepoPath, text: &str) -> Result<BTreeSet<RepoPath>, String> {
        if !text.contains(['*', '?']) {
            return Ok(locate(dir, &unescape(text)).into_iter().collect());
        }
        self.wildcards.set(self.wildcards.get() + 1);
        if self.wildcards.get() > MAX_WILDCARDS {
            return Err("comes behind more wildcards than drift evaluates".into());
        }
        let pattern = text.replace('\\', "/");
        let (base, pattern) = match pattern.strip_prefix(ROOT) {
            Some(below) => (RepoPath::root(), below),
            None => (dir.clone(), &*pattern),
        };
        let found = Glob::new(pattern, GLOBS)
            .and_then(|glob| glob.find(self.files.context.source(), &base, EntryKind::File, &self.budget));
        found.map_err(|error| error.to_string())
    }

    /// Items, with the final values of all properties.
    fn finish(mut self, own: &File) -> Evaluated {
        let mut result = Evaluated::default();
        let name = self.properties.get("msbuildprojectname").unwrap_or_default().to_owned();
        self.properties.set_default("assemblyname", name);
        let mut versions: BTreeMap<String, String> = BTreeMap::new();
        let mut packages: Vec<(String, Option<String>, EdgeKind)> = Vec::new();
        let mut unsure = BTreeSet::new();
        for (file, at, certainty) in std::mem::take(&mut self.items) {
            let statement = &file.statements[at];
            let What::Item(item) = &statement.what else { continue };
            self.properties.enter(&file.path);
            let holds = self.holds(statement, &self.dir, certainty);
            let declared = holds.unwrap_or(false) || file.path == self.project;
            let of_packages = item.kind != ItemKind::ProjectReference;
            if of_packages && (holds.is_none() || declared && holds == Some(false)) {
                let names = [self.names(&item.include), self.names(&item.update)].concat();
                unsure.extend(names.into_iter().map(|name| name.to_ascii_lowercase()));
            }
            match item.kind {
                ItemKind::ProjectReference => {
                    if holds == Some(true)
                        && let Some(removed) = &item.remove
                    {
                        for path in self.references(&file, statement, removed) {
                            result.references.remove(&path);
                        }
                    }
                    if declared {
                        result.references.extend(self.included(&file, statement, item));
                    } else if holds.is_none()
                        && let Some(include) = &item.include
                    {
                        let message = format!(
                            "whether the reference `{include}` applies depends on the build; it is not recorded"
                        );
                        let line = Some(statement.line);
                        self.files.context.problem(&file.path, line, "dependency.conditional", message);
                    }
                }
                ItemKind::PackageVersion if holds != Some(false) => {
                    for name in self.names(&item.include) {
                        versions.insert(name.to_ascii_lowercase(), self.or_raw(&item.version));
                    }
                }
                ItemKind::PackageReference | ItemKind::FrameworkReference if declared || holds.is_none() => {
                    let version = item.version.as_ref().map(|_| self.or_raw(&item.version));
                    packages.extend(
                        self.names(&item.include)
                            .into_iter()
                            .map(|name| (name, version.clone(), EdgeKind::Normal)),
                    );
                }
                ItemKind::GlobalPackageReference if declared || holds.is_none() => {
                    let version = Some(self.or_raw(&item.version));
                    packages.extend(
                        self.names(&item.include)
                            .into_iter()
                            .map(|name| (name, version.clone(), EdgeKind::Dev)),
                    );
                }
                _ => {}
            }
        }
        let is_unsure = |name: &&str| unsure.contains(&name.to_ascii_lowercase());
        result.unsure =
            packages.iter().map(|(name, ..)| name.as_str()).filter(is_unsure).map(str::to_owned).collect();
        result.external = (packages.into_iter())
            .map(|(name, version, kind)| {
                let central = || versions.get(&name.to_ascii_lowercase()).cloned();
                let requirement = version.or_else(central).unwrap_or_default();
                ExternalDependency { name, kind, requirement }
            })
            .collect();
        result.external.extend(own.sdks.iter().map(|sdk| {
            let sdk = self.or_raw(&Some(sdk.clone()));
            let (name, version) = sdk.split_once('/').unwrap_or((&sdk, ""));
            ExternalDependency { name: name.into(), kind: EdgeKind::Build, requirement: version.into() }
        }));
        let text = |name: &str| self.properties.get(name).map(str::to_owned).filter(|text| !text.is_empty());
        result.version = text("version").or_else(|| text("versionprefix"));
        result.private = text("ispackable").is_some_and(|value| value.eq_ignore_ascii_case("false"));
        result
    }

    /// The project files that an item includes.
    fn included(&self, file: &File, statement: &Statement, item: &Item) -> BTreeSet<RepoPath> {
        let Some(include) = &item.include else { return BTreeSet::new() };
        let mut paths = self.references(file, statement, include);
        if let Some(exclude) = &item.exclude {
            for path in self.references(file, statement, exclude) {
                paths.remove(&path);
            }
        }
        let context = self.files.context;
        for path in paths.iter().filter(|path| !context.is_file(path)) {
            context.input(path);
            let message = format!("the reference `{include}` names `{path}`, which is no file");
            context.problem(&file.path, Some(statement.line), "dependency.missing", message);
        }
        paths
    }

    /// The files that a list of references names, relative to the project; reports what cannot be told.
    fn references(&self, file: &File, statement: &Statement, text: &str) -> BTreeSet<RepoPath> {
        let report = |why: String| {
            let message = format!("the reference `{text}` {why}; it is not recorded");
            self.files.context.problem(&file.path, Some(statement.line), "dependency.computed", message);
        };
        if text.contains("@(") || text.contains("%(") {
            report("is an item expression, which only MSBuild can evaluate".into());
            return BTreeSet::new();
        }
        let expanded = match self.properties.expand(self.files.context, text) {
            Ok(expanded) => expanded,
            Err(Unknown(name)) => {
                report(format!("needs `{name}`, whose value no file tells"));
                return BTreeSet::new();
            }
        };
        let mut paths = BTreeSet::new();
        for part in expanded.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            match self.paths(&self.dir, part) {
                Ok(found) => paths.extend(found),
                Err(why) => report(why),
            }
        }
        paths
    }

    /// The names in a list of packages.
    fn names(&self, include: &Option<String>) -> Vec<String> {
        let Some(include) = include else { return Vec::new() };
        let expanded = self.properties.expand(self.files.context, include).unwrap_or_default();
        let names = expanded.split(';').map(str::trim);
        names.filter(|name| !name.is_empty() && !name.contains("@(")).map(str::to_owned).collect()
    }

    /// A requirement, expanded where that can be told, else as written.
    fn or_raw(&self, text: &Option<String>) -> String {
        let text = text.clone().unwrap_or_default();
        self.properties.expand(self.files.context, &text).unwrap_or(text)
    }
}

/// MSBuild's `%20` escapes.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let code = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}
