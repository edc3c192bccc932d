//! [`Workspace`]: one native workspace: its root, its members, and how its package manager links them.
//!
//! The cascade at a root: rush.json, pnpm-workspace.yaml, `workspaces` in package.json, lerna.json. The first
//! that is there decides, even where it names no member.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::context::Context;
use crate::glob::Glob;
use crate::path::RepoPath;

use super::manager::{Manager, Tool};
use super::manifest::Forms;
use super::overrides::Overrides;
use super::packages::Packages;
use super::patterns::{self, Patterns, Rule};
use super::rush::{self, Decoupled};
use super::settings::{self, PnpmLinks, PnpmWorkspace, YarnRc};
use super::syntax;

/// A native workspace.
pub(super) struct Workspace {
    pub(super) root: RepoPath,
    /// What lists the members.
    pub(super) manager: &'static str,
    pub(super) linker: Linker,
    /// The directories of all members, the root included where it has a manifest.
    pub(super) members: BTreeSet<RepoPath>,
    /// What it says is no member, relative to the root.
    pub(super) negations: Vec<Glob>,
    pub(super) overrides: Overrides,
    pub(super) catalogs: Catalogs,
}

/// Whose rules say what a specifier resolves to.
#[derive(Debug)]
pub(super) enum Linker {
    Npm,
    Bun {
        /// A range that a local version satisfies links it.
        plain: bool,
    },
    Yarn1,
    /// Yarn 2 and later.
    Yarn {
        transparent: bool,
    },
    Pnpm(PnpmLinks),
    Lerna,
    Rush(Decoupled),
}

/// Named tables of specifiers.
pub(super) type Catalogs = BTreeMap<String, BTreeMap<String, String>>;

/// The file names that make a directory a workspace root, besides a package.json with `workspaces`.
pub(super) const ROOT_FILES: [&str; 3] = ["rush.json", "pnpm-workspace.yaml", "lerna.json"];

impl Workspace {
    /// Whether it says that `dir`, or a directory above it, is no member.
    pub(super) fn leaves_out(&self, dir: &RepoPath) -> bool {
        let above = dir.ancestors().take_while(|at| *at != self.root && at.starts_with(&self.root));
        let is_match = |at: &RepoPath| {
            let below = at.strip_prefix(&self.root).unwrap_or_default();
            self.negations.iter().any(|negation| negation.is_match(below))
        };
        !self.negations.is_empty() && above.into_iter().any(|at| is_match(&at))
    }

    /// The workspace whose root is `root`, if it is one. Manifests of members are loaded.
    pub(super) fn open(context: &Context, packages: &mut Packages, root: &RepoPath) -> Option<Workspace> {
        let has = |name: &str| root.join(name).filter(|path| context.is_file(path));
        if has("rush.json").is_some() {
            return open_rush(context, packages, root);
        }
        if let Some(file) = has("pnpm-workspace.yaml") {
            return Some(open_pnpm(context, packages, root, &file));
        }
        let lerna = has("lerna.json");
        if packages.get(root).is_some_and(|manifest| manifest.workspaces().is_some()) {
            return open_package_json(context, packages, root, lerna.as_ref());
        }
        open_lerna(context, packages, root, &lerna?)
    }
}

fn open_rush(context: &Context, packages: &mut Packages, root: &RepoPath) -> Option<Workspace> {
    let decoupled = rush::projects(context, root)?;
    let members: BTreeSet<RepoPath> = decoupled.keys().cloned().collect();
    packages.load(context, &members, Forms::Json);
    Some(Workspace {
        root: root.clone(),
        manager: "rush",
        linker: Linker::Rush(decoupled),
        members,
        negations: Vec::new(),
        overrides: Overrides::default(),
        catalogs: Catalogs::new(),
    })
}

fn open_pnpm(context: &Context, packages: &mut Packages, root: &RepoPath, file: &RepoPath) -> Workspace {
    packages.load(context, [root], Forms::Pnpm);
    let settings: PnpmWorkspace = syntax::yaml(context, file).unwrap_or_default();
    let listed = settings.packages.as_ref().filter(|packages| !packages.is_null());
    let list = listed.map(|packages| patterns_of(context, file, "packages", packages)).unwrap_or_default();
    let patterns = Patterns { list, rule: Rule::Subtract, forms: Forms::Pnpm, base: root, file };
    let (mut members, negations) = (patterns.members(context), patterns.negations());
    members.insert(root.clone());
    packages.load(context, &members, Forms::Pnpm);
    let manager = Manager::pnpm(context, packages, root);
    Workspace {
        root: root.clone(),
        manager: Tool::Pnpm.name(),
        linker: Linker::Pnpm(PnpmLinks::read(context, root, &settings, manager.major)),
        members,
        negations,
        overrides: pnpm_overrides(packages, root, &settings),
        catalogs: catalogs([(settings.catalog.as_ref(), settings.catalogs.as_ref())]),
    }
}

fn pnpm_overrides(packages: &Packages, root: &RepoPath, settings: &PnpmWorkspace) -> Overrides {
    let manifest = packages.get(root);
    let mut table: BTreeMap<&str, &Value> = BTreeMap::new();
    if let Some(manifest) = manifest {
        table.extend(manifest.table(&["resolutions"]));
        table.extend(manifest.table(&["pnpm", "overrides"]));
    }
    let own = settings.overrides.as_ref().and_then(Value::as_object).into_iter().flatten();
    table.extend(own.map(|(selector, value)| (selector.as_str(), value)));
    Overrides::pnpm(table, manifest)
}

fn open_package_json(
    context: &Context,
    packages: &mut Packages,
    root: &RepoPath,
    lerna: Option<&RepoPath>,
) -> Option<Workspace> {
    let client = lerna.and_then(|file| npm_client(syntax::jsonc(context, file)?));
    let manager = Manager::detect(context, packages, root, client.as_deref());
    let rule = match manager.tool {
        Tool::Npm => Rule::Npm,
        Tool::Bun => Rule::Bun,
        Tool::Pnpm => Rule::Subtract,
        Tool::Yarn if manager.is_yarn_1() => Rule::Each,
        Tool::Yarn => Rule::Prune,
    };
    let patterns = listed(context, packages, root, rule)?;
    let (mut members, negations) = (patterns.members(context), patterns.negations());
    packages.load(context, &members, Forms::Json);
    if rule == Rule::Prune {
        add_nested(context, packages, &mut members);
    }
    if manager.is_yarn_1() {
        check_yarn_1(context, packages, root, &mut members);
    }
    if manager.tool != Tool::Pnpm {
        check_names(context, packages, &members);
    }
    members.insert(root.clone());
    let manifest = packages.get(root)?;
    let rc = (manager.tool == Tool::Yarn).then(|| YarnRc::read(context, root)).flatten().unwrap_or_default();
    let field = |name: &str| manifest.fields.get(name);
    let of_workspaces = |name: &str| field("workspaces")?.get(name);
    Some(Workspace {
        root: root.clone(),
        manager: manager.tool.name(),
        linker: match manager.tool {
            Tool::Npm => Linker::Npm,
            Tool::Bun => Linker::Bun { plain: settings::bun_links(context, root) },
            Tool::Yarn if manager.is_yarn_1() => Linker::Yarn1,
            Tool::Yarn => Linker::Yarn { transparent: rc.is_transparent() },
            Tool::Pnpm => {
                Linker::Pnpm(PnpmLinks::read(context, root, &PnpmWorkspace::default(), manager.major))
            }
        },
        members,
        negations,
        overrides: match manager.tool {
            Tool::Npm => Overrides::npm(manifest),
            Tool::Yarn => Overrides::yarn(manifest.table(&["resolutions"])),
            Tool::Pnpm => pnpm_overrides(packages, root, &PnpmWorkspace::default()),
            Tool::Bun => Overrides::bun(manifest),
        },
        catalogs: catalogs([
            (rc.catalog.as_ref(), rc.catalogs.as_ref()),
            (field("catalog"), field("catalogs")),
            (of_workspaces("catalog"), of_workspaces("catalogs")),
        ]),
    })
}

/// The strings of a list of patterns; anything else in its place is a problem.
fn patterns_of<'a>(context: &Context, file: &RepoPath, field: &str, value: &'a Value) -> Vec<&'a str> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    if !value.is_array() || list.iter().any(|pattern| !pattern.is_string()) {
        let message = format!("`{field}` is not a list of patterns; make it one");
        context.problem(file, syntax::line_of(context, file, field), "manifest.shape", message);
    }
    let mut list: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    if let Some(end) = patterns::first_beyond(&list) {
        let line = syntax::line_of(context, file, list[end]);
        let message = "has more patterns than drift reads; this one and those behind it are not read";
        context.problem(file, line, "member.pattern", message.into());
        list.truncate(end);
    }
    list
}

/// The patterns by which the manifest of `dir` lists members; `None` if it lists none.
fn listed<'a>(
    context: &Context,
    packages: &'a Packages,
    dir: &'a RepoPath,
    rule: Rule,
) -> Option<Patterns<'a>> {
    let manifest = packages.get(dir)?;
    let list = patterns_of(context, &manifest.file, "workspaces", manifest.workspaces()?);
    Some(Patterns { list, rule, forms: Forms::Json, base: dir, file: &manifest.file })
}

/// Members of yarn 2 and later may list members of their own, which belong to the same workspace.
fn add_nested(context: &Context, packages: &mut Packages, members: &mut BTreeSet<RepoPath>) {
    let mut open: Vec<RepoPath> = members.iter().cloned().collect();
    while let Some(dir) = open.pop() {
        let nested = listed(context, packages, &dir, Rule::Prune).map(|patterns| patterns.members(context));
        let nested = nested.unwrap_or_default();
        packages.load(context, &nested, Forms::Json);
        open.extend(nested.into_iter().filter(|dir| members.insert(dir.clone())));
    }
}

/// npm, yarn and bun refuse two members of one name.
fn check_names(context: &Context, packages: &Packages, members: &BTreeSet<RepoPath>) {
    let mut first: BTreeMap<&str, &RepoPath> = BTreeMap::new();
    for manifest in members.iter().filter_map(|dir| packages.get(dir)) {
        let Some(name) = manifest.name.as_deref() else { continue };
        if let Some(other) = first.get(name) {
            let line = syntax::line_of(context, &manifest.file, "\"name\"");
            let message = format!("has the same name as {other}: `{name}`; rename one of them");
            context.problem(&manifest.file, line, "member.duplicate_name", message);
        } else {
            first.insert(name, &manifest.file);
        }
    }
}

/// Yarn 1 demands a private root, and passes over members without a name or a version.
fn check_yarn_1(context: &Context, packages: &Packages, root: &RepoPath, members: &mut BTreeSet<RepoPath>) {
    if let Some(manifest) = packages.get(root).filter(|manifest| !manifest.private) {
        let message = "yarn 1 has workspaces only where package.json is private; add `\"private\": true`";
        let line = syntax::line_of(context, &manifest.file, "\"workspaces\"");
        context.problem(&manifest.file, line, "workspace.not_private", message.into());
    }
    members.retain(|dir| {
        let Some(manifest) = packages.get(dir) else { return true };
        let missing = match (&manifest.name, &manifest.version) {
            (None, _) => "name",
            (_, None) => "version",
            _ => return true,
        };
        let message = format!("yarn 1 passes over a workspace without a {missing}; add one");
        context.problem(&manifest.file, None, "member.incomplete", message);
        false
    });
}

fn open_lerna(
    context: &Context,
    packages: &mut Packages,
    root: &RepoPath,
    file: &RepoPath,
) -> Option<Workspace> {
    let lerna = syntax::jsonc(context, file)?;
    // Before version 7 it was the default.
    let default = vec!["packages/*"];
    let named = lerna.get("packages").filter(|packages| !packages.is_null());
    let list = named.map_or(default, |packages| patterns_of(context, file, "packages", packages));
    let patterns = Patterns { list, rule: Rule::Each, forms: Forms::Json, base: root, file };
    let mut members = patterns.members(context);
    members.insert(root.clone());
    packages.load(context, &members, Forms::Json);
    Some(Workspace {
        root: root.clone(),
        manager: "lerna",
        linker: Linker::Lerna,
        members,
        negations: Vec::new(),
        overrides: Overrides::default(),
        catalogs: Catalogs::new(),
    })
}

fn npm_client(lerna: Value) -> Option<String> {
    lerna.get("npmClient")?.as_str().map(str::to_owned)
}

/// The default catalog and the named ones of each place; later places win.
fn catalogs<'a>(places: impl IntoIterator<Item = (Option<&'a Value>, Option<&'a Value>)>) -> Catalogs {
    let mut all = Catalogs::new();
    for (default, named) in places {
        let default = default.map(|table| ("default", table));
        let named = named.and_then(Value::as_object).into_iter().flatten();
        for (name, table) in default.into_iter().chain(named.map(|(name, table)| (name.as_str(), table))) {
            let rows = table.as_object().into_iter().flatten();
            let rows = rows.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            all.entry(name.to_owned()).or_default().extend(rows);
        }
    }
    all
}
